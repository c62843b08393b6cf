import { decodeAttestationBody, membershipHash, toHex } from '@cotrace/core';
import { ChannelConfig } from '@cotrace/fabric-model';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestBusinessNode } from '../testing/test-business-node.js';
import { TestChain } from '../testing/test-chain.js';
import { TestMaster } from '../testing/test-master.js';
import { TestNetwork } from '../testing/test-network.js';
import {
  configuration,
  definition,
  put,
  withoutOrganisation,
  withQuorumPolicy,
} from '../testing/transactions.js';

let network: TestNetwork;
let chain: TestChain;
let masters: TestMaster[];

beforeAll(async () => {
  network = await TestNetwork.create();
  chain = new TestChain(network);
  chain.add([definition(network, 'goods')]);
  // Blocks 2 and 3: under two of three, the second sets three. Block 4: under three of three.
  chain.add([put(network, 'goods', { a: '1' })]);
  chain.add([configuration(network, withQuorumPolicy(3))]);
  chain.add([put(network, 'goods', { a: '2' })]);
  masters = await TestMaster.openAll(network);
  for (const master of masters) await master.follow(chain);
});

afterAll(async () => {
  for (const master of masters) await master.close();
  await network.remove();
});

const following = (folder: string, sources: readonly TestMaster[]) =>
  TestBusinessNode.start(network, {
    folder,
    origins: masters.map((master) => master.origin('goods')),
    sources: sources.map(({ source }) => source),
  });

describe('a quorum that a configuration block raises', () => {
  it('is stated by masters from the next block on', () => {
    const { members } = { members: ChannelConfig.fromBlock(network.genesis).members() };
    const stated = [0n, 2n, 3n, 4n].map((blockNum) =>
      masters.map((master) => toHex(decodeAttestationBody(master.attestation(blockNum).body).membership)),
    );
    const of = (q: number) => Array(3).fill(toHex(membershipHash({ q, members }))) as string[];
    expect(stated).toEqual([of(2), of(2), of(2), of(3)]);
  });

  it('is what a business node waits for from the next block on', async () => {
    const two = await following('two', masters.slice(0, 2));
    const three = await following('three', masters);
    await three.until(() => three.height === 5n);
    await two.until(() => two.height === 4n && two.pool.of(4n).length === 2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([two.height, two.value('a'), three.value('a')]).toEqual([4n, '1', '2']);
    expect([two.health.quorum, two.refused, three.refused]).toEqual([3, [], []]);
    await two.stop();
    await three.stop();
  });

  it('is never more than the members there are', async () => {
    const shrunk = new TestChain(network);
    for (let blockNum = 1n; blockNum < 4n; blockNum += 1n) shrunk.adopt(chain.block(blockNum));
    const change = withQuorumPolicy(3);
    shrunk.add([
      configuration(network, (channel) => {
        change(channel);
        withoutOrganisation('Org3MSP')(channel);
      }),
    ]);
    shrunk.add([put(network, 'goods', { a: '3' })]);
    const others = await TestMaster.openAll(network, 'shrunk');
    for (const master of others) await master.follow(shrunk);
    const node = await TestBusinessNode.start(network, {
      folder: 'of two',
      origins: others.map((master) => master.origin('goods')),
      sources: others.map(({ source }) => source),
    });
    await node.until(() => node.height === 6n);
    expect([node.value('a'), node.health.quorum]).toEqual(['3', 2]);
    await node.stop();
    for (const master of others) await master.close();
  });
});
