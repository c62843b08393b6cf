import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { checkNum, stateTrieKey, toHex, verifyTrieProof } from '@cotrace/core';
import { openDatabase } from '../node/store.js';
import { TestChain } from '../testing/test-chain.js';
import { TestMaster } from '../testing/test-master.js';
import { TestNetwork } from '../testing/test-network.js';
import { definition, put } from '../testing/transactions.js';
import { KEPT_CYCLES, KEPT_FREEZES } from './limits.js';
import { attestedRoot } from './open-trie.js';

// Other work on the machine must not fail a test.
jest.setTimeout(120_000);

const C = 8;
const KEYS = 1200;
/** The keys are changed in the second cycle; at the end of this one what they were before is no longer needed. */
const END = (Math.max(KEPT_CYCLES, KEPT_FREEZES) + 1) * C;

let network: TestNetwork;

beforeAll(async () => {
  network = await TestNetwork.create({ domains: ['goods'] });
});

afterAll(async () => {
  await network.remove();
});

const open = (folder: string, checkingHeight: number) =>
  TestMaster.open(network, 0, folder, { checkingHeight });

const valueOf = (i: number, version: string) => `${version} of ${i}`;

const written = (version: string, keys: number) =>
  put(
    network,
    'goods',
    Object.fromEntries(Array.from({ length: keys }, (_, i) => [`k${i}`, valueOf(i, version)])),
  );

/** Takes in blocks up to `height`; each cycle counts as sealed at once, as what is sealed last is kept. */
async function follow(master: TestMaster, chain: TestChain, height: bigint): Promise<void> {
  const { store } = master;
  for (let next = (store.checkpoint()?.number ?? -1n) + 1n; next < height; next++) {
    await master.take(chain.block(next).bytes);
    const sealed = master.ledger.chain?.count ?? 0n;
    await store.amend((batch) => {
      store.checking.putMarks(batch, { ...store.checking.marks(), recorded: sealed, sealed });
    });
  }
}

/** The rows of a master's store that hold rank trees and nodes of the trie. */
async function rowsOf(folder: string): Promise<Map<string, string>> {
  const store = await openDatabase(network.folder(folder));
  const rows = new Map<string, string>();
  for await (const [key, value] of store.iterator()) {
    if (/^(rank|past|node)\//.test(key)) rows.set(key, toHex(value));
  }
  await store.close();
  return rows;
}

/** How many rows hold what only cycles before `oldest` need: old nodes of the trie, and old pages of rank trees. */
function stale(rows: ReadonlyMap<string, string>, oldest: number): { nodes: number; pages: number } {
  const is = (key: string, pattern: RegExp, below: number) => {
    const number = pattern.exec(key)?.[1];
    return number !== undefined && Number.parseInt(number, 16) < below;
  };
  const keys = [...rows.keys()];
  return {
    nodes: keys.filter((key) => is(key, /^past\/([0-9a-f]{16})/, oldest + 1)).length,
    pages: keys.filter((key) => is(key, /^rank\/[^/]+\/[fl]\/([0-9a-f]{16})/, oldest * C)).length,
  };
}

describe('what a master no longer needs', () => {
  it('goes bit by bit after the end of a cycle, over starts too, and nothing else does', async () => {
    const chain = new TestChain(network);
    chain.add([definition(network, 'goods'), written('first', KEYS)]);
    while (chain.height <= C) chain.add([put(network, 'goods', { quiet: String(chain.height) })]);
    chain.add([written('second', KEYS)]);
    while (chain.height <= END + 3 * C) chain.add([put(network, 'goods', { quiet: String(chain.height) })]);

    const [straight, stopped] = [await open('straight', C), await open('stopped', C)];
    await follow(straight, chain, chain.height);
    const oldest = END / C - KEPT_CYCLES + 1;
    await follow(stopped, chain, BigInt(END));
    await stopped.close();
    const before = stale(await rowsOf('stopped'), oldest);
    expect(before.nodes).toBeGreaterThan(KEYS);
    expect(before.pages).toBeGreaterThan(0);
    const left: (typeof before)[] = [];
    for (let height = BigInt(END) + 1n; height <= chain.height; height++) {
      const again = await open('stopped', C);
      await follow(again, chain, height);
      for (const i of [0, 7, KEYS - 1]) {
        const id = stateTrieKey('goods', `k${i}`);
        const cycle = BigInt(oldest + 3);
        const root = attestedRoot(again.store, cycle * BigInt(C));
        const proof = again.store.trie.prove(id, cycle, checkNum(height - 1n, C));
        expect(verifyTrieProof({ root, key: id, proof })).not.toBeNull();
      }
      await again.close();
      left.push(stale(await rowsOf('stopped'), oldest));
    }
    expect(left[0]?.nodes).toBeGreaterThan(before.nodes / 2);
    expect(left[0]?.pages).toBe(before.pages);
    expect(left[1]?.pages).toBeLessThan(before.pages);
    expect(left.at(-1)).toEqual({ nodes: 0, pages: 0 });
    await straight.close();
    expect(await rowsOf('stopped')).toEqual(await rowsOf('straight'));
  });

  it('never adds up with the smallest cycles', async () => {
    const chain = new TestChain(network);
    chain.add([definition(network, 'goods')]);
    const counts: number[] = [];
    for (let block = 0; block < 160; block++) {
      chain.add([written(String(block), 40)]);
      if (block % 40 !== 39) continue;
      const master = await open('smallest', 2);
      await follow(master, chain, chain.height);
      await master.close();
      counts.push((await rowsOf('smallest')).size);
    }
    expect(Math.max(...counts.slice(1))).toBeLessThan(1.2 * (counts[0] ?? 0));
  });
});
