// Operations from the inbox, and the order in which threads make them.

import { BUCKETS, BUCKET_COUNT, INBOX, OPERATIONS, ORDER, SCATTERED, UNITS } from './layout';
import { LEAF_HEADER, KEY_LENGTH } from './nodes';
import { run } from './update';

const HEADER: usize = LEAF_HEADER - KEY_LENGTH;

/** Operations stand one after the other, each at a multiple of 16. */
function next(operation: usize): usize {
  const length = <usize>load<u16>(operation) + <usize>load<u32>(operation, 4);
  return (operation + HEADER + length + 15) & ~15;
}

/** First 12 bits of an operation's key, or 12 bits that depend on all of it. */
function bucketOf(operation: usize): usize {
  const length = <u32>load<u16>(operation);
  const key = operation + HEADER;
  if (load<u32>(SCATTERED)) {
    let mixed: u32 = 0x811c9dc5;
    for (let i: u32 = 0; i < length; i++) mixed = (mixed ^ load<u8>(key + <usize>i)) * 0x01000193;
    return <usize>((mixed ^ (mixed >> 15)) & (BUCKET_COUNT - 1));
  }
  if (length == 0) return 0;
  const second: u32 = length == 1 ? 0 : <u32>load<u8>(key, 1);
  return <usize>((<u32>load<u8>(key) << 4) | (second >> 4));
}

/**
 * Sorts by bucket, keeping the order within each: a key's operations stay in order and go to one thread, and the nodes
 * that neighbours need are still in the processor's caches.
 */
export function sort(): void {
  const count = load<u32>(OPERATIONS);
  memory.fill(BUCKETS, 0, 4 * (BUCKET_COUNT + 1));
  let operation = INBOX;
  for (let i: u32 = 0; i < count; i++) {
    const at = BUCKETS + 4 + (bucketOf(operation) << 2);
    store<u32>(at, load<u32>(at) + 1);
    operation = next(operation);
  }
  for (let at = BUCKETS + 4; at <= BUCKETS + 4 * BUCKET_COUNT; at += 4) {
    store<u32>(at, load<u32>(at) + load<u32>(at - 4));
  }
  operation = INBOX;
  for (let i: u32 = 0; i < count; i++) {
    const at = BUCKETS + (bucketOf(operation) << 2);
    const place = load<u32>(at);
    store<u32>(at, place + 1);
    store<u32>(ORDER + (<usize>place << 2), <u32>operation);
    operation = next(operation);
  }
  // Now each bucket's word says where it ends.
}

/** Makes the operations of one unit's buckets. Answers false when memory is full. */
export function runUnit(unit: u32): bool {
  const width = BUCKET_COUNT / load<u32>(UNITS);
  const first = unit * width;
  const from: u32 = first == 0 ? 0 : load<u32>(BUCKETS + (<usize>(first - 1) << 2));
  const to = load<u32>(BUCKETS + (<usize>(first + width - 1) << 2));
  for (let i = from; i < to; i++) if (!run(<usize>load<u32>(ORDER + (<usize>i << 2)))) return false;
  return true;
}

/** Makes all operations as they stand. Answers false when memory is full. */
export function runInOrder(): bool {
  let operation = INBOX;
  for (let i = load<u32>(OPERATIONS); i > 0; i--) {
    if (!run(operation)) return false;
    operation = next(operation);
  }
  return true;
}
