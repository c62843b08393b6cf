import { fromUtf8 } from '../bytes/bytes.js';
import { MalformedError } from '../errors.js';
import { HASH_LENGTH } from '../hash.js';
import type { IndexEntry } from './entry.js';
import {
  CHILD_STRIDE,
  ENTRY_STRIDE,
  HAS_PREVIOUS,
  HASHED_CHILD_STRIDE,
  INNER_KIND,
  IS_UPSTREAM,
  LEAF_KIND,
  MAX_KEY_BYTES,
  NODE_FRAME,
} from './layout.js';

/**
 * A node as it lies in the bytes of a tree or proof: opening it reads its frame, searching it reads the items on the
 * way, nothing is decoded beforehand. Whatever it reads is checked to lie within the node.
 */
abstract class Node {
  /** Number of items: entries of a leaf, children of an inner node. */
  readonly count: number;
  /** Length in bytes. */
  readonly length: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #prefixEnd: number;
  readonly #stride: number;
  readonly #tails: number;

  protected constructor(bytes: Uint8Array, kind: number, stride: number) {
    if (bytes.length < NODE_FRAME || bytes[0] !== kind) throw badNode('is not of the expected kind');
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#stride = stride;
    const prefix = this.#view.getUint32(1);
    if (prefix > MAX_KEY_BYTES || prefix > bytes.length - NODE_FRAME) throw badNode('has too long a prefix');
    this.#prefixEnd = 5 + prefix;
    this.count = this.#view.getUint16(this.#prefixEnd);
    this.#tails = this.#prefixEnd + 2 + this.count * stride;
    if (this.count === 0 || this.#tails > bytes.length) throw badNode('has the wrong number of items');
    this.length = this.#tails + this.#view.getUint32(this.#item(this.count - 1));
    if (this.length > bytes.length) throw badNode('ends too early');
  }

  /** The node's own bytes. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  protected u8(item: number, field: number): number {
    return this.#view.getUint8(this.#item(item) + field);
  }

  protected u32(item: number, field: number): number {
    return this.#view.getUint32(this.#item(item) + field);
  }

  protected hash(item: number, field: number): Uint8Array {
    const at = this.#item(item) + field;
    return this.#bytes.slice(at, at + HASH_LENGTH);
  }

  /** The tail of an item. Throws `BAD_INDEX_NODE` where ends do not rise. */
  protected tail(item: number): Uint8Array {
    return this.#bytes.subarray(this.#tailStart(item, 0), this.#tailEnd(item));
  }

  protected keyText(tail: Uint8Array): string {
    const prefix = this.#bytes.subarray(5, this.#prefixEnd);
    const length = prefix.length + tail.length;
    if (length === 0 || length > MAX_KEY_BYTES) throw badNode('has a key that is empty or too long');
    const key = new Uint8Array(length);
    key.set(prefix);
    key.set(tail, prefix.length);
    return fromUtf8(key);
  }

  /** The first item from `low` on, or `count`, whose key, behind `skip(item)` bytes of its tail, is not below `key`. */
  protected lowerBound(key: Uint8Array, low: number, skip: (item: number) => number): number {
    const prefix = this.#prefixEnd - 5;
    for (let i = 0; i < prefix; i++) {
      // A key that ends within the prefix reads as below it.
      const difference = (key[i] ?? -1) - (this.#bytes[5 + i] ?? 0);
      if (difference !== 0) return difference < 0 ? low : this.count;
    }
    let [from, to] = [low, this.count];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#isBelow(this.#tailStart(middle, skip(middle)), this.#tailEnd(middle), key, prefix))
        from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #isBelow(start: number, end: number, key: Uint8Array, prefix: number): boolean {
    const shared = Math.min(end - start, key.length - prefix);
    for (let i = 0; i < shared; i++) {
      const difference = (this.#bytes[start + i] ?? 0) - (key[prefix + i] ?? 0);
      if (difference !== 0) return difference < 0;
    }
    return end - start < key.length - prefix;
  }

  #item(item: number): number {
    return this.#prefixEnd + 2 + item * this.#stride;
  }

  #tailStart(item: number, skip: number): number {
    const start = (item === 0 ? this.#tails : this.#tailEnd(item - 1)) + skip;
    if (start > this.#tailEnd(item)) throw badNode('has items that overlap');
    return start;
  }

  #tailEnd(item: number): number {
    const end = this.#tails + this.u32(item, 0);
    if (end > this.length) throw badNode('has an item that ends behind it');
    return end;
  }
}

/** A leaf of a tree. `bytes` begin with it and may go on behind it. Throws `BAD_INDEX_NODE`. */
export class Leaf extends Node {
  constructor(bytes: Uint8Array) {
    super(bytes, LEAF_KIND, ENTRY_STRIDE);
  }

  /** The first entry, or `count`, whose TraceID is not below `key`. */
  firstFrom(key: Uint8Array): number {
    return this.lowerBound(key, 0, (item) => this.#previousLength(item));
  }

  /** Entry `item`, 0…count−1, decoded. Throws `BAD_INDEX_NODE`, `BAD_UTF8`. */
  entry(item: number): IndexEntry {
    const tail = this.tail(item);
    const flags = this.u8(item, 8);
    if (flags > (HAS_PREVIOUS | IS_UPSTREAM)) throw badNode('has an entry with unknown flags');
    const previous = this.#previousLength(item);
    if (tail.length < previous) throw badNode('has too short an entry');
    return {
      traceId: this.keyText(tail.subarray(previous)),
      txNum: this.u32(item, 4),
      txId: this.hash(item, 9),
      previous: previous === 0 ? null : tail.slice(0, previous),
      upstream: (flags & IS_UPSTREAM) !== 0,
    };
  }

  #previousLength(item: number): number {
    return (this.u8(item, 8) & HAS_PREVIOUS) === 0 ? 0 : HASH_LENGTH;
  }
}

/** An inner node of a tree. `bytes` begin with it and may go on behind it. Throws `BAD_INDEX_NODE`. */
export class Inner extends Node {
  constructor(bytes: Uint8Array, hashed: boolean) {
    super(bytes, INNER_KIND, hashed ? HASHED_CHILD_STRIDE : CHILD_STRIDE);
  }

  /** The child that the first entry not below `key` is in, unless it is the next leaf's first. */
  childFor(key: Uint8Array): number {
    return this.lowerBound(key, 1, () => 0) - 1;
  }

  /** Where child `item` begins in the bytes of the tree. */
  pointer(item: number): number {
    return this.u32(item, 4);
  }

  /** Hash of child `item`; of MB+ trees only. */
  childHash(item: number): Uint8Array {
    return this.hash(item, 8);
  }
}

/** The error of bytes that are not a node of a tree. */
export function badNode(why: string, detail: Readonly<Record<string, unknown>> = {}): MalformedError {
  return new MalformedError('BAD_INDEX_NODE', `a node ${why}`, detail);
}
