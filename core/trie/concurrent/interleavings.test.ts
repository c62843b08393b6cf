import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { concat, toHex, utf8 } from '../../bytes/bytes.js';
import { PlainTrie } from '../plain-trie.js';
import type { TrieChange } from '../state-trie.js';
import { KERNEL } from '../testing/gen/kernel-with-stops.js';
import { scatteredKeys } from '../testing/generators.js';
import { KillableThreads } from '../testing/node-threads.js';
import { sameValue } from '../testing/same-value.js';
import { createArena, openArena, type TrieArena } from './arena.js';
import { ConcurrentTrie, WORTH_SHARING } from './concurrent-trie.js';
import { imageOf } from './image.js';
import { Inbox, type Lookup } from './inbox.js';
import type { TrieKernel } from './kernel.js';
import { ThreadPool } from './threads.js';

/** Places at which a thread stands still: `core/trie/assembly/stops.ts`. */
const STOPS = { case1: 1, case2: 2, case3: 3, removal: 4, cache: 5 } as const;

/** The thread that is made to stand still. */
const OTHER = 1;

let arena: TrieArena;
let kernel: TrieKernel;
let inbox: Inbox;
let trie: ConcurrentTrie;
let pool: ThreadPool;
let platform: KillableThreads;
let plain: PlainTrie;

beforeEach(() => {
  arena = createArena(128 << 20, KERNEL);
  kernel = openArena(arena, 0);
  inbox = new Inbox(kernel, arena.memory.buffer, false);
  platform = new KillableThreads();
  pool = new ThreadPool(arena, 1, platform);
  // This thread works alone, beside the other.
  trie = new ConcurrentTrie(arena);
  plain = new PlainTrie();
});

afterEach(async () => {
  kernel.stopAt(OTHER, 0);
  await pool.stop();
});

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('the other thread never got there');
    await platform.breathe();
  }
}

/** Has the other thread make a change, or a lookup, until it is at `place`. */
async function begin(operation: TrieChange | Lookup, place: number): Promise<void> {
  kernel.stopAt(OTHER, place);
  inbox.fill([operation], 0);
  kernel.sort();
  kernel.give(kernel.APPLY.value, 1);
  await until(() => kernel.stoppedAt(OTHER) === 1);
}

async function goOn(): Promise<void> {
  kernel.stopAt(OTHER, 0);
  await until(() => kernel.unfinished() === 0);
}

/** Makes changes here: few at a time, so that none becomes a job while the other thread has one. */
async function both(...changes: TrieChange[]): Promise<void> {
  const few = WORTH_SHARING - 1;
  for (let from = 0; from < changes.length; from += few) await trie.apply(changes.slice(from, from + few));
  await plain.apply(changes);
}

/** Roots of the plain trie, by names of what it holds. */
const roots = new Map<string, string>();

/** Where the tries hold more than once what `contents` names, the plain one's root is made once: hashing is slow there. */
async function expectSameRoot(contents?: string): Promise<void> {
  const wanted = roots.get(contents ?? '') ?? toHex((await plain.commit()).root);
  if (contents !== undefined) roots.set(contents, wanted);
  expect(toHex((await trie.commit()).root)).toBe(wanted);
}

const put = (key: string, value = `value of ${key}`): TrieChange => ({ key: utf8(key), value: utf8(value) });
const drop = (key: string): TrieChange => ({ key: utf8(key), value: null });

jest.setTimeout(60_000);

const [old, fresh] = [scatteredKeys(1000, 1), scatteredKeys(3000, 2)];

