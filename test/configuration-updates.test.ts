import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { decodeAttestationBody, membershipHash, toHex } from '@cotrace/core';
import { common, decode, peer } from '@cotrace/fabric-model';
import {
  addOrganisation,
  changeBatch,
  loadIdentity,
  loadTls,
  OrdererClient,
  removeOrganisation,
  revokeCertificates,
  start,
  updateChannel,
  type Change,
  type DevnetHandle,
  type SigningIdentity,
} from '@cotrace/network';
import { TestBusinessNode } from '../gateway-app/testing/test-business-node.js';
import { TestChain } from '../gateway-app/testing/test-chain.js';
import { TestMaster } from '../gateway-app/testing/test-master.js';
import { TestNetwork } from '../gateway-app/testing/test-network.js';
import { definition, put } from '../gateway-app/testing/transactions.js';
import { revocationList } from '../network/devnet/testing/revocation-list.js';

jest.setTimeout(120_000);

/**
 * The embedded network orders what three organisations write while its configuration changes; their masters and a business node
 * follow its blocks.
 */
describe('configuration updates of a network that is followed', () => {
  let network: TestNetwork;
  let devnet: DevnetHandle;
  let orderer: OrdererClient;
  let ordererAdmin: SigningIdentity;
  let masters: TestMaster[];
  let chain: TestChain;

  beforeAll(async () => {
    network = await TestNetwork.create();
    devnet = await start({ topology: network.topology, dir: network.dir });
    ordererAdmin = loadIdentity(join(network.layout.ordererAdmin(), 'msp'), network.topology.orderer.mspId);
    orderer = new OrdererClient(endpoint(ordererAdmin));
    masters = await TestMaster.openAll(network);
    chain = new TestChain(network);
  });
  afterAll(async () => {
    orderer.close();
    for (const master of masters) await master.close();
    await devnet.stop();
    await network.remove();
  });

  const main = () => devnet.ledger('main');
  const endpoint = (reader: SigningIdentity) => ({
    address: devnet.networkInfo.orderer.address,
    serverName: devnet.networkInfo.orderer.name,
    ca: loadTls(join(network.layout.orderer(), 'tls')).ca,
    reader,
  });
  const admins = (...indices: number[]): [SigningIdentity, ...SigningIdentity[]] => {
    const [first = ordererAdmin, ...others] = indices.map((index) => network.organisation(index).admin);
    return [first, ...others];
  };
  const update = async (
    change: Change,
    ...signers: [SigningIdentity, ...SigningIdentity[]]
  ): Promise<void> => {
    await updateChannel({ orderer: endpoint(ordererAdmin), channel: 'main', changes: [change], signers });
  };

  /** Has an envelope ordered, and waits for its block, whose number it gives. */
  async function record(envelope: Uint8Array, expected = peer.TxValidationCode.VALID): Promise<bigint> {
    const height = main().height;
    await orderer.broadcast(decode(common.EnvelopeSchema, envelope));
    while (main().height === height) await new Promise((resolve) => setTimeout(resolve, 5));
    const block = await main().block(height);
    expect(block?.transactions.map(({ code }) => code)).toEqual([expected]);
    return height;
  }

  /** Masters process what the network has. */
  async function follow(): Promise<void> {
    for (let number = chain.height; number < main().height; number++) {
      const block = await main().block(number);
      if (block !== null) chain.adopt(block.block);
    }
    for (const master of masters) await master.follow(chain);
  }

  const membershipNow = (): string => toHex(membershipHash({ q: 2, members: main().config.members() }));
  const attested = (index: number, blockNum: bigint): string =>
    toHex(decodeAttestationBody(masters[index]?.attestation(blockNum).body ?? new Uint8Array()).membership);
  const business = (folder: string, ...sources: number[]) =>
    TestBusinessNode.start(network, {
      folder,
      origins: masters.map((master) => master.origin('goods')),
      sources: sources.flatMap((index) => masters[index]?.source ?? []),
    });

  it('act on records before, between and after: attestations count by the members of their block', async () => {
    const [org1, org2, org3] = network.peers;
    if (org1 === undefined || org2 === undefined || org3 === undefined) throw new Error('three peers');
    const organisation3 = main().config.group.groups['Application']?.groups['Org3MSP'];
    if (organisation3 === undefined) throw new Error('no third organisation');
    const all = membershipNow();
    await record(definition(network, 'goods'));
    const before = await record(put(network, 'goods', { a: 'before' }));

    await update(changeBatch({ maxMessageCount: 1 }, '20ms'), ordererAdmin);
    const smaller = await record(put(network, 'goods', { b: 'in smaller batches' }));
    expect(main().config.orderer.batchSize.maxMessageCount).toBe(1);

    const second = network.organisation(1);
    const list = await revocationList(network.layout.organisation(second), second.client.certificate);
    await update(revokeCertificates('Org2MSP', [list]), ...admins(1));
    const revoked = membershipNow();
    const byRevoked = put(network, 'goods', { a: 'revoked' }, { client: second.client });
    await expect(record(byRevoked)).rejects.toMatchObject({ detail: { status: 'FORBIDDEN' } });
    const byOthers = await record(put(network, 'goods', { c: 'not revoked' }));

    await update(removeOrganisation('Org3MSP'), ...admins(0, 1));
    const two = membershipNow();
    const third = network.organisation(2);
    const byRemoved = put(network, 'goods', { a: 'removed' }, { client: third.client });
    await expect(record(byRemoved)).rejects.toMatchObject({ detail: { status: 'FORBIDDEN' } });
    const byOne = put(network, 'goods', { a: 'endorsed by one member' }, { endorsers: [org1, org3] });
    await record(byOne, peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE);
    const between = await record(put(network, 'goods', { a: 'between' }, { endorsers: [org1, org2] }));

    await update(addOrganisation('Org3MSP', organisation3), ...admins(0, 1));
    const again = membershipNow();
    const after = await record(
      put(network, 'goods', { a: 'after' }, { client: third.client, endorsers: [org2, org3] }),
    );

    await follow();
    for (const [blockNum, membership] of [
      [before, all],
      [smaller, all],
      [byOthers, revoked],
      [between, two],
      [after, again],
    ] as const) {
      expect([0, 1].map((index) => attested(index, blockNum))).toEqual([membership, membership]);
    }
    expect(new Set([all, revoked, two]).size).toBe(3);
    expect(again).toBe(revoked);

    const members = await business('members', 0, 1);
    await members.until(() => members.height === main().height);
    expect(['a', 'b', 'c'].map((key) => members.value(key))).toEqual([
      'after',
      'in smaller batches',
      'not revoked',
    ]);
    expect(members.refused).toEqual([]);
    await members.stop();

    // One of two members and who is none are no quorum for what lies between.
    const others = await business('others', 0, 2);
    await others.until(() => others.height >= byOthers && others.pool.of(between).length > 0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(others.height).toBeLessThanOrEqual(between);
    expect(others.value('a')).toBe('before');
    await others.stop();
  });
});
