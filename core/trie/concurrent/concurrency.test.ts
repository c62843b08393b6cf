import { afterEach, describe, expect, it } from '@jest/globals';
import { toHex } from '../../bytes/bytes.js';
import { PlainTrie } from '../plain-trie.js';
import type { TrieChange } from '../state-trie.js';
import { scatteredKeys } from '../testing/generators.js';
import { KillableThreads } from '../testing/node-threads.js';
import { Reader, versioned } from '../testing/reader.js';
import { createArena } from './arena.js';
import { ConcurrentTrie } from './concurrent-trie.js';
import { ThreadPool } from './threads.js';

const DEEP = process.env['CI_DEEP'] === '1';
const SEEDS = DEEP ? 50 : 2;
const OPERATIONS = DEEP ? 800_000 : 20_000;
const THREADS = 8;
const BATCHES = 4;
/** How many batches pass until roots are compared: the plain trie needs seconds for a root of so many keys. */
const COMPARED_EVERY = DEEP ? BATCHES : 1;

const pools: ThreadPool[] = [];

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.stop()));
});

function trieOf(count: number, scattered: boolean) {
  const arena = createArena(DEEP ? 1 << 30 : 256 << 20);
  const platform = new KillableThreads();
  const pool = new ThreadPool(arena, count, platform);
  pools.push(pool);
  return { arena, platform, trie: new ConcurrentTrie(arena, pool, scattered) };
}

/** Every other seed has keys dealt out so that threads meet everywhere, not by their beginnings. */
function isScattered(seed: number): boolean {
  return seed % 2 === 0;
}

/** Pseudo-random numbers below 2^32 (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** At most `n` distinct keys of 1 to 32 bytes of which many begin alike and some are the beginning of others. */
function crowdedKeys(n: number, next: () => number): Uint8Array[] {
  const stems = scatteredKeys(20, next());
  const keys = Array.from({ length: n }, () => {
    const key = (stems[next() % stems.length] ?? new Uint8Array(32)).slice(0, 1 + (next() % 32));
    for (let i = 0; i < 3; i++) key[next() % key.length] = next() % 256;
    return key;
  });
  return [...new Map(keys.map((key) => [toHex(key), key])).values()];
}

/** Insertions, updates and removals, each with a value that begins with its key, so that a lookup can be judged. */
function operations(n: number, seed: number): TrieChange[] {
  const next = random(seed);
  const keys = crowdedKeys(Math.ceil(n / 3), next);
  return Array.from({ length: n }, () => {
    const key = keys[next() % keys.length] ?? new Uint8Array(1);
    const value = new Uint8Array(key.length + (next() % 60) + 1).fill(next() % 256);
    value.set(key);
    return { key, value: next() % 4 === 0 ? null : value };
  });
}

/** The last change of each key; changes of one key share it as one object. */
function lastOfEach(changes: readonly TrieChange[]): TrieChange[] {
  return [...new Map(changes.map((change) => [change.key, change])).values()];
}

/** Compares roots after as many batches as are to pass, and tells the plain trie what they left. */
class Oracle {
  readonly trie = new PlainTrie();
  #since: TrieChange[] = [];
  #batches = 0;

  async compare(seed: number, changes: readonly TrieChange[], root: Uint8Array): Promise<void> {
    this.#since = lastOfEach([...this.#since, ...changes]);
    if (++this.#batches % COMPARED_EVERY !== 0) return;
    await this.trie.apply(this.#since);
    this.#since = [];
    expect([seed, toHex(root)]).toEqual([seed, toHex((await this.trie.commit()).root)]);
  }
}

describe('the concurrent trie', () => {
  it(`has the plain trie’s root after ${THREADS} threads changed it`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { trie } = trieOf(THREADS - 1, isScattered(seed));
      const oracle = new Oracle();
      const all = operations(OPERATIONS, seed);
      for (let from = 0; from < all.length; from += OPERATIONS / BATCHES) {
        const batch = all.slice(from, from + OPERATIONS / BATCHES);
        const applied = trie.apply(batch);
        // Lookups go on while others change the trie: each sees a value of its key, or none.
        for (const { key } of batch.slice(0, 500)) {
          const value = trie.find(key);
          if (value !== null) expect(value.subarray(0, key.length)).toEqual(key);
          await Promise.resolve();
        }
        await applied;
        await oracle.compare(seed, batch, (await trie.commit()).root);
      }
      for (const { key } of all.slice(0, 1000)) expect(trie.find(key)).toEqual(oracle.trie.find(key));
      await Promise.all(pools.splice(0).map((pool) => pool.stop()));
    }
  }, 3_600_000);

  it('shows another thread, which looks keys up meanwhile, whole values, in order and none missing', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { arena, trie } = trieOf(THREADS - 1, isScattered(seed));
      const oracle = new Oracle();
      const next = random(seed);
      const keys = crowdedKeys(OPERATIONS / 10, next);
      // Removals are of a quarter of the keys, so that none of the others may ever be missing.
      const removable = keys.map((_key, i) => i % 4 === 3);
      const first = keys.map((key) => ({ key, value: versioned(key, 0) }));
      for (const changed of [trie, oracle.trie]) await changed.apply(first);
      await trie.commit();
      // Where all cores are busy with the changes, a batch can pass before the other thread has its turn.
      let during = 0;
      for (let batches = 0; batches < BATCHES || (during === 0 && batches < 100); batches++) {
        const from = 1 + (batches * OPERATIONS) / BATCHES;
        const batch = Array.from({ length: OPERATIONS / BATCHES }, (_, i): TrieChange => {
          const at = next() % keys.length;
          const key = keys[at] ?? new Uint8Array(1);
          const removes = removable[at] === true && next() % 2 === 0;
          return { key, value: removes ? null : versioned(key, from + i) };
        });
        const reader = new Reader(arena, keys, removable);
        await reader.started();
        const before = reader.lookups();
        await trie.apply(batch);
        during += reader.lookups() - before;
        expect([seed, await reader.stop()]).toEqual([seed, []]);
        await oracle.compare(seed, batch, (await trie.commit()).root);
      }
      expect(during).toBeGreaterThan(0);
      await Promise.all(pools.splice(0).map((pool) => pool.stop()));
    }
  }, 3_600_000);

  it('goes on when threads die, whatever they were doing, and has the right root', async () => {
    const { trie, platform } = trieOf(THREADS - 1, true);
    const plain = new PlainTrie();
    for (let round = 1; round < THREADS; round++) {
      const batch = operations(4000, 100 + round);
      const [applied, killed] = [trie.apply(batch), platform.kill(round)];
      await Promise.all([applied, killed]);
      await plain.apply(batch);
      const [committed] = await Promise.all([trie.commit(), platform.kill(round + 1)]);
      expect(toHex(committed.root)).toBe(toHex((await plain.commit()).root));
    }
  });
});
