// Committed nodes on their way out, for proofs and stores. Only while no other thread works.

import { area, areaOf } from './allocator';
import { branchPayload, extensionSize, leafSize, writeBranch, writeExtension, writeLeaf } from './encode';
import { hashBytes } from './hashing';
import { BY_DEPTH, CHANGED, EXTRAS, OUTBOX, RETIRED, ROOT } from './layout';
import {
  anyLeaf, BRANCH, depthOf, hangOf, indexOf, kindOf, KEY_LENGTH, LEAF, LEAF_HEADER, LINK, parting, readSlot,
  REFERENCE, REFERENCE_LENGTH, slotAt, VALUE_SLOT,
} from './nodes';
import { headSize } from './rlp';

/** In the outbox: the size of the extension's RLP (0 without one), that of the node's own, and both. */
const EXTENSION_AT: usize = 16;
/** An extension has at most 513 bytes of path, a reference of 33, and their heads. */
const NODE_AT: usize = EXTENSION_AT + 1024;

/** Writes a node's RLP to the outbox. */
export function emitNode(node: usize): void {
  const out = area + OUTBOX;
  const at = out + NODE_AT;
  store<u32>(out, 0);
  if (kindOf(node) == LEAF) {
    writeLeaf(at, node, hangOf(node));
    store<u32>(out, leafSize(node, hangOf(node)), 4);
    return;
  }
  const payload = branchPayload(node);
  const size = headSize(payload) + payload;
  writeBranch(at, node, payload);
  store<u32>(out, size, 4);
  if (depthOf(node) == hangOf(node)) return;
  // The node's reference is its extension's, which is over the branch's own: that stands there for a moment.
  const length = load<u8>(node, REFERENCE_LENGTH);
  const low = v128.load(node, REFERENCE);
  const high = v128.load(node, REFERENCE + 16);
  if (size < 32) memory.copy(node + REFERENCE, at, size);
  else hashBytes(at, size, node + REFERENCE);
  store<u8>(node, <u8>min(size, 32), REFERENCE_LENGTH);
  store<u32>(out, extensionSize(node, hangOf(node)));
  writeExtension(out + EXTENSION_AT, node, hangOf(node));
  v128.store(node, low, REFERENCE);
  v128.store(node, high, REFERENCE + 16);
  store<u8>(node, length, REFERENCE_LENGTH);
}

/** Hash of the root node to the outbox; false of an empty trie. */
export function emitRoot(): bool {
  const node = readSlot(ROOT);
  if (node == 0) return false;
  const length = <u32>load<u8>(node, REFERENCE_LENGTH);
  if (length == 32) memory.copy(area + OUTBOX, node + REFERENCE, 32);
  else hashBytes(node + REFERENCE, length, area + OUTBOX);
  return true;
}

/** Address of a key that passes, or passed, a node of `changed` or `retired`. */
export function keyOf(node: usize): usize {
  return anyLeaf(node) + LEAF_HEADER;
}

/** The key's address of a retired branch. */
export function keyOfRetired(node: usize): usize {
  return kindOf(node) == LEAF ? node + LEAF_HEADER : <usize>load<u32>(node, REFERENCE) + LEAF_HEADER;
}

/** The slot's number of the only child that a retired branch gave way to. */
export function onlyChildOf(branch: usize): u32 {
  let only: u32 = 0;
  for (let i: u32 = 0; i <= VALUE_SLOT; i++) if (readSlot(slotAt(branch, i)) != 0) only = i;
  return only;
}

export function firstChanged(thread: u32): usize { return <usize>load<u32>(areaOf(thread), CHANGED); }
export function firstRetired(thread: u32): usize { return <usize>load<u32>(areaOf(thread), RETIRED); }
export function following(node: usize): usize { return <usize>load<u32>(node, LINK); }
export function extra(index: u32): usize { return <usize>load<u32>(EXTRAS + (<usize>index << 2)); }
export function isLeaf(node: usize): bool { return kindOf(node) == LEAF; }
export function nodeHang(node: usize): u32 { return hangOf(node); }
export function nodeDepth(branch: usize): u32 { return depthOf(branch); }
export function root(): usize { return readSlot(ROOT); }
export function child(branch: usize, index: u32): usize { return readSlot(slotAt(branch, index)); }

/**
 * The nodes from the root towards a key, as addresses in `path()`; a lowest bit of 1 says that the key leaves the
 * trie in that node's extension. Answers how many.
 */
export function trail(key: usize, length: u32): u32 {
  const nibbles = length << 1;
  let count: u32 = 0;
  let hang: u32 = 0;
  let node = readSlot(ROOT);
  while (node != 0) {
    const at = area + BY_DEPTH + (<usize>count << 2);
    count++;
    store<u32>(at, <u32>node);
    if (kindOf(node) != BRANCH) break;
    const depth = depthOf(node);
    const limit = min(depth, nibbles);
    if (depth > hang && parting(anyLeaf(node) + LEAF_HEADER, key, hang, limit) < depth) {
      store<u32>(at, <u32>node | 1);
      break;
    }
    const index = indexOf(key, nibbles, depth);
    if (index == VALUE_SLOT) break;
    hang = depth + 1;
    node = readSlot(slotAt(node, index));
  }
  return count;
}

export function path(): usize { return area + BY_DEPTH; }
export function outbox(): usize { return area + OUTBOX; }
export function keyLength(leaf: usize): u32 { return load<u16>(leaf, KEY_LENGTH); }
