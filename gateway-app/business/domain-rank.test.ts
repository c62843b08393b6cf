import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RankEditor, toHex, utf8, type RankEntry } from '@cotrace/core';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SilentLog } from '../testing/silent-log.js';
import { TEST_OWNER } from '../testing/test-owner.js';
import { DomainRank, rankEntry } from './domain-rank.js';
import { DomainStore, storedEntry, type ChangedEntry } from './domain-store.js';

// Other work on the machine must not fail a test.
jest.setTimeout(30_000);

const C = 4;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cotrace-rank-'));
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

const open = (store: DomainStore) => DomainRank.open(store, 'goods', C, new SilentLog());

/** Writes keys of `goods` (null: deletes them) in one block, and one of another namespace beside them. */
async function block(
  store: DomainStore,
  rank: DomainRank | null,
  blockNum: bigint,
  values: Readonly<Record<string, string | null>>,
): Promise<void> {
  const change = (namespace: string, key: string, value: string | null, txNum: number): ChangedEntry => {
    const before = store.entry(namespace, key);
    const stamp = { blockNum, txNum, verNum: (before?.verNum ?? 0) + 1 };
    const entry = storedEntry({
      value: utf8(value ?? ''),
      deleted: value === null,
      validationParameter: new Uint8Array(),
      ...stamp,
    });
    return { namespace, key, entry, before };
  };
  const entries = Object.entries(values).map(([key, value], txNum) => change('goods', key, value, txNum));
  entries.push(change('_lifecycle', 'definition', String(blockNum), 9));
  const checkpoint = { number: blockNum, headerHash: new Uint8Array(32), configBlock: utf8('configuration') };
  await store.advance(
    checkpoint,
    entries,
    rank === null ? [] : (await rank.advance(blockNum, entries)).pages,
  );
}

/** The digest of the tree that the state would have if it were made of it now, in memory. */
async function digestOfState(store: DomainStore): Promise<string> {
  const entries: RankEntry[] = [];
  for await (const entry of store.range('goods', '', '')) entries.push(rankEntry(entry));
  const editor = new RankEditor({ get: () => null }, C);
  editor.apply(store.checkpoint()?.number ?? 0n, []);
  editor.replace([], entries);
  return toHex(editor.digest());
}

/** Ten blocks: keys come, change, go and come again; some blocks change nothing. */
async function tenBlocks(store: DomainStore, rank: DomainRank | null, seen?: () => Promise<void>) {
  for (let blockNum = 0n; blockNum < 10n; blockNum++) {
    const values: Record<string, string | null> = {};
    if (blockNum > 0n && blockNum !== 6n) {
      values[`k${blockNum}`] = 'new';
      values['often'] = String(blockNum);
      values['off and on'] = blockNum % 2n === 0n ? null : 'on';
      values[`k${blockNum / 2n}`] = 'changed';
    }
    await block(store, rank, blockNum, values);
    await seen?.();
  }
}