describe('a thread that is stopped between its read and its swap', () => {
  it.each<[string, number, TrieChange[], TrieChange, TrieChange[]]>([
    ['case 1: the root was taken', STOPS.case1, [], put('aa'), [put('ab')]],
    ['case 1: the slot was taken by a key alike', STOPS.case1, [put('a'), put('b')], put('ca'), [put('cb')]],
    [
      'case 1: the slot was taken by a branch',
      STOPS.case1,
      [put('a'), put('b')],
      put('ca'),
      [put('cb'), put('cc')],
    ],
    [
      'case 1: the slot was taken by the key’s beginning',
      STOPS.case1,
      [put('a'), put('b')],
      put('cc'),
      [put('c')],
    ],
    ['case 2: the leaf was split below', STOPS.case2, [put('aaaa')], put('ab'), [put('aaab')]],
    ['case 2: the leaf was split above', STOPS.case2, [put('aaaa')], put('aaab'), [put('b')]],
    ['case 2: the leaf was split at the same place', STOPS.case2, [put('aaaa')], put('aaab'), [put('aaac')]],
    [
      'case 2: the extension was split below',
      STOPS.case2,
      [put('aaaa'), put('aaab')],
      put('ab'),
      [put('aac')],
    ],
    [
      'case 2: the extension was split above',
      STOPS.case2,
      [put('aaaa'), put('aaab')],
      put('aac'),
      [put('b')],
    ],
    ['case 2: the leaf was replaced', STOPS.case2, [put('aaaa')], put('ab'), [put('aaaa', 'another')]],
    ['case 2: the leaf was removed', STOPS.case2, [put('aaaa')], put('ab'), [drop('aaaa')]],
    ['case 3: the leaf got a branch above it', STOPS.case3, [put('aa', 'old')], put('aa'), [put('ab')]],
    [
      'case 3: and the key is another’s beginning',
      STOPS.case3,
      [put('a', 'old')],
      put('a'),
      [put('ab'), put('ac')],
    ],
    [
      'removal: the leaf got a branch above it',
      STOPS.removal,
      [put('aa'), put('b')],
      drop('aa'),
      [put('ab')],
    ],
    ['removal: its neighbour was removed', STOPS.removal, [put('aa'), put('ab')], drop('aa'), [drop('ab')]],
  ])('makes its change all the same: %s', async (_title, place, before, change, meanwhile) => {
    await both(...before);
    await begin(change, place);
    await both(...meanwhile);
    // Nobody waits for it: what is there is found, and what it did not do yet is not.
    for (const { key } of [...before, ...meanwhile]) expect(trie.find(key)).toEqual(plain.find(key));
    if (place < STOPS.case3) expect(trie.find(change.key)).toBeNull();
    await goOn();
    await plain.apply([change]);
    expect(trie.find(change.key)).toEqual(plain.find(change.key));
    await expectSameRoot();
    await both(...[...before, ...meanwhile].map(({ key }) => ({ key, value: null })));
    await expectSameRoot();
  });

  it.each(Object.entries(STOPS).filter(([name]) => name !== 'cache'))(
    'and dies there, in the midst of many changes (%s), stops nobody',
    async (_name, place) => {
      const change = [
        ...fresh.map((key) => ({ key, value: key })),
        ...old.map((key, i) => ({ key, value: i % 2 === 0 ? null : key.slice(0, 20) })),
      ];
      await both(...old.map((key) => ({ key, value: key })));
      await plain.apply(change);
      kernel.stopAt(OTHER, place);
      inbox.fill(change, 0);
      kernel.sort();
      kernel.give(kernel.APPLY.value, 64);
      await until(() => kernel.stoppedAt(OTHER) === 1);
      // This thread finishes everything else, and only what the other had claimed is left.
      kernel.takePart(kernel.currentGeneration());
      expect(kernel.unfinished()).toBe(1);
      await platform.kill(OTHER);
      kernel.takeOver(OTHER);
      expect(kernel.unfinished()).toBe(0);
      expect(change.filter(({ key }) => !sameFound(trie, key))).toEqual([]);
      await expectSameRoot('old and fresh keys, changed');
    },
  );
});

function sameFound(mine: ConcurrentTrie, key: Uint8Array): boolean {
  return sameValue(mine.find(key), plain.find(key));
}

