import { concat } from '../bytes/bytes.js';
import { u16, u32 } from '../bytes/codec.js';
import { HASH_LENGTH } from '../hash.js';
import { leafHash } from '../merkle/hashing.js';
import { checkEntry, type IndexEntry } from './entry.js';
import {
  checkEntryCount,
  checkOrder,
  CHILD_STRIDE,
  DEFAULT_ORDER,
  ENTRY_STRIDE,
  FB_TAG,
  HAS_PREVIOUS,
  HASHED_CHILD_STRIDE,
  HEADER_LENGTH,
  INNER_KIND,
  IS_UPSTREAM,
  LEAF_KIND,
  MB_TAG,
  NODE_FRAME,
} from './layout.js';
import { firstItem, shapeOf, type Shape } from './shape.js';
import { sortEntries, type SortedEntries } from './sort.js';

/**
 * The FB+ tree of a block (seed 002, section 4.2, for Fabric), as it lies on disk (docs/formats.md, FB+ tree).
 * `entries` come in any order, equal ones as often as they are given; `order` is 4…256. The bytes depend on order
 * and content alone. Throws `BAD_ORDER`, `BAD_ENTRY_COUNT`, `BAD_ENTRY`, `BAD_KEY`.
 */
export function buildFbTree(entries: readonly IndexEntry[], order: number = DEFAULT_ORDER): Uint8Array {
  return build(entries, order, false);
}

/** The MB+ tree of a block: the same with hashes (docs/formats.md, MB+ tree). Throws as `buildFbTree` does. */
export function buildMbTree(entries: readonly IndexEntry[], order: number = DEFAULT_ORDER): Uint8Array {
  return build(entries, order, true);
}

/** A part of the keys. */
interface KeyPart {
  readonly start: number;
  readonly end: number;
}

/** A node that is written, as its parent refers to it. */
interface Written {
  /** Where in the tree's bytes it begins. */
  readonly pointer: number;
  /** Its hash; empty in a tree without hashes. */
  readonly hash: Uint8Array;
  /** What separates it from the node to its left. */
  readonly separator: KeyPart;
}

function build(given: readonly IndexEntry[], order: number, hashed: boolean): Uint8Array {
  checkOrder(order);
  checkEntryCount(given.length);
  given.forEach(checkEntry);
  const sorted = sortEntries(given);
  const shape = shapeOf(given.length, order);
  const room = new Room(sorted, shape);
  const write = (bytes: Uint8Array, separator: KeyPart): Written => ({
    pointer: room.used - bytes.length,
    hash: hashed ? leafHash(bytes) : NO_HASH,
    separator,
  });
  let level: Written[] = [];
  for (const [depth, count] of shape.levels.entries()) {
    level =
      depth === 0
        ? writeLeaves(room, sorted, shape, write)
        : writeInner(room, sorted, level, count, hashed, write);
  }
  const tree = room.taken();
  tree.set(concat(hashed ? MB_TAG : FB_TAG, u16(order), u32(given.length), u32(level[0]?.pointer ?? 0)));
  return tree;
}

/** The bytes of a tree while it is built: asking for memory once a node takes as long as filling it. */
class Room {
  readonly #bytes: Uint8Array;
  used = HEADER_LENGTH;

  constructor({ entries, keys }: SortedEntries, { levels }: Shape) {
    const nodes = levels.reduce((sum, count) => sum + count, 0);
    const entry = ENTRY_STRIDE + HASH_LENGTH;
    // A prefix takes no more than it saves, and a separator is a part of a key and is in one node.
    const most = entries.length * entry + nodes * (NODE_FRAME + HASHED_CHILD_STRIDE) + 2 * keys.length;
    this.#bytes = new Uint8Array(HEADER_LENGTH + most);
  }

  take(length: number): Uint8Array {
    this.used += length;
    return this.#bytes.subarray(this.used - length, this.used);
  }

  taken(): Uint8Array {
    return this.#bytes.slice(0, this.used);
  }
}

const NO_HASH = new Uint8Array();

type Write = (bytes: Uint8Array, separator: KeyPart) => Written;

function writeLeaves(room: Room, sorted: SortedEntries, { count, levels }: Shape, write: Write): Written[] {
  const leaves = levels[0] ?? 0;
  return Array.from({ length: leaves }, (_, leaf) => {
    const from = firstItem(leaf, leaves, count);
    const to = firstItem(leaf + 1, leaves, count);
    return write(encodeLeaf(room, sorted, from, to), separatorAt(sorted, from));
  });
}

