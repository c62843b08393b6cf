// What the module offers to JavaScript.

import { areaOf, attach, bytesInUse } from './allocator';
import { fastFind, plainFind } from './find';
import {
  CACHE_LEVEL, CHUNK, CHUNK_LIMIT, CLASSES, EXTRAS_LENGTH, FINDS, FOUND, FULL, ARENA, INBOX, INBOX_END, KEY, LIVE, MAX_OPERATIONS,
  MAX_THREADS, NEXT_CHUNK, OPERATIONS, ORDER, SCATTERED, SOME_FREE, STOPPED, STOP_AT, VISITED,
} from './layout';
import { area } from './allocator';
import { VALUE_LENGTH, KEY_LENGTH, LEAF_HEADER } from './nodes';

export { attach } from './allocator';
export { runInOrder, sort } from './batch';
export { commitTop, gather } from './commit';
export {
  child, emitNode, emitRoot, extra, firstChanged, firstRetired, following, isLeaf, keyOf, keyOfRetired, nodeDepth,
  nodeHang, onlyChildOf, outbox, path, root, trail,
} from './emit';
export { collect, findAll } from './find-many';
export { APPLY, awaitOthers, COMMIT, currentGeneration, dismiss, doAlone, give, serve, takeOver, takePart, unfinished } from './work';

/** Makes an empty memory a trie of `chunks` chunks in all. */
export function initialise(chunks: u32): void {
  attach(0);
  store<u32>(CHUNK_LIMIT, chunks);
  store<u32>(NEXT_CHUNK, <u32>ARENA / CHUNK);
}

/** Makes a memory into which an image was read a trie again: the cache arrays are empty, and there may be more of it. */
export function adopt(chunks: u32): void {
  store<u32>(CHUNK_LIMIT, chunks);
  store<u32>(CACHE_LEVEL, 0);
  for (let sizeClass: usize = 0; sizeClass < <usize>CLASSES; sizeClass++) store<u32>(SOME_FREE + (sizeClass << 2), 1);
}

export function inbox(): usize { return INBOX; }
export function inboxEnd(): usize { return INBOX_END; }
export function maxOperations(): u32 { return MAX_OPERATIONS; }
export function maxThreads(): u32 { return MAX_THREADS; }
export function order(): usize { return ORDER; }
export function setOperations(count: u32, scattered: bool): void {
  store<u32>(OPERATIONS, count);
  store<u32>(SCATTERED, scattered);
}

export function keyBuffer(): usize { return area + KEY; }
/** The leaf of the key in the key buffer, or 0. */
export function find(length: u32, cached: bool): usize {
  return cached ? fastFind(area + KEY, length, atomic.load<u32>(CACHE_LEVEL) >> 2) : plainFind(area + KEY, length);
}
export function valueAt(leaf: usize): usize { return leaf + LEAF_HEADER + <usize>load<u16>(leaf, KEY_LENGTH); }
export function valueLength(leaf: usize): u32 { return <u32>load<u16>(leaf, VALUE_LENGTH); }

export function isFull(): bool { return atomic.load<u32>(FULL) != 0; }
export function chunkLimit(): u32 { return load<u32>(CHUNK_LIMIT); }
export function chunksUsed(): u32 { return atomic.load<u32>(NEXT_CHUNK); }
export function firstChunk(): u32 { return <u32>ARENA / CHUNK; }
export function usedBytes(): u32 { return bytesInUse(); }
export function cacheLevel(): u32 { return atomic.load<u32>(CACHE_LEVEL); }
export function extrasLength(): u32 { return load<u32>(EXTRAS_LENGTH); }

export function liveKeys(): i32 {
  let sum: i32 = 0;
  for (let thread: u32 = 0; thread < MAX_THREADS; thread++) sum += load<i32>(areaOf(thread), LIVE);
  return sum;
}
/** Of all threads: lookups among operations that found their key. */
export function found(): u32 {
  let sum: u32 = 0;
  for (let thread: u32 = 0; thread < MAX_THREADS; thread++) sum += load<u32>(areaOf(thread), FOUND);
  return sum;
}
export function finds(): u32 { return load<u32>(area, FINDS); }
export function visited(): u32 { return load<u32>(area, VISITED); }

export function stopAt(thread: u32, place: u32): void {
  const at = STOP_AT + (<usize>thread << 2);
  atomic.store<u32>(at, place);
}
export function stoppedAt(thread: u32): u32 { return atomic.load<u32>(STOPPED + (<usize>thread << 2)); }