describe('the cache arrays', () => {
  const keys = scatteredKeys(10_000, 3);
  const [present, later] = [keys.slice(0, 8000), keys.slice(8000)];
  const prefix = (bytes: Uint8Array): number => ((bytes[0] ?? 0) << 4) | ((bytes[1] ?? 0) >> 4);
  const next = (bytes: Uint8Array): number => (bytes[1] ?? 0) & 15;
  /** A key at which a branch of exactly 12 bits stands, one that nobody has looked up yet. */
  const key =
    present.find((mine) =>
      present.some((other) => prefix(other) === prefix(mine) && next(other) !== next(mine)),
    ) ?? utf8('');
  const seen = present.filter((other) => prefix(other) !== prefix(key));

  beforeEach(async () => {
    await both(...present.map((added) => ({ key: added, value: added })));
    await expectSameRoot('present');
    for (let round = 0; round < 2; round++) for (const other of seen) trie.find(other);
  });

  function expectAllFound(): void {
    expect(keys.filter((key) => !sameFound(trie, key))).toEqual([]);
  }

  it('are at a level that fits the trie', () => {
    expect(trie.fill().cacheLevel).toBe(12);
  });

  it('make lookups visit fewer nodes', () => {
    const visits = (cached: number): number => {
      new Uint8Array(arena.memory.buffer).set(concat(...present), kernel.inbox());
      const before = kernel.visited();
      expect(kernel.findAll(present.length, 32, cached)).toBe(present.length);
      return (kernel.visited() - before) / present.length;
    };
    expect(visits(1)).toBeLessThan(3);
    expect(visits(0)).toBeGreaterThan(4.5);
  });

  it('take an entry late that was read before the branch below and above changed', async () => {
    await begin({ key, lookup: true }, STOPS.cache);
    await both(...later.map((added) => ({ key: added, value: added })));
    await both(
      ...present
        .filter((other) => other !== key)
        .slice(0, 4000)
        .map((gone) => ({ key: gone, value: null })),
    );
    await goOn();
    expect(kernel.found()).toBe(1);
    expectAllFound();
    await expectSameRoot();
    expectAllFound();
  });

  it('forget branches that are gone, and find what comes in their place', async () => {
    for (let round = 0; round < 2; round++) {
      await both(...present.map((key) => ({ key, value: null })));
      await expectSameRoot();
      expectAllFound();
      await both(...later.map((key) => ({ key, value: key })));
      await expectSameRoot('later');
      expectAllFound();
      await both(...keys.map((key, i) => ({ key, value: i % 3 === 0 ? null : key })));
      await expectSameRoot('two of three keys');
      expectAllFound();
    }
  });

  it('go down a level again when the trie has shrunk', async () => {
    await both(...present.slice(200).map((key) => ({ key, value: null })));
    await expectSameRoot();
    for (let round = 0; round < 50; round++) for (const key of present.slice(0, 200)) trie.find(key);
    expect(trie.fill().cacheLevel).toBe(8);
    expectAllFound();
  });
});

describe('memory', () => {
  it('is used again: updates and removals without end take no more', async () => {
    const keys = scatteredKeys(600, 5);
    const sizes: number[] = [];
    for (let round = 0; round < 40; round++) {
      await both(...keys.map((key, i) => ({ key, value: (i + round) % 5 === 0 ? null : key })));
      await expectSameRoot(`four of five keys, ${round % 5}`);
      sizes.push(trie.fill().reservedBytes);
    }
    expect(sizes.at(-1)).toBe(sizes[20]);
    await both(...keys.map((key) => ({ key, value: null })));
    await expectSameRoot();
    expect(trie.fill()).toMatchObject({ keys: 0, usedBytes: 0 });
  });

  it('that is full is an error which names how many keys there are, and stays one until the trie is loaded anew', async () => {
    const arena = createArena(46 << 20);
    const small = new ConcurrentTrie(arena);
    const keys = scatteredKeys(30_000, 6);
    const all = keys.map((key) => ({ key, value: new Uint8Array(100).fill(1) }));
    await small.apply(all.slice(0, 2000));
    await small.commit();
    await expect(small.apply(all)).rejects.toMatchObject({
      code: 'TRIE_FULL',
      detail: { keys: expect.any(Number) },
    });
    expect(small.fill().keys).toBeGreaterThan(5000);
    const full = { code: 'TRIE_FULL' };
    await expect(small.commit()).rejects.toMatchObject(full);
    // A removal needs no memory, nor does nothing at all: refused as well, for what came before is half made.
    await expect(small.apply([{ key: utf8('a'), value: null }])).rejects.toMatchObject(full);
    await expect(small.apply([])).rejects.toMatchObject(full);
    expect(() => small.prove(utf8('a'))).toThrow(expect.objectContaining(full));
    expect(() => small.root()).toThrow(expect.objectContaining(full));
    // Another face of the same memory sees it, too.
    const again = new ConcurrentTrie(arena);
    await expect(again.commit()).rejects.toMatchObject(full);
    expect(() => again.root()).toThrow(expect.objectContaining(full));
    expect(() => imageOf(arena)).toThrow(expect.objectContaining(full));
  });
});