function encodeLeaf(
  room: Room,
  { entries, keys, starts, ends }: SortedEntries,
  from: number,
  to: number,
): Uint8Array {
  const start = (i: number): number => starts[i] ?? 0;
  const end = (i: number): number => ends[i] ?? 0;
  const prefix = sharedLength(keys, start(from), end(from), start(to - 1), end(to - 1));
  const count = to - from;
  let tails = -count * prefix;
  for (let i = from; i < to; i++) tails += end(i) - start(i) + (entries[i]?.previous?.length ?? 0);
  const node = newNode(
    room,
    LEAF_KIND,
    keys.subarray(start(from), start(from) + prefix),
    count,
    ENTRY_STRIDE,
    tails,
  );
  const { bytes, view } = node;
  let { table, tail } = node;
  const tailsFrom = tail;
  for (let i = from; i < to; i++) {
    const entry = entries[i];
    if (entry === undefined) break;
    if (entry.previous !== null) {
      bytes.set(entry.previous, tail);
      tail += entry.previous.length;
    }
    for (let at = start(i) + prefix; at < end(i); at++) bytes[tail++] = keys[at] ?? 0;
    view.setUint32(table, tail - tailsFrom);
    view.setUint32(table + 4, entry.txNum);
    bytes[table + 8] = (entry.previous === null ? 0 : HAS_PREVIOUS) | (entry.upstream ? IS_UPSTREAM : 0);
    bytes.set(entry.txId, table + 9);
    table += ENTRY_STRIDE;
  }
  return bytes;
}

function writeInner(
  room: Room,
  { keys }: SortedEntries,
  below: readonly Written[],
  count: number,
  hashed: boolean,
  write: Write,
): Written[] {
  return Array.from({ length: count }, (_, node) => {
    const from = firstItem(node, count, below.length);
    const children = below.slice(from, firstItem(node + 1, count, below.length));
    return write(encodeInner(room, keys, children, hashed), children[0]?.separator ?? NOTHING);
  });
}

const NOTHING: KeyPart = { start: 0, end: 0 };

function encodeInner(
  room: Room,
  keys: Uint8Array,
  children: readonly Written[],
  hashed: boolean,
): Uint8Array {
  const stride = hashed ? HASHED_CHILD_STRIDE : CHILD_STRIDE;
  // What separates the first child from its left neighbour stands further up.
  const [, second, ...others] = children.map(({ separator }) => separator);
  const first = second ?? NOTHING;
  const last = others.at(-1) ?? first;
  const prefix = sharedLength(keys, first.start, first.end, last.start, last.end);
  const separators = children.map(({ separator: { start, end } }, i) =>
    i === 0 ? NO_HASH : keys.subarray(start + prefix, end),
  );
  const tails = separators.reduce((sum, { length }) => sum + length, 0);
  const node = newNode(
    room,
    INNER_KIND,
    keys.subarray(first.start, first.start + prefix),
    children.length,
    stride,
    tails,
  );
  const { bytes, view } = node;
  let { table, tail } = node;
  const tailsFrom = tail;
  children.forEach(({ pointer, hash }, i) => {
    const separator = separators[i] ?? NO_HASH;
    bytes.set(separator, tail);
    tail += separator.length;
    view.setUint32(table, tail - tailsFrom);
    view.setUint32(table + 4, pointer);
    bytes.set(hash, table + 8);
    table += stride;
  });
  return bytes;
}

interface NewNode {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Where the table of items begins. */
  readonly table: number;
  /** Where the tails begin. */
  readonly tail: number;
}

function newNode(
  room: Room,
  kind: number,
  prefix: Uint8Array,
  count: number,
  stride: number,
  tails: number,
): NewNode {
  const table = NODE_FRAME + prefix.length;
  const tail = table + count * stride;
  const bytes = room.take(tail + tails);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  bytes[0] = kind;
  view.setUint32(1, prefix.length);
  bytes.set(prefix, 5);
  view.setUint16(5 + prefix.length, count);
  return { bytes, view, table, tail };
}

/** The shortest beginning of entry `at`'s key that is above the key before; all of it where the two are equal. */
function separatorAt({ keys, starts, ends }: SortedEntries, at: number): KeyPart {
  const start = starts[at] ?? 0;
  const end = ends[at] ?? 0;
  const shared = at === 0 ? 0 : sharedLength(keys, starts[at - 1] ?? 0, ends[at - 1] ?? 0, start, end);
  return { start, end: Math.min(start + shared + 1, end) };
}

/** Length of the longest common beginning of two parts of `keys`. */
function sharedLength(keys: Uint8Array, a: number, aEnd: number, b: number, bEnd: number): number {
  const limit = Math.min(aEnd - a, bEnd - b);
  let length = 0;
  while (length < limit && keys[a + length] === keys[b + length]) length++;
  return length;
}
