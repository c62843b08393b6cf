import { concat, openArena, type TrieArena } from '@cotrace/core';
import type { Keys } from './keys.js';
import { LOOKUPS } from './subjects.js';
import { startModule } from './wasm.js';

/** Bytes of a key, and of a leaf before its key. */
const KEY_SIZE = 32;
const LEAF_HEADER = 48;

interface Table {
  put(table: number, mask: number, key: number, leaf: number): void;
  findAll(table: number, mask: number, keys: number, stride: number, count: number, header: number): number;
}

/** Lookups inside WebAssembly, where neither side pays for calls from JavaScript. */
export interface InnerFinds {
  /** Milliseconds of `LOOKUPS` lookups: by way of the cache arrays, from the root, and in a hash table. */
  readonly cached: number;
  readonly uncached: number;
  readonly table: number;
  /** Nodes looked at per lookup. */
  readonly cachedVisits: number;
  readonly uncachedVisits: number;
  readonly cacheLevel: number;
}

/** Measures lookups in an arena that holds `keys`, `rounds` times, and gives the least of each. */
export async function innerFinds(arena: TrieArena, keys: Keys, rounds: number): Promise<InnerFinds> {
  const kernel = openArena(arena, 0);
  const { buffer } = arena.memory;
  const bytes = new Uint8Array(buffer);
  const table = (await startModule('table', arena.memory)) as Table;
  // At the end of the arena, which the trie has not come to.
  const slots = 2 ** Math.ceil(Math.log2(2 * keys.count));
  const at = buffer.byteLength - 4 * slots;
  if (at < kernel.chunksUsed() * 65_536) throw new Error('the hash table does not fit beside the trie');
  for (let i = 0; i < keys.count; i++) {
    bytes.set(keys.key(i), kernel.keyBuffer() >>> 0);
    table.put(at, slots - 1, kernel.keyBuffer(), kernel.find(32, 0));
  }
  const first = kernel.inbox();
  bytes.set(concat(...keys.lookups(LOOKUPS)), first);
  const least = { cached: Infinity, uncached: Infinity, table: Infinity };
  const visits = { cached: 0, uncached: 0 };
  for (let round = 0; round < rounds; round++) {
    for (const name of ['cached', 'uncached'] as const) {
      const before = kernel.visited();
      const ms = check(() => kernel.findAll(LOOKUPS, KEY_SIZE, Number(name === 'cached')));
      least[name] = Math.min(least[name], ms);
      visits[name] = (kernel.visited() - before) / LOOKUPS;
    }
    const ms = check(() => table.findAll(at, slots - 1, first, KEY_SIZE, LOOKUPS, LEAF_HEADER));
    least.table = Math.min(least.table, ms);
  }
  return {
    ...least,
    cachedVisits: visits.cached,
    uncachedVisits: visits.uncached,
    cacheLevel: kernel.cacheLevel(),
  };
}

function check(act: () => number): number {
  const start = performance.now();
  const found = act();
  const ms = performance.now() - start;
  if (found !== LOOKUPS) throw new Error(`${LOOKUPS - found} keys were not found`);
  return ms;
}
