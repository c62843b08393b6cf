// Insertion by compare-and-swap (seed 000, algorithm 1), and removal. From several threads at once, each key by one.

import { allocate, area, giveBack, retire } from './allocator';
import { clearBytes } from './bytes';
import { fastFind } from './find';
import { CACHE_LEVEL, FOUND, LIVE, ROOT } from './layout';
import {
  anyLeaf, BRANCH, BRANCH_BIT, BRANCH_SIZE, DEPTH, depthOf, DIRTY, HANG, hangOf, indexOf, KEY_LENGTH, kindOf, LEAF, LEAF_HEADER,
  markDirty, parting, readSlot, REFERENCE, REMOVED, sameKey, slotAt, STATE, swapSlot, VALUE_LENGTH,
} from './nodes';
import { CASE_1, CASE_2, CASE_3, REMOVAL, stop } from './stops';

/**
 * An operation begins as a leaf does from `KEY_LENGTH` on: u16 key length, u16 1 if it only looks its key up (in a leaf
 * that is `HANG`), u32 value length, key, value.
 */
const OPERATION_HEADER: usize = LEAF_HEADER - KEY_LENGTH;

/** Makes one operation; a value of no bytes removes. Answers false when memory is full. */
export function run(operation: usize): bool {
  if (load<u16>(operation, HANG - KEY_LENGTH)) {
    const leaf = fastFind(operation + OPERATION_HEADER, <u32>load<u16>(operation), atomic.load<u32>(CACHE_LEVEL) >> 2);
    store<u32>(area, load<u32>(area, FOUND) + <u32>(leaf != 0), FOUND);
    return true;
  }
  if (load<u32>(operation, VALUE_LENGTH - KEY_LENGTH) != 0) return insert(operation);
  remove(operation + OPERATION_HEADER, <u32>load<u16>(operation));
  return true;
}

function newLeaf(operation: usize): usize {
  const length = <u32>load<u16>(operation) + load<u32>(operation, VALUE_LENGTH - KEY_LENGTH);
  const leaf = allocate(<u32>LEAF_HEADER + length);
  if (leaf == 0) return 0;
  store<u64>(leaf, <u64>LEAF | (<u64>DIRTY << (8 * STATE)));
  // Both are padded to 16 bytes.
  for (let at: usize = 0; at < OPERATION_HEADER + <usize>length; at += 8) {
    store<u64>(leaf + KEY_LENGTH + at, load<u64>(operation + at));
  }
  return leaf;
}

/** A branch at `depth` with two entries, not linked yet. */
function newBranch(depth: u32, first: u32, old: usize, second: u32, leaf: usize): usize {
  const branch = allocate(BRANCH_SIZE);
  if (branch == 0) return 0;
  store<u64>(branch, <u64>BRANCH | (<u64>DIRTY << (8 * STATE)));
  clearBytes(branch + REFERENCE, branch + BRANCH_SIZE);
  store<u16>(branch, <u16>(depth | BRANCH_BIT), DEPTH);
  store<u32>(slotAt(branch, first), <u32>old);
  store<u32>(slotAt(branch, second), <u32>leaf);
  return branch;
}

// @ts-ignore: decorator
@inline function count(change: i32): void {
  store<i32>(area, load<i32>(area, LIVE) + change, LIVE);
}

/**
 * Links a leaf for the operation's key. Where another thread was faster at the slot, it looks at that slot again: the
 * path above can only have got finer, never wrong.
 */
function insert(operation: usize): bool {
  const leaf = newLeaf(operation);
  if (leaf == 0) return false;
  const key = leaf + LEAF_HEADER;
  const nibbles = <u32>load<u16>(leaf, KEY_LENGTH) << 1;
  let slot = ROOT;
  let hang: u32 = 0;
  while (true) {
    const old = readSlot(slot);
    if (old == 0) {
      stop(CASE_1);
      if (!swapSlot(slot, 0, leaf)) continue;
      count(1);
      return true;
    }
    let depth: u32;
    let sample: usize = old;
    if (kindOf(old) == LEAF) {
      const length = load<u16>(old, KEY_LENGTH);
      if (<u32>length << 1 == nibbles && sameKey(old + LEAF_HEADER, key, length)) {
        // Should the key be removed before it is committed: this is where the last commit had it.
        store<u16>(leaf, <u16>hangOf(old), HANG);
        stop(CASE_3);
        if (!swapSlot(slot, old, leaf)) continue;
        if (load<u8>(old, REMOVED)) count(1);
        retire(old);
        return true;
      }
      depth = min(<u32>length << 1, nibbles);
    } else {
      depth = depthOf(old);
      if (depth > hang) sample = anyLeaf(old);
      else depth = hang;
    }
    // Where the key leaves the path of what hangs here: of a branch's extension, or of a leaf.
    const limit = min(depth, nibbles);
    const part = parting(sample + LEAF_HEADER, key, hang, limit);
    if (kindOf(old) == BRANCH && part == depth) {
      markDirty(old);
      slot = slotAt(old, indexOf(key, nibbles, depth));
      hang = depth + 1;
      continue;
    }
    const first = indexOf(sample + LEAF_HEADER, <u32>load<u16>(sample, KEY_LENGTH) << 1, part);
    const branch = newBranch(part, first, old, indexOf(key, nibbles, part), leaf);
    if (branch == 0) return false;
    // Before the swap: a thread that dies right after it leaves nothing undone.
    markDirty(old);
    stop(CASE_2);
    if (swapSlot(slot, old, branch)) {
      count(1);
      return true;
    }
    giveBack(branch);
  }
}

/** Marks the key's leaf as removed, if there is one; the commit takes it out. */
function remove(key: usize, length: u32): void {
  const nibbles = length << 1;
  let slot = ROOT;
  for (;;) {
    const node = readSlot(slot);
    if (node == 0) return;
    if (kindOf(node) == LEAF) {
      if (load<u16>(node, KEY_LENGTH) != length || !sameKey(node + LEAF_HEADER, key, length)) return;
      stop(REMOVAL);
      markDirty(node);
      if (atomic.xchg<u8>(node, 1, REMOVED) == 0) count(-1);
      return;
    }
    const depth = depthOf(node);
    if (nibbles < depth) return;
    markDirty(node);
    slot = slotAt(node, indexOf(key, nibbles, depth));
  }
}
