// From messages to references, two hashes at a time: a node waits until another of as many blocks comes.

import { area } from './allocator';
import { copyBytes } from './bytes';
import { BLOCK, keccakPair, pad } from './keccak';
import { LONG_MESSAGE, MESSAGES, MESSAGE_SIZE, SPONGE, WAITING } from './layout';
import { CLEAN, REFERENCE, REFERENCE_LENGTH, STATE } from './nodes';

const MOST_BLOCKS: u32 = 4;

/** What is to be hashed goes here: `length` bytes, of which `submit` must know, too. */
export function messageFor(length: u32): usize {
  const blocks = length / BLOCK + 1;
  if (blocks > MOST_BLOCKS) return area + LONG_MESSAGE;
  const second = <usize>(load<u32>(waiting(blocks)) != 0);
  return message(blocks, second);
}

/** The message is written: `node` gets its reference from it, now or when there is a second. */
export function submit(node: usize, length: u32, settles: bool): void {
  const at = messageFor(length);
  if (length < 32) {
    copyBytes(node + REFERENCE, at, length);
    finish(node, length, settles);
    return;
  }
  const blocks = length / BLOCK + 1;
  pad(at, length, blocks);
  const tagged = <u32>node | <u32>settles;
  if (blocks > MOST_BLOCKS) return hash(at, at, blocks, tagged, tagged);
  const first = load<u32>(waiting(blocks));
  if (first == 0) {
    store<u32>(waiting(blocks), tagged);
    return;
  }
  store<u32>(waiting(blocks), 0);
  hash(message(blocks, 0), at, blocks, first, tagged);
}

/** Hashes what waits alone. */
export function flush(): void {
  for (let blocks: u32 = 1; blocks <= MOST_BLOCKS; blocks++) {
    const first = load<u32>(waiting(blocks));
    if (first == 0) continue;
    store<u32>(waiting(blocks), 0);
    const at = message(blocks, 0);
    hash(at, at, blocks, first, first);
  }
}

/** Forgets what waits: after a thread died with this area. */
export function forgetWaiting(): void {
  for (let blocks: u32 = 1; blocks <= MOST_BLOCKS; blocks++) store<u32>(waiting(blocks), 0);
}

// @ts-ignore: decorator
@inline function waiting(blocks: u32): usize { return area + WAITING + (<usize>blocks << 2); }

// @ts-ignore: decorator
@inline function message(blocks: u32, second: usize): usize {
  return area + MESSAGES + (<usize>(blocks - 1) * 2 + second) * MESSAGE_SIZE;
}

/** Nodes stand at multiples of 16: the lowest bit says whether this settles the node. */
function hash(a: usize, b: usize, blocks: u32, nodeA: u32, nodeB: u32): void {
  const first = <usize>(nodeA & ~1);
  const second = <usize>(nodeB & ~1);
  keccakPair(area + SPONGE, a, b, blocks, first + REFERENCE, second + REFERENCE);
  finish(first, 32, (nodeA & 1) != 0);
  finish(second, 32, (nodeB & 1) != 0);
}

function finish(node: usize, length: u32, settles: bool): void {
  store<u8>(node, <u8>length, REFERENCE_LENGTH);
  if (settles) store<u8>(node, CLEAN, STATE);
}

/** Keccak-256 of `length` bytes at `from`, at most as long as a message, to `to`; nothing may wait. */
export function hashBytes(from: usize, length: u32, to: usize): void {
  const at = area + LONG_MESSAGE;
  copyBytes(at, from, length);
  const blocks = length / BLOCK + 1;
  pad(at, length, blocks);
  keccakPair(area + SPONGE, at, at, blocks, to, to);
}
