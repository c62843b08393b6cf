// Lookups: never wait, never begin again (seed 000, algorithms 2 and 3).

import { area } from './allocator';
import { beginning, record } from './cache';
import { FINDS, ROOT, VISITED } from './layout';
import {
  BRANCH_BIT, DEPTH, indexOf, LEAF_HEADER, readSlot, REMOVED, sameKey, slotAt,
} from './nodes';

/** Depth, plus one, of the last branch that `search` passed. */
let last: u32 = 0;
/** The branch that it passed whose path could be cached, by depth 2…5. */
let passed: usize = 0;

/** The leaf of a key, or 0. `level` is the cache's, in half-bytes: the last branch there or one above is kept in `passed`. */
function search(from: usize, key: usize, length: u32, level: u32): usize {
  const nibbles = length << 1;
  let node = from;
  let visited: u32 = 0;
  let depth: u32 = 0;
  passed = 0;
  while (node != 0) {
    visited++;
    const word = <u32>load<u16>(node, DEPTH);
    if (!(word & BRANCH_BIT)) {
      if (word != length || !sameKey(node + LEAF_HEADER, key, length)) node = 0;
      break;
    }
    depth = word & ~BRANCH_BIT;
    if (nibbles < depth) node = 0;
    else {
      if (depth - (level - 1) < 2) passed = node;
      node = readSlot(slotAt(node, indexOf(key, nibbles, depth)));
    }
  }
  last = depth;
  store<u32>(area, load<u32>(area, VISITED) + visited, VISITED);
  store<u32>(area, load<u32>(area, FINDS) + 1, FINDS);
  return node;
}

/** The leaf of `key`, by way of the cache arrays; 0 where the key has no value. */
export function fastFind(key: usize, length: u32, level: u32): usize {
  const cached = length >= 4 ? beginning(key, length) : 0;
  const leaf = search(cached != 0 ? cached : readSlot(ROOT), key, length, level);
  if (leaf == 0) return 0;
  // A branch on the way is on the key's path only if the key was there: half-bytes of extensions are not compared.
  // The one that it began with is in the cache already.
  if (length >= 4) record(key, passed == cached ? 0 : passed, last);
  return load<u8>(leaf, REMOVED) ? 0 : leaf;
}

/** The same from the root, without a cache. */
export function plainFind(key: usize, length: u32): usize {
  const leaf = search(readSlot(ROOT), key, length, 0);
  return leaf == 0 || load<u8>(leaf, REMOVED) ? 0 : leaf;
}