describe('a business node’s rank tree', () => {
  it('is that of its domain’s state after every block, over restarts too', async () => {
    const folder = join(dir, 'every');
    let store = await DomainStore.open(folder, TEST_OWNER);
    let rank = await open(store);
    await tenBlocks(store, rank, async () => {
      expect(toHex(rank.digest())).toBe(await digestOfState(store));
    });
    await store.close();
    store = await DomainStore.open(folder, TEST_OWNER);
    rank = await open(store);
    expect(toHex(rank.digest())).toBe(await digestOfState(store));
    await store.close();
  });

  const notFrozen = (rank: DomainRank, checkNum: bigint) =>
    expect(() => rank.view(checkNum)).toThrow(expect.objectContaining({ code: 'NOT_FROZEN' }));

  it('is kept as it was at the end of each cycle until that is released', async () => {
    const store = await DomainStore.open(join(dir, 'cycles'), TEST_OWNER);
    const rank = await open(store);
    const digests: string[] = [];
    await tenBlocks(store, rank, async () => {
      digests.push(await digestOfState(store));
      const newest = BigInt(digests.length - 1) / BigInt(C);
      for (let cycle = 1n; cycle <= newest; cycle++) {
        expect(toHex(rank.view(cycle).digest)).toBe(digests[Number(cycle) * C]);
      }
      notFrozen(rank, newest + 1n);
    });
    await store.commitRank(rank.released(1n));
    notFrozen(rank, 1n);
    expect(toHex(rank.view(2n).digest)).toBe(digests[2 * C]);
    await store.close();
  });

  it('gives the digest of each cycle, and freezes no more than sixteen', async () => {
    const store = await DomainStore.open(join(dir, 'sixteen'), TEST_OWNER);
    const lines: string[] = [];
    class NotingLog extends SilentLog {
      override info(message?: string): void {
        lines.push(message ?? '');
      }
    }
    const rank = await DomainRank.open(store, 'goods', 2, new NotingLog());
    const parts = async (blockNum: bigint) => {
      const before = await rank.advance(blockNum, []);
      await block(store, rank, blockNum, { often: String(blockNum) });
      return [before.part === null, blockNum % 2n !== 0n || blockNum === 0n];
    };
    for (let blockNum = 0n; blockNum <= 36n; blockNum++) {
      const [isNull, wanted] = await parts(blockNum);
      expect(isNull).toBe(wanted);
    }
    expect(rank.view(16n).block).toBe(32n);
    notFrozen(rank, 17n);
    expect(lines).toEqual([
      'block 34 is the end of a cycle and is not frozen: 16 cycles before it are not compared yet',
    ]);
    await store.commitRank(rank.released(1n));
    await block(store, rank, 37n, {});
    await block(store, rank, 38n, {});
    expect(rank.view(19n).block).toBe(38n);
    await store.close();
  });

  it('is rebuilt at a start only where there is none, or where it was begun', async () => {
    const store = await DomainStore.open(join(dir, 'made'), TEST_OWNER);
    await tenBlocks(store, null);
    const expected = await digestOfState(store);
    expect(toHex((await open(store)).digest())).toBe(expected);

    const commits = jest.spyOn(store, 'commitRank');
    expect(toHex((await open(store)).digest())).toBe(expected);
    expect(commits).not.toHaveBeenCalled();

    await store.clearRank();
    await store.commitRank([{ name: 'g/left-over', bytes: utf8('x') }]);
    expect(store.rankUnmade).toBe(true);
    const again = await open(store);
    expect(toHex(again.digest())).toBe(expected);
    expect([store.rankUnmade, store.rankPages.get('g/left-over')]).toEqual([false, null]);
    await block(store, again, 10n, { often: '10', k3: null });
    expect(toHex(again.digest())).toBe(await digestOfState(store));
    await store.close();
  });

  it('is made in portions that write each group once', async () => {
    const store = await DomainStore.open(join(dir, 'portions'), TEST_OWNER);
    for (let blockNum = 0n; blockNum < 9n; blockNum++) {
      const keys = Array.from({ length: 10 }, (_, i) => [`k${i}/${blockNum}`, `${i}`] as const);
      await block(store, null, blockNum, Object.fromEntries([...keys, ['😀', `${blockNum}`]]));
    }
    const groups: string[] = [];
    const entries: number[] = [];
    const commitRank = store.commitRank.bind(store);
    jest.spyOn(store, 'commitRank').mockImplementation((writes) => {
      groups.push(...writes.flatMap(({ name }) => (name.startsWith('g/') ? [name] : [])));
      return commitRank(writes);
    });
    const sortForRank = store.sortForRank.bind(store);
    jest.spyOn(store, 'sortForRank').mockImplementation((portion) => {
      entries.push(portion.length);
      return sortForRank(portion);
    });
    const rank = await DomainRank.open(store, 'goods', C, new SilentLog(), 15);
    expect(toHex(rank.digest())).toBe(await digestOfState(store));
    expect(Math.max(...entries)).toBe(15);
    expect(groups).toHaveLength(9);
    expect(new Set(groups).size).toBe(9);
    for await (const left of store.rankSorted()) throw new Error(`${left.key} was left`);
    await store.close();
  });

  it('has no digest while it is rebuilt', async () => {
    const store = await DomainStore.open(join(dir, 'unmade'), TEST_OWNER);
    const rank = await open(store);
    await tenBlocks(store, rank);
    await store.commitRank([{ name: 'p/0000000000000009', bytes: utf8('x') }]);
    const seen: string[] = [];
    const commits = jest.spyOn(store, 'commitRank').mockImplementation(() => {
      expect(() => rank.digest()).toThrow(expect.objectContaining({ code: 'RANK_TREE_UNMADE' }));
      seen.push('commit');
      return Promise.resolve();
    });
    await rank.advance(12n, []);
    commits.mockRestore();
    expect(seen).toEqual(['commit']);
    await store.close();
  });

  it('that is damaged is rebuilt from the state before the next block', async () => {
    const store = await DomainStore.open(join(dir, 'damaged'), TEST_OWNER);
    const rank = await open(store);
    await tenBlocks(store, rank);
    for (const name of ['p/0000000000000009', 'top']) {
      await store.commitRank([{ name, bytes: utf8('x') }]);
      const next = (store.checkpoint()?.number ?? 0n) + 1n;
      await block(store, rank, next, { often: String(next) });
      await block(store, rank, next + 1n, { k1: null });
      // The end of a cycle: here at the latest it shows.
      await block(store, rank, next + 2n, { k1: 'again' });
      expect(toHex(rank.digest())).toBe(await digestOfState(store));
    }
    const top = store.rankPages.get('top') ?? new Uint8Array();
    const ofAnotherBlock = top.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
    for (const bytes of [utf8('x'), ofAnotherBlock]) {
      await store.commitRank([{ name: 'top', bytes }]);
      const again = await open(store);
      await block(store, again, (store.checkpoint()?.number ?? 0n) + 1n, { k2: 'again' });
      expect(toHex(again.digest())).toBe(await digestOfState(store));
    }
    await store.close();
  });

  it('reports a state whose entries are not where the tree has them', async () => {
    const store = await DomainStore.open(join(dir, 'strays'), TEST_OWNER);
    const errors: string[] = [];
    class NotingLog extends SilentLog {
      override error(message?: string): void {
        errors.push(message ?? '');
      }
    }
    const rank = await DomainRank.open(store, 'goods', 2, new NotingLog());
    await block(store, rank, 1n, { a: '1' });
    const entry = (blockNum: bigint, verNum: number) => {
      const none = new Uint8Array();
      return storedEntry({
        value: none,
        deleted: true,
        validationParameter: none,
        blockNum,
        txNum: 0,
        verNum,
      });
    };
    await rank.advance(2n, [{ namespace: 'goods', key: 'a', entry: entry(2n, 6), before: entry(1n, 5) }]);
    expect(errors).toHaveLength(1);
    await store.close();
  });
});
