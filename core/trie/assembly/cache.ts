// Cache arrays (seed 000, section 4.4, algorithms 3 and 4): for a prefix of 8, 12, 16 or 20 bits, the branch whose path
// is exactly that prefix. Nothing can come between a path and the branch that ends it, so an entry stays right until
// a commit takes the branch out, and that clears the entry first.

import { area } from './allocator';
import { CACHE_12, CACHE_16, CACHE_20, CACHE_8, CACHE_LEVEL, COMMITTING, DEEP, SHALLOW, WINDOW } from './layout';
import { depthOf } from './nodes';
import { CACHE, stop } from './stops';

export const LOWEST: u32 = 8;
const HIGHEST: u32 = 20;
/** A branch at this level makes the first array. */
const FIRST_NEED: u32 = 12;
/**
 * Lookups that are counted before the level is looked at, how many of them raise it, and how many lower it. Both could
 * not be so of one trie: what ends below a level does not end above the next.
 */
const PERIOD: u32 = 4096;
const RAISES: u32 = 2304;
const LOWERS: u32 = 3072;

/** The array of a level: slot 0 is never used, and holds 0. */
export function arrayOf(level: u32): usize {
  if (level == 8) return CACHE_8;
  if (level == 12) return CACHE_12;
  return level == 16 ? CACHE_16 : CACHE_20;
}

/** The slot of a key's prefix; the key has at least `level` bits. */
// @ts-ignore: decorator
@inline function place(key: usize, level: u32): usize {
  return arrayOf(level) + 4 + (<usize>(bswap<u32>(load<u32>(key)) >> (32 - level)) << 2);
}

/** Where a lookup may begin (`fastfind`): a branch on the key's path, or 0 for the root. */
export function beginning(key: usize, length: u32): usize {
  for (let level = atomic.load<u32>(CACHE_LEVEL); level >= LOWEST; level -= 4) {
    if (length << 3 < level) continue;
    const branch = <usize>atomic.load<u32>(place(key, level));
    if (branch != 0) return branch;
  }
  return 0;
}

/**
 * Notes what a lookup found: `candidate` is the branch on the key's path at the cache's level, else at the one above it, or 0; `depth` is that
 * of the last branch.
 */
export function record(key: usize, candidate: usize, depth: u32): void {
  const level = atomic.load<u32>(CACHE_LEVEL);
  if (candidate != 0) keep(key, level, candidate);
  count(level, 1, <u32>(depth << 2 > level), <u32>(depth << 2 < level), depth);
}

/**
 * Puts a branch on the path of `key` into the array at whose level its path ends: `level`, or the one below, where
 * lookups begin if there is no such branch.
 */
export function keep(key: usize, level: u32, candidate: usize): void {
  const own = depthOf(candidate) << 2;
  if (own < LOWEST || own > level || own + 4 < level || atomic.load<u32>(COMMITTING)) return;
  const slot = place(key, own);
  stop(CACHE);
  if (atomic.load<u32>(slot) != <u32>candidate) atomic.store<u32>(slot, <u32>candidate);
}

/**
 * Counts lookups, those that ended below and above the cache's level, and the depth of the deepest. Raises or lowers the
 * level where most of a period do.
 */
export function count(level: u32, lookups: u32, below: u32, above: u32, deepest: u32): void {
  if (level == 0) {
    if (deepest << 2 >= FIRST_NEED) atomic.cmpxchg<u32>(CACHE_LEVEL, 0, LOWEST);
    return;
  }
  const deep = load<u32>(area, DEEP) + below;
  const shallow = load<u32>(area, SHALLOW) + above;
  const window = load<u32>(area, WINDOW) + lookups;
  if (window < PERIOD) {
    store<u32>(area, deep, DEEP);
    store<u32>(area, shallow, SHALLOW);
    store<u32>(area, window, WINDOW);
    return;
  }
  store<u32>(area, 0, DEEP);
  store<u32>(area, 0, SHALLOW);
  store<u32>(area, 0, WINDOW);
  if (deep > RAISES && level < HIGHEST) atomic.cmpxchg<u32>(CACHE_LEVEL, level, level + 4);
  else if (shallow > LOWERS && level > LOWEST) atomic.cmpxchg<u32>(CACHE_LEVEL, level, level - 4);
}

/** Forgets a branch on the path of `key` that is about to be taken out. */
export function forget(branch: usize, key: usize): void {
  const level = depthOf(branch) << 2;
  if (level < LOWEST || level > HIGHEST) return;
  const slot = place(key, level);
  if (atomic.load<u32>(slot) == <u32>branch) atomic.store<u32>(slot, 0);
}

/** Forgets a branch whose path nobody knows any more. */
export function forgetEverywhere(branch: usize): void {
  const level = depthOf(branch) << 2;
  if (level < LOWEST || level > HIGHEST) return;
  const end = arrayOf(level) + 4 + (<usize>4 << level);
  for (let slot = arrayOf(level) + 4; slot < end; slot += 4) {
    if (atomic.load<u32>(slot) == <u32>branch) atomic.store<u32>(slot, 0);
  }
}
