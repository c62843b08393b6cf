// Commit: removed leaves are taken out, branches with one entry give way to it, and what changed is hashed. The upper
// two levels of branches are phase two and one thread's; what hangs below them is the units of phase one.

import { area, recycle, retire } from './allocator';
import { forget, forgetEverywhere } from './cache';
import {
  branchPayload, extensionSize, leafSize, writeBranch, writeExtension, writeLeaf,
} from './encode';
import { flush, forgetWaiting, messageFor, submit } from './hashing';
import {
  AREAS, AREA_SIZE, BY_DEPTH, CHANGED, COMMITTING, DEEPEST, EXTENSIONS, EXTRAS, EXTRAS_LENGTH, FRONTIER,
  FRONTIER_LENGTH, LEAVES, MAX_THREADS, ROOT, UNITS,
} from './layout';
import {
  anyLeaf, BRANCH, CLEAN, depthOf, DIRTY, HANG, hangOf, kindOf, LEAF, LEAF_HEADER, LINK, LISTED, ownSlot, REFERENCE,
  REMOVED, slotAt, STATE, stateOf, VALUE_SLOT,
} from './nodes';
import { headSize } from './rlp';

/** Levels of branches above the units. */
const TOP_LEVELS: u32 = 2;

/** Begins a commit: frees what was retired, and notes where the units' nodes hang. Answers how many there are. */
export function gather(): u32 {
  recycle();
  for (let thread: usize = 0; thread < <usize>MAX_THREADS; thread++) {
    store<u32>(AREAS + thread * AREA_SIZE, 0, CHANGED);
  }
  store<u32>(FRONTIER_LENGTH, 0);
  store<u32>(EXTRAS_LENGTH, 0);
  atomic.store<u32>(COMMITTING, 1);
  gatherBelow(ROOT, 0, 0);
  return load<u32>(FRONTIER_LENGTH);
}

function gatherBelow(slot: usize, hang: u32, level: u32): void {
  const node = ownSlot(slot);
  if (node == 0 || stateOf(node) == CLEAN) return;
  if (kindOf(node) == LEAF || level == TOP_LEVELS) {
    const at = FRONTIER + (<usize>load<u32>(FRONTIER_LENGTH) << 3);
    store<u32>(at, <u32>slot);
    store<u32>(at, hang, 4);
    store<u32>(FRONTIER_LENGTH, load<u32>(FRONTIER_LENGTH) + 1);
    return;
  }
  const depth = depthOf(node);
  for (let i: u32 = 0; i < VALUE_SLOT; i++) gatherBelow(slotAt(node, i), depth + 1, level + 1);
}

/** Phase one: settles and hashes one unit's share of the frontier. `again` where a thread died over it. */
export function commitUnit(unit: u32, again: bool): void {
  const length = load<u32>(FRONTIER_LENGTH);
  const units = load<u32>(UNITS);
  const end = length * (unit + 1) / units;
  clearLists();
  for (let i = length * unit / units; i < end; i++) {
    const at = FRONTIER + (<usize>i << 3);
    if (again) reset(<usize>load<u32>(at));
    settle(<usize>load<u32>(at), load<u32>(at, 4));
  }
  hashLists();
}

/** Phase two: the branches above, and the end of the commit. */
export function commitTop(): void {
  clearLists();
  settleTop(ROOT, 0, 0);
  hashLists();
  atomic.store<u32>(COMMITTING, 0);
}

function clearLists(): void {
  forgetWaiting();
  store<u32>(area, 0, LEAVES);
  store<u32>(area, 0, EXTENSIONS);
  store<u32>(area, 0, DEEPEST);
  memory.fill(area + BY_DEPTH, 0, 4 * 1025);
}

/** Makes nodes that a dead thread had in its lists changed again. */
function reset(slot: usize): void {
  const node = ownSlot(slot);
  if (node == 0 || stateOf(node) == CLEAN) return;
  store<u8>(node, DIRTY, STATE);
  if (kindOf(node) == BRANCH) for (let i: u32 = 0; i <= VALUE_SLOT; i++) reset(slotAt(node, i));
}

/** Settles what hangs at `slot` and below, where it changed. Answers a leaf from there, linked or not, or 0. */
function settle(slot: usize, hang: u32): usize {
  const node = ownSlot(slot);
  if (node == 0 || stateOf(node) == CLEAN) return 0;
  if (kindOf(node) == LEAF) {
    settleLeaf(slot, node, hang);
    return node;
  }
  const depth = depthOf(node);
  let sample: usize = 0;
  for (let i: u32 = 0; i < VALUE_SLOT; i++) {
    const below = settle(slotAt(node, i), depth + 1);
    if (below != 0) sample = below;
  }
  return settleBranch(slot, node, hang, sample, false);
}

function settleTop(slot: usize, hang: u32, level: u32): void {
  const node = ownSlot(slot);
  if (node == 0 || level == TOP_LEVELS || stateOf(node) == CLEAN || kindOf(node) == LEAF) return;
  const depth = depthOf(node);
  for (let i: u32 = 0; i < VALUE_SLOT; i++) settleTop(slotAt(node, i), depth + 1, level + 1);
  settleBranch(slot, node, hang, 0, true);
}

function settleLeaf(slot: usize, leaf: usize, hang: u32): void {
  if (load<u8>(leaf, REMOVED)) {
    atomic.store<u32>(slot, 0);
    retire(leaf);
  } else {
    listLeaf(leaf, hang);
  }
}

