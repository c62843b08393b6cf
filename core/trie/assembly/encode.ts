// Nodes in Ethereum's encoding. Sizes first, so that a message is written once and in place.

import { copyBytes } from './bytes';
import {
  anyLeaf, depthOf, KEY_LENGTH, LEAF_HEADER, nibble, ownSlot, REFERENCE, REFERENCE_LENGTH, slotAt,
  VALUE_LENGTH, VALUE_SLOT,
} from './nodes';
import { headSize, stringSize, writeHead, writeString } from './rlp';

/** Size of the hex-prefix coding of `nibbles` half-bytes as an RLP string. */
function pathSize(nibbles: u32): u32 {
  const packed = 1 + (nibbles >> 1);
  return packed == 1 ? 1 : headSize(packed) + packed;
}

/** Writes the half-bytes `from` to `to` of a key as a path; `flag` is 2 for a leaf's. */
function writePath(at: usize, key: usize, from: u32, to: u32, flag: u32): usize {
  const nibbles = to - from;
  const packed = 1 + (nibbles >> 1);
  if (packed > 1) at = writeHead(at, 0x80, packed);
  if (nibbles & 1) store<u8>(at++, ((flag + 1) << 4) | nibble(key, from++));
  else store<u8>(at++, flag << 4);
  if (from & 1) {
    for (; from < to; from += 2) store<u8>(at++, (nibble(key, from) << 4) | nibble(key, from + 1));
    return at;
  }
  const bytes = <usize>((to - from) >> 1);
  copyBytes(at, key + <usize>(from >> 1), bytes);
  return at + bytes;
}

function leafPayload(leaf: usize, hang: u32): u32 {
  const length = <u32>load<u16>(leaf, KEY_LENGTH);
  return pathSize((length << 1) - hang) + stringSize(leaf + LEAF_HEADER + <usize>length, <u32>load<u16>(leaf, VALUE_LENGTH));
}

export function leafSize(leaf: usize, hang: u32): u32 {
  const payload = leafPayload(leaf, hang);
  return headSize(payload) + payload;
}

/** Writes a leaf that hangs at half-byte `hang`; answers where it ends. */
export function writeLeaf(to: usize, leaf: usize, hang: u32): usize {
  const length = <u32>load<u16>(leaf, KEY_LENGTH);
  const key = leaf + LEAF_HEADER;
  to = writeHead(to, 0xc0, leafPayload(leaf, hang));
  to = writePath(to, key, hang, length << 1, 2);
  return writeString(to, key + <usize>length, <u32>load<u16>(leaf, VALUE_LENGTH));
}

// @ts-ignore: decorator
@inline function referenceSize(node: usize): u32 {
  const length = <u32>load<u8>(node, REFERENCE_LENGTH);
  return length + <u32>(length == 32);
}

// @ts-ignore: decorator
@inline function writeReference(to: usize, node: usize): usize {
  const length = <usize>load<u8>(node, REFERENCE_LENGTH);
  if (length == 32) {
    store<u8>(to, 0xa0);
    v128.store(to, v128.load(node, REFERENCE), 1);
    v128.store(to, v128.load(node, REFERENCE + 16), 17);
    return to + 33;
  }
  copyBytes(to, node + REFERENCE, length);
  return to + length;
}

/** Size of what is within a branch's list. */
export function branchPayload(branch: usize): u32 {
  let payload: u32 = 0;
  for (let i: u32 = 0; i < VALUE_SLOT; i++) {
    const child = ownSlot(slotAt(branch, i));
    payload += child == 0 ? 1 : referenceSize(child);
  }
  const leaf = ownSlot(slotAt(branch, VALUE_SLOT));
  if (leaf == 0) return payload + 1;
  return payload + stringSize(leaf + LEAF_HEADER + <usize>load<u16>(leaf, KEY_LENGTH), <u32>load<u16>(leaf, VALUE_LENGTH));
}

/**
 * Writes a branch without its extension, its children's references being made and `payload` bytes with it; answers where
 * it ends.
 */
export function writeBranch(to: usize, branch: usize, payload: u32): usize {
  to = writeHead(to, 0xc0, payload);
  for (let i: u32 = 0; i < VALUE_SLOT; i++) {
    const child = ownSlot(slotAt(branch, i));
    if (child == 0) store<u8>(to++, 0x80);
    else to = writeReference(to, child);
  }
  const leaf = ownSlot(slotAt(branch, VALUE_SLOT));
  if (leaf == 0) {
    store<u8>(to, 0x80);
    return to + 1;
  }
  return writeString(to, leaf + LEAF_HEADER + <usize>load<u16>(leaf, KEY_LENGTH), <u32>load<u16>(leaf, VALUE_LENGTH));
}

export function extensionSize(branch: usize, hang: u32): u32 {
  const payload = pathSize(depthOf(branch) - hang) + referenceSize(branch);
  return headSize(payload) + payload;
}

/** Writes the extension above a branch, whose own reference stands in it; answers where it ends. */
export function writeExtension(to: usize, branch: usize, hang: u32): usize {
  const depth = depthOf(branch);
  to = writeHead(to, 0xc0, pathSize(depth - hang) + referenceSize(branch));
  to = writePath(to, anyLeaf(branch) + LEAF_HEADER, hang, depth, 0);
  return writeReference(to, branch);
}
