import { renameSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { MainPeer } from '../fabric/main-peer.js';
import { startMaster } from '../master/master-node.js';
import type { NodeConfig, RunningNode } from '../node/node-config.js';
import { printed } from '../testing/printed.js';
import { until } from '../testing/test-business-node.js';
import { TestChain } from '../testing/test-chain.js';
import { connectPeers, peerOf, TestConsortium } from '../testing/test-consortium.js';
import { definition, put } from '../testing/transactions.js';
import { checkNodes } from './node.js';
import { Output } from './output.js';

jest.setTimeout(60_000);

const HASTE = { watch: 50, silence: 400, rolledBack: 200, stalled: 60_000, permanent: 100 };
const MASTERS = ['org1.master', 'org2.master', 'org3.master'];

let consortium: TestConsortium;
const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
const started = new Map<string, RunningNode>();

beforeAll(async () => {
  consortium = await TestConsortium.create({ domains: ['goods'] });
  const { chain, network } = consortium;
  chain.add([definition(network, 'goods')]);
  chain.add([put(network, 'goods', { a: '1' })]);
  writeFileSync(network.folder('consortium.json'), JSON.stringify(consortium.consortium));
});

afterEach(async () => {
  for (const name of [...started.keys()]) await stop(name);
});

afterAll(async () => {
  await consortium.close();
  stderr.mockRestore();
});

async function start(
  name: string,
  peer: Partial<MainPeer> = {},
  other: Partial<NodeConfig> = {},
): Promise<void> {
  const config = { ...consortium.configOf(name), ...other };
  const connect = connectPeers(consortium.chain, peer);
  const isMaster = consortium.node(name).role === 'master';
  const running = isMaster
    ? startMaster(config, consortium.consortium, connect, HASTE)
    : consortium.startNode(name);
  started.set(name, await running);
}

async function stop(name: string): Promise<void> {
  await started.get(name)?.stop();
  started.delete(name);
}

/** What `cotrace node FILE --check` says of nodes, and its exit code. */
async function check(...names: readonly string[]): Promise<{ code: number; text: string }> {
  const path = consortium.network.folder('nodes.json');
  const nodes = names.map((name) => consortium.configOf(name));
  writeFileSync(path, JSON.stringify({ consortium: consortium.network.folder('consortium.json'), nodes }));
  return printed(() => checkNodes(path, new Output(false)));
}

/** Waits until a check of nodes says this; its exit code. */
async function says(expected: string, ...names: readonly string[]): Promise<number> {
  let last = { code: -1, text: '' };
  await until(
    async () => (last = await check(...names)).text.includes(expected),
    () => last.text,
  );
  return last.code;
}

describe('the health check of a process', () => {
  it('is content with nodes that follow, and one master fewer', async () => {
    for (const name of [...MASTERS, 'org1.goods']) await start(name);
    expect(await says('org1.goods   following  height 3', 'org1.master', 'org1.goods')).toBe(0);
    await stop('org3.master');
    expect(await says('org1.master  following  height 3', 'org1.master', 'org1.goods')).toBe(0);
  });

  it('is not where too few masters are there, whoever asks', async () => {
    for (const name of ['org1.master', 'org1.goods']) await start(name);
    for (const name of ['org1.master', 'org1.goods']) {
      const trouble = 'no quorum: masters of 2 organisations must follow, but 1 do; org2.master is away';
      expect(await says(trouble, name)).toBe(1);
    }
  });

  it('is not where the own peer is away', async () => {
    for (const name of ['org2.master', 'org3.master']) await start(name);
    await start('org1.master', { ledgerEnd: () => Promise.reject(new Error('the peer is away')) });
    expect(await says('org1.master  peer away', 'org1.master')).toBe(1);
    expect(await says('org2.master  following', 'org2.master')).toBe(0);
  });

  it('is not for a master whose statements the others refuse', async () => {
    const other = new TestChain(consortium.network);
    other.adopt(consortium.chain.block(1n));
    other.add([put(consortium.network, 'goods', { a: 'another' })]);
    for (const name of ['org2.master', 'org3.master']) await start(name);
    // With a store of its own: it must not have attested the same chain before.
    await start('org1.master', peerOf(other), { storeDir: consortium.network.folder('other-chain') });
    const refused =
      'org1.master: [ATTESTATION_DIFFERS] a quorum of the other organisations attests something else';
    expect(await says(refused, 'org1.master')).toBe(1);
    expect(await says('org2.master  following', 'org2.master')).toBe(0);
  });

  it('shows how far a node is behind, in blocks and seconds', async () => {
    for (const name of MASTERS) await start(name);
    expect(await says('org3.master  following', 'org3.master')).toBe(0);
    const { height } = consortium.chain;
    await stop('org1.master');
    const headerHash = new Uint8Array(32);
    await start('org1.master', { ledgerEnd: () => Promise.resolve({ height: height + 7n, headerHash }) });
    expect(await says('org1.master  following  height 3  7 blocks behind for 1 s', 'org1.master')).toBe(0);
  });

  it('is not where a store cannot be written', async () => {
    for (const name of [...MASTERS, 'org1.goods']) await start(name);
    for (const name of ['org1.master', 'org1.goods']) {
      expect(await says(`${name}  following`, name)).toBe(0);
      const { storeDir } = consortium.configOf(name);
      renameSync(storeDir, `${storeDir}.away`);
      try {
        expect(await says(`${name}  store failed`, name)).toBe(1);
      } finally {
        renameSync(`${storeDir}.away`, storeDir);
      }
    }
  });

  it('is not for a node that does not answer', async () => {
    for (const name of ['org2.master', 'org3.master']) await start(name);
    expect(await says('org1.master  away', 'org1.master')).toBe(1);
  });
});