/** The value of the key that ends at a branch stands in the branch's own encoding. */
function settleValue(branch: usize): usize {
  const slot = slotAt(branch, VALUE_SLOT);
  const leaf = ownSlot(slot);
  if (leaf == 0 || stateOf(leaf) == CLEAN) return 0;
  if (load<u8>(leaf, REMOVED)) {
    atomic.store<u32>(slot, 0);
    retire(leaf);
  } else {
    store<u16>(leaf, <u16>depthOf(branch), HANG);
    store<u8>(leaf, CLEAN, STATE);
  }
  return leaf;
}

/** A branch whose children are settled: it is listed to be hashed, or gives way to its only entry, or to none. */
function settleBranch(slot: usize, branch: usize, hang: u32, sample: usize, top: bool): usize {
  const value = settleValue(branch);
  if (value != 0) sample = value;
  let entries: u32 = 0;
  let only: usize = 0;
  for (let i: u32 = 0; i <= VALUE_SLOT; i++) {
    const child = ownSlot(slotAt(branch, i));
    if (child == 0) continue;
    entries++;
    only = child;
  }
  if (entries > 1) {
    listBranch(branch, hang);
    return sample;
  }
  // From here on the order matters to a thread that dies: forgotten, given way, retired.
  if (sample == 0 && only != 0) sample = anyLeaf(only);
  if (sample != 0) forget(branch, sample + LEAF_HEADER);
  else forgetEverywhere(branch);
  atomic.store<u32>(slot, <u32>only);
  if (only != 0) moveUp(only, hang, top);
  // Where the branch was, for `emit.ts`; its slots stay as they are, for lookups that are in it.
  store<u32>(branch, <u32>sample, REFERENCE);
  retire(branch);
  return sample;
}

/** A node hangs higher than it did, so that its path is longer. */
function moveUp(node: usize, hang: u32, top: bool): void {
  if (stateOf(node) == LISTED) {
    store<u16>(node, <u16>hang, HANG);
    return;
  }
  if (top) {
    const at = EXTRAS + (<usize>load<u32>(EXTRAS_LENGTH) << 2);
    store<u32>(at, <u32>node);
    store<u32>(EXTRAS_LENGTH, load<u32>(EXTRAS_LENGTH) + 1);
    store<u16>(node, <u16>hang, HANG);
    hashAlone(node);
  } else if (kindOf(node) == LEAF) {
    listLeaf(node, hang);
  } else {
    listBranch(node, hang);
  }
}

function listLeaf(leaf: usize, hang: u32): void {
  store<u16>(leaf, <u16>hang, HANG);
  store<u8>(leaf, LISTED, STATE);
  push(area + LEAVES, leaf);
}

function listBranch(branch: usize, hang: u32): void {
  const depth = depthOf(branch);
  store<u16>(branch, <u16>hang, HANG);
  store<u8>(branch, LISTED, STATE);
  if (depth > load<u32>(area, DEEPEST)) store<u32>(area, depth, DEEPEST);
  push(area + BY_DEPTH + (<usize>depth << 2), branch);
}

// @ts-ignore: decorator
@inline function push(list: usize, node: usize): void {
  store<u32>(node, load<u32>(list), LINK);
  store<u32>(list, <u32>node);
}

/** Hashes leaves, then branches from the deepest up, each with its extension; all go to the list of changed nodes. */
function hashLists(): void {
  let node = <usize>load<u32>(area, LEAVES);
  while (node != 0) {
    const next = <usize>load<u32>(node, LINK);
    hashLeaf(node);
    push(area + CHANGED, node);
    node = next;
  }
  flush();
  for (let depth = <i32>load<u32>(area, DEEPEST); depth >= 0; depth--) {
    hashDepth(<usize>load<u32>(area + BY_DEPTH + (<usize>depth << 2)));
  }
}

function hashDepth(list: usize): void {
  store<u32>(area, 0, EXTENSIONS);
  let node = list;
  while (node != 0) {
    const next = <usize>load<u32>(node, LINK);
    const extended = depthOf(node) > hangOf(node);
    submitBranch(node, !extended);
    push(extended ? area + EXTENSIONS : area + CHANGED, node);
    node = next;
  }
  flush();
  node = <usize>load<u32>(area, EXTENSIONS);
  while (node != 0) {
    const next = <usize>load<u32>(node, LINK);
    hashExtension(node);
    push(area + CHANGED, node);
    node = next;
  }
  flush();
}

function hashLeaf(leaf: usize): void {
  const length = leafSize(leaf, hangOf(leaf));
  writeLeaf(messageFor(length), leaf, hangOf(leaf));
  submit(leaf, length, true);
}

function submitBranch(branch: usize, settles: bool): void {
  const payload = branchPayload(branch);
  const length = headSize(payload) + payload;
  writeBranch(messageFor(length), branch, payload);
  submit(branch, length, settles);
}

function hashExtension(branch: usize): void {
  const length = extensionSize(branch, hangOf(branch));
  writeExtension(messageFor(length), branch, hangOf(branch));
  submit(branch, length, true);
}

function hashAlone(node: usize): void {
  if (kindOf(node) == LEAF) hashLeaf(node);
  else {
    submitBranch(node, true);
    flush();
    if (depthOf(node) > hangOf(node)) hashExtension(node);
  }
  flush();
}
