// Memory for nodes. A thread takes from lists of its own and from chunks of its own; nothing is ever waited for.

import {
  AREAS, AREA_SIZE, BUMP, BUMP_END, BYTES, CHUNK, CHUNK_LIMIT, FREE, FULL, MAX_THREADS, NEXT_CHUNK,
  OWN_FREE, RETIRED, SEGMENTS, SOME_FREE,
} from './layout';
import { BRANCH, BRANCH_SIZE, kindOf, KEY_LENGTH, LEAF_HEADER, LINK, VALUE_LENGTH } from './nodes';

/** The area of this instance's thread. An instance belongs to one thread, and so do its globals. */
export let area: usize = AREAS;
export let thread: u32 = 0;

export function attach(number: u32): void {
  thread = number;
  area = AREAS + <usize>number * AREA_SIZE;
}

// @ts-ignore: decorator
@inline export function areaOf(number: u32): usize { return AREAS + <usize>number * AREA_SIZE; }

/** Up to 1 KiB in steps of 16 bytes, then powers of two up to 128 KiB. */
function classOf(size: u32): u32 {
  return size <= 1024 ? (size + 15) >> 4 : 64 + (22 - <u32>clz<u32>(size - 1));
}

function sizeOfClass(sizeClass: u32): u32 {
  return sizeClass <= 64 ? sizeClass << 4 : <u32>1024 << (sizeClass - 64);
}

export function nodeSize(node: usize): u32 {
  if (kindOf(node) == BRANCH) return BRANCH_SIZE;
  return <u32>LEAF_HEADER + <u32>load<u16>(node, KEY_LENGTH) + <u32>load<u16>(node, VALUE_LENGTH);
}

// @ts-ignore: decorator
@inline function ownList(sizeClass: u32): usize { return area + OWN_FREE + (<usize>sizeClass << 2); }

// @ts-ignore: decorator
@inline function segment(sizeClass: u32, number: u32): usize {
  return FREE + (<usize>(sizeClass * SEGMENTS + number) << 2);
}

/** A node of `size` bytes, whatever is in it; 0 once the memory is full. */
export function allocate(size: u32): usize {
  const sizeClass = classOf(size);
  const rounded = sizeOfClass(sizeClass);
  let node: usize = <usize>load<u32>(ownList(sizeClass));
  if (node == 0) node = takeSegment(sizeClass);
  if (node != 0) store<u32>(ownList(sizeClass), load<u32>(node, LINK));
  else node = bump(rounded);
  if (node != 0) store<u32>(area, load<u32>(area, BYTES) + rounded, BYTES);
  return node;
}

/** A whole list of free nodes becomes this thread's: exchanging its head cannot meet a node that came back. */
function takeSegment(sizeClass: u32): usize {
  const some = SOME_FREE + (<usize>sizeClass << 2);
  if (atomic.load<u32>(some) == 0) return 0;
  for (let i: u32 = 0; i < SEGMENTS; i++) {
    const head = segment(sizeClass, (thread + i) % SEGMENTS);
    if (atomic.load<u32>(head) == 0) continue;
    const list = atomic.xchg<u32>(head, 0);
    if (list != 0) return <usize>list;
  }
  // Only `recycle` adds nodes, while nobody takes any.
  atomic.store<u32>(some, 0);
  return 0;
}

function bump(size: u32): usize {
  const at = load<u32>(area, BUMP);
  if (size <= load<u32>(area, BUMP_END) - at) {
    store<u32>(area, at + size, BUMP);
    return <usize>at;
  }
  const chunks = (size + CHUNK - 1) / CHUNK;
  let first = atomic.load<u32>(NEXT_CHUNK);
  for (;;) {
    if (first + chunks > load<u32>(CHUNK_LIMIT)) {
      atomic.store<u32>(FULL, 1);
      return 0;
    }
    const seen = atomic.cmpxchg<u32>(NEXT_CHUNK, first, first + chunks);
    if (seen == first) break;
    first = seen;
  }
  const start = first * CHUNK;
  // Minus one: the last chunk may end where 32 bits do.
  store<u32>(area, start + size, BUMP);
  store<u32>(area, start + (chunks * CHUNK - 1), BUMP_END);
  return <usize>start;
}

/** Gives back a node that was never linked. */
export function giveBack(node: usize): void {
  const size = nodeSize(node);
  const sizeClass = classOf(size);
  store<u32>(node, load<u32>(ownList(sizeClass)), LINK);
  store<u32>(ownList(sizeClass), <u32>node);
  store<u32>(area, load<u32>(area, BYTES) - sizeOfClass(sizeClass), BYTES);
}

/** Keeps a node that was unlinked until nobody can be looking at it: until the next commit. */
export function retire(node: usize): void {
  store<u32>(node, load<u32>(area, RETIRED), LINK);
  store<u32>(area, <u32>node, RETIRED);
  store<u32>(area, load<u32>(area, BYTES) - sizeOfClass(classOf(nodeSize(node))), BYTES);
}

/**
 * Makes retired nodes free, dealt out over the lists so that no thread can hold most of them. Only while no other
 * thread works.
 */
export function recycle(): void {
  let next: u32 = 0;
  for (let number: u32 = 0; number < MAX_THREADS; number++) {
    const owner = areaOf(number);
    let node = <usize>load<u32>(owner, RETIRED);
    while (node != 0) {
      const following = <usize>load<u32>(node, LINK);
      const sizeClass = classOf(nodeSize(node));
      const head = segment(sizeClass, next++ % SEGMENTS);
      store<u32>(SOME_FREE + (<usize>sizeClass << 2), 1);
      store<u8>(node, 0);
      store<u32>(node, load<u32>(head), LINK);
      store<u32>(head, <u32>node);
      node = following;
    }
    store<u32>(owner, 0, RETIRED);
  }
}

/** Bytes in linked nodes. */
export function bytesInUse(): u32 {
  let sum: u32 = 0;
  for (let number: u32 = 0; number < MAX_THREADS; number++) sum += load<u32>(areaOf(number), BYTES);
  return sum;
}
