import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  keccak256,
  NO_POLICY_HASH,
  PlainTrie,
  sha256,
  toHex,
  u32,
  utf8,
  verifyTrieProof,
} from '@cotrace/core';
import { codeOf } from '../testing/codes.js';
import { TEST_OWNER } from '../testing/test-owner.js';
import { commit, openStore, type Store } from '../node/store.js';
import type { KeyState } from './key-changes.js';
import { TrieRows } from './trie-rows.js';

const DEEP = process.env['CI_DEEP'] === '1';
const CYCLES = DEEP ? 500 : 40;
const KEPT = 5n;
const KEYS = 60;
const BLOCKS_A_CYCLE = 3;

// Every block waits for the disk.
jest.setTimeout(DEEP ? 600_000 : 30_000);

let folder: string;
let store: Store;
let rows: TrieRows;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cotrace-rows-'));
  store = await openStore(folder, TEST_OWNER);
  rows = new TrieRows(store);
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const keyOf = (i: number) => keccak256(utf8(`key ${i}`));

/** Numbers below `limit` that depend on nothing but the seed. */
function numbers(seed: string): (limit: number) => number {
  let drawn = 0;
  return (limit) => {
    const hash = sha256(utf8(`${seed}/${drawn++}`));
    return new DataView(hash.buffer).getUint32(0) % limit;
  };
}

async function rowsBelow(prefix: string): Promise<string[]> {
  return store.keys({ gte: prefix, lt: `${prefix}~` }).all();
}

/** A trie that is changed in blocks and stored; `seen` is called after each cycle with its number. */
async function run(
  cycles: number,
  change: (draw: (limit: number) => number) => { key: Uint8Array; value: Uint8Array | null }[],
  seen: (cycle: bigint, trie: PlainTrie, root: Uint8Array) => Promise<void> | void,
): Promise<void> {
  const trie = new PlainTrie();
  const draw = numbers('run');
  for (let cycle = 1n; cycle <= cycles; cycle++) {
    let root: Uint8Array = new Uint8Array();
    for (let block = 0; block < BLOCKS_A_CYCLE; block++) {
      await trie.apply(change(draw));
      const step = await trie.commit();
      const batch = store.batch();
      await rows.putNodes(batch, { cycle, oldest: cycle - KEPT }, step.changedNodes());
      await commit(store, batch);
      root = step.root;
    }
    await seen(cycle, trie, root);
  }
}

const randomChanges = (draw: (limit: number) => number) =>
  Array.from({ length: 1 + draw(12) }, () => {
    const value = draw(3) === 0 ? null : sha256(u32(draw(1000))).slice(0, 1 + draw(32));
    return { key: keyOf(draw(KEYS)), value };
  });

describe('the trie’s nodes in the store', () => {
  it('prove every key, present or absent, under the root of every kept cycle while the trie goes on', async () => {
    const kept = new Map<bigint, { root: Uint8Array; values: Map<number, string | null> }>();
    await run(CYCLES, randomChanges, (current, trie, root) => {
      const values = new Map<number, string | null>();
      for (let i = 0; i < KEYS; i++) {
        const value = trie.find(keyOf(i));
        values.set(i, value === null ? null : toHex(value));
      }
      kept.set(current, { root, values });
      kept.delete(current - KEPT);
      for (const [cycle, state] of kept) {
        // Of the running cycle, all nodes may be those of the first block of the next.
        for (let i = Number(current) % 7; i < KEYS; i += 7) {
          const proof = rows.prove(keyOf(i), cycle, current + 1n);
          const value = verifyTrieProof({ root: state.root, key: keyOf(i), proof });
          expect(value === null ? null : toHex(value)).toBe(state.values.get(i));
        }
      }
    });
  });

  it('prove absence in a trie without keys, before there were any and after they went', async () => {
    await run(
      4,
      (draw) => [{ key: keyOf(1), value: draw(1) === 0 ? null : u32(1) }],
      (cycle) => {
        expect(rows.prove(keyOf(1), cycle, cycle)).toEqual([]);
      },
    );
  });

  it('take no more room as cycles go by', async () => {
    const counts: number[] = [];
    await run(CYCLES, randomChanges, async (cycle) => {
      const past = await rowsBelow('past/');
      const oldest = cycle - KEPT;
      expect(past.every((row) => BigInt(`0x${row.slice(5, 21)}`) > oldest)).toBe(true);
      counts.push(past.length + (await rowsBelow('node/')).length);
    });
    const most = (from: number, to: number) => Math.max(...counts.slice(from, to));
    expect(most(CYCLES / 2, CYCLES)).toBeLessThan(1.5 * most(0, CYCLES / 2));
  });

  it('let go in steps what no kept cycle needs, over starts too, and at least as fast as it comes', async () => {
    const change = (cycle: number) =>
      Array.from({ length: 900 }, (_, i) => ({ key: keyOf(i), value: u32(cycle) }));
    const trie = new PlainTrie();
    const block = async (cycle: bigint, changes: ReturnType<typeof change>) => {
      await trie.apply(changes);
      const step = await trie.commit();
      const batch = store.batch();
      await rows.putNodes(batch, { cycle, oldest: cycle - KEPT }, step.changedNodes());
      await commit(store, batch);
      return (await rowsBelow('past/')).length;
    };
    for (let cycle = 1n; cycle <= KEPT + 1n; cycle++) await block(cycle, change(Number(cycle)));
    const full = (await rowsBelow('past/')).length;
    let left = await block(KEPT + 2n, []);
    expect(full - left).toBe(256);
    for (let before = Infinity; left < before;) {
      before = left;
      rows = new TrieRows(store);
      left = await block(KEPT + 2n, []);
      expect(before - left).toBeLessThanOrEqual(256);
    }
    expect((await rowsBelow('past/')).map((row) => BigInt(`0x${row.slice(5, 21)}`) > 2n)).not.toContain(
      false,
    );
    const counts: number[] = [];
    for (let cycle = KEPT + 3n; cycle <= 4n * KEPT; cycle++)
      counts.push(await block(cycle, change(Number(cycle))));
    expect(Math.max(...counts.slice(-5))).toBeLessThanOrEqual(Math.max(...counts.slice(0, 5), full));
  });

  it('hold the newest nodes once, whatever the number of blocks in a cycle', async () => {
    await run(1, randomChanges, async (_cycle, trie) => {
      expect(await rowsBelow('past/')).toEqual([]);
      const proofs = Array.from({ length: KEYS }, (_, i) => trie.prove(keyOf(i)));
      const nodes = new Set(proofs.flat().map(toHex));
      expect(await rowsBelow('node/')).toHaveLength(nodes.size);
    });
  });

  it('that are damaged are said to be', async () => {
    await run(2, randomChanges, () => undefined);
    await store.clear({ gt: 'node/', lt: 'node/~' });
    const codes = await Promise.all(
      Array.from({ length: KEYS }, (_, i) => codeOf(() => rows.prove(keyOf(i), 2n, 2n))),
    );
    expect(codes).toContain('TRIE_NODES_DAMAGED');
  });
});

