// Many lookups side by side. A lookup is a chain of reads, each of which waits for the one before; several chains, each
// moved on by one node in turn, wait for memory together. A step does not branch on what it read, so that the processor
// has nothing to guess and can be steps ahead.

import { area } from './allocator';
import { copyBytes } from './bytes';
import { arrayOf, count as countLookups, keep, LOWEST } from './cache';
import { fastFind, plainFind } from './find';
import { CACHE_8, CACHE_LEVEL, FINDS, INBOX, INBOX_END, LANES, ORDER, ROOT, VISITED } from './layout';
import {
  BRANCH, BRANCH_BIT, DEPTH, hangOf, KEY_LENGTH, kindOf, LEAF_HEADER, nibble, readSlot, REMOVED, sameKey, slotAt,
  VALUE_LENGTH,
} from './nodes';

/** Lookups at a time. */
const GROUP: u32 = 16;

// A lane: its node, its key, and the branch on its way that the cache could hold.
const LANE: usize = 12;
const NODE: usize = 0;
const KEY: usize = 4;
const PASSED: usize = 8;

// Of the group under way: the cache's level in bits, or 0, where the entries of it and of the level below are, and how far
// the first 32 bits of a key are shifted to be an index of those.
let bits: u32 = 0;
let entries: usize = 0;
let lowerEntries: usize = 0;
let lowerShift: u32 = 0;

function lookAt(level: u32): void {
  bits = level;
  if (level == 0) return;
  entries = arrayOf(level) + 4;
  // Below the lowest level, the slot that is never used.
  lowerEntries = level > LOWEST ? arrayOf(level - 4) + 4 : CACHE_8;
  lowerShift = level > LOWEST ? 36 - level : 32;
}

/**
 * Looks up `count` keys of `length` bytes, which stand one after the other in the inbox; their leaves, or 0, go to
 * `ORDER`. Answers how many were found.
 */
export function findAll(count: u32, length: u32, cached: bool): u32 {
  const lanes = area + LANES;
  const nibbles = length << 1;
  let key = INBOX;
  let visited = count;
  let found: u32 = 0;
  for (let done: u32 = 0; done < count; done += GROUP) {
    const end = lanes + <usize>min(GROUP, count - done) * LANE;
    const root = readSlot(ROOT);
    lookAt(cached && length >= 4 ? atomic.load<u32>(CACHE_LEVEL) : 0);
    let branches: u32 = 0;
    for (let at = lanes; at < end; at += LANE) {
      store<u32>(at, <u32>key, KEY);
      store<u32>(at, 0, PASSED);
      if (bits != 0) branches += begin(at, root, key, nibbles);
      else branches += step(at, root, load<u16>(root, DEPTH), key, nibbles);
      key += <usize>length;
    }
    const lower = bits != 0 ? ((bits >> 2) - 1) | BRANCH_BIT : u32.MAX_VALUE >> 1;
    while (branches != 0) {
      visited += branches;
      branches = 0;
      for (let at = lanes; at < end; at += LANE) {
        const node = <usize>load<u32>(at, NODE);
        const word = <u32>load<u16>(node, DEPTH);
        if (word - lower < 2) store<u32>(at, <u32>node, PASSED);
        branches += step(at, node, word, <usize>load<u32>(at, KEY), nibbles);
      }
    }
    found += finish(ORDER + (<usize>done << 2), lanes, end, length, cached);
  }
  store<u32>(area, load<u32>(area, VISITED) + visited, VISITED);
  store<u32>(area, load<u32>(area, FINDS) + count, FINDS);
  return found;
}

/**
 * Copies the values of the leaves from number `first` up to `count` in `ORDER` to the inbox, one after the other, and puts
 * in place of each leaf where its value ends there. Answers the number before which it stopped for want of room.
 */
export function collect(first: u32, count: u32): u32 {
  let at = INBOX;
  for (let i = first; i < count; i++) {
    const leaf = <usize>load<u32>(ORDER + (<usize>i << 2));
    if (leaf != 0) {
      const length = <usize>load<u16>(leaf, VALUE_LENGTH);
      if (at + length > INBOX_END) return i;
      copyBytes(at, leaf + LEAF_HEADER + <usize>load<u16>(leaf, KEY_LENGTH), length);
      at += length;
    }
    store<u32>(ORDER + (<usize>i << 2), <u32>(at - INBOX));
  }
  return count;
}

/** The first step, from the cache arrays: the depth of a branch that they hold is known without reading it. */
// @ts-ignore: decorator
@inline function begin(at: usize, root: usize, key: usize, nibbles: u32): u32 {
  const prefix = bswap<u32>(load<u32>(key));
  const branch = <usize>atomic.load<u32>(entries + (<usize>(prefix >> (32 - bits)) << 2));
  const lower = <usize>atomic.load<u32>(lowerEntries + ((<usize>prefix >> 1 >> (lowerShift - 1)) << 2));
  const atLevel = <u32>(branch != 0);
  const cached = atLevel | <u32>(lower != 0);
  const from = select<usize>(select<usize>(branch, lower, atLevel), root, cached);
  const word = select<u32>(((bits >> 2) - 1 + atLevel) | BRANCH_BIT, load<u16>(root, DEPTH), cached);
  return step(at, from, word, key, nibbles);
}

/**
 * Moves a lane that is at a branch on to the child on its key's path; answers 0 where it is at none, or at one that its
 * key is too short for. `word` is what stands at the node's `DEPTH`; at address 0, which is read for lanes that have come
 * to nothing, that is 0.
 */
// @ts-ignore: decorator
@inline function step(at: usize, node: usize, word: u32, key: usize, nibbles: u32): u32 {
  const depth = word & ~BRANCH_BIT;
  const moves = (word >> 15) & <u32>(depth < nibbles);
  const slot = select<usize>(slotAt(node, nibble(key, depth)), ROOT, moves);
  store<u32>(at, <u32>select<usize>(readSlot(slot), node, moves), NODE);
  return moves;
}

/** Looks at what lanes have come to. The cache's level goes by the first of them, as if all were like it. */
// @ts-ignore: decorator
@inline function finish(to: usize, lanes: usize, end: usize, length: u32, cached: bool): u32 {
  let found: u32 = 0;
  for (let at = lanes; at < end; at += LANE) {
    let leaf = <usize>load<u32>(at, NODE);
    const key = <usize>load<u32>(at, KEY);
    if (leaf == 0 || <u32>load<u16>(leaf, KEY_LENGTH) != length || !sameKey(leaf + LEAF_HEADER, key, length)) {
      // At a branch the key may end.
      if (kindOf(leaf) != BRANCH) leaf = 0;
      else leaf = cached ? fastFind(key, length, bits >> 2) : plainFind(key, length);
    } else {
      const passed = <usize>load<u32>(at, PASSED);
      if (passed != 0) keep(key, bits, passed);
      if (cached && length >= 4 && at == lanes) sampled(leaf, <u32>((end - lanes) / LANE));
      if (load<u8>(leaf, REMOVED)) leaf = 0;
    }
    found += <u32>(leaf != 0);
    store<u32>(to, <u32>leaf);
    to += 4;
  }
  return found;
}

/** A leaf hangs below the last branch that was passed, or, where no commit has seen it yet, at 0. */
// @ts-ignore: decorator
@inline function sampled(leaf: usize, lookups: u32): void {
  const last = max(hangOf(leaf), 1) - 1;
  countLookups(bits, lookups, last << 2 > bits ? lookups : 0, last << 2 < bits ? lookups : 0, last);
}