describe('keys that the trie does not tell of', () => {
  const OWN_POLICY = sha256(Uint8Array.of(1));
  const change = async (blockNum: bigint, after: Partial<KeyState>, before: Partial<KeyState> = {}) => {
    const state = { valueHash: null, blockNum, txNum: 3, verNum: 1, policyHash: NO_POLICY_HASH };
    const changed = { id: keyOf(1), namespace: 'goods', key: 'a' };
    const batch = store.batch();
    rows.putKeys(batch, blockNum, [
      { ...changed, before: { ...state, ...before }, after: { ...state, ...after } },
    ]);
    await commit(store, batch);
  };

  it('deleted ones are as the last deletion before a block left them, also one long past', async () => {
    await change(3n, { verNum: 2 });
    await change(7n, { verNum: 4, txNum: 5 });
    await change(9n, { verNum: 6 });
    const found = [2n, 3n, 4n, 7n, 8n, 9n, 10n, 99n].map((blockNum) => {
      const removed = rows.removed(keyOf(1), blockNum);
      return removed === null ? null : [removed.blockNum, removed.txNum, removed.verNum];
    });
    const [first, second, third] = [
      [3n, 3, 2],
      [7n, 5, 4],
      [9n, 3, 6],
    ];
    expect(found).toEqual([null, null, first, first, second, second, third, third]);
    expect(rows.removed(keyOf(2), 99n)).toBeNull();
  });

  it('policies are those last written, and none once they are taken away', async () => {
    const live = { valueHash: sha256() };
    expect(rows.policyHash(keyOf(1))).toEqual(NO_POLICY_HASH);
    await change(3n, { ...live, policyHash: OWN_POLICY }, live);
    expect(rows.policyHash(keyOf(1))).toEqual(OWN_POLICY);
    await change(4n, { ...live, policyHash: OWN_POLICY }, { ...live, policyHash: OWN_POLICY });
    expect(rows.policyHash(keyOf(1))).toEqual(OWN_POLICY);
    await change(5n, {}, { ...live, policyHash: OWN_POLICY });
    expect(rows.policyHash(keyOf(1))).toEqual(NO_POLICY_HASH);
  });

  it('a deletion that was written without its transaction is given it', async () => {
    await change(3n, { txNum: 0 });
    await change(7n, { txNum: 0 });
    const batch = store.batch();
    const restamped = { valueHash: null, blockNum: 3n, txNum: 8, verNum: 1, policyHash: NO_POLICY_HASH };
    rows.restampRemoved(batch, keyOf(1), restamped);
    rows.restampRemoved(batch, keyOf(2), restamped);
    await commit(store, batch);
    expect(rows.removed(keyOf(1), 7n)?.txNum).toBe(8);
    expect(rows.removed(keyOf(1), 8n)?.txNum).toBe(0);
    expect(rows.removed(keyOf(2), 8n)).toBeNull();
  });
});
