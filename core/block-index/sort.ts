import { compareEntries, type IndexEntry } from './entry.js';
import { encodeKeys, type KeyArena } from './keys.js';

/** Entries by whose keys a comparison of two at a time is done with sooner than packing them. */
const FEW = 12;

/** A byte of a key and its end, as digits: UTF-8 has no byte above 0xf4, and 0 says that the key is over. */
const BASE = 0xf6;

/** Entries in the order of a tree, each with its key: a part of `keys`. */
export interface SortedEntries {
  readonly entries: readonly IndexEntry[];
  readonly keys: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/**
 * Sorts entries by the bytes of their keys, then as `compareEntries` does. Throws `BAD_KEY` for a TraceID that is not
 * 1…512 bytes of UTF-8.
 */
export function sortEntries(given: readonly IndexEntry[]): SortedEntries {
  const arena = encodeKeys(given);
  const sorter = new Sorter(given, arena);
  sorter.sort(0, given.length, 0);
  const entries: IndexEntry[] = [];
  const starts = new Uint32Array(given.length);
  const ends = new Uint32Array(given.length);
  sorter.places.forEach((place, i) => {
    const entry = given[place];
    if (entry !== undefined) entries.push(entry);
    starts[i] = arena.starts[place] ?? 0;
    ends[i] = arena.starts[place + 1] ?? 0;
  });
  return { entries, keys: arena.keys, starts, ends };
}

/**
 * Comparing whole keys would read their long beginnings over and over, all over memory. Here what the keys of a range
 * begin with alike is passed over once, the next few bytes and the entry's place are packed into a number, and numbers
 * are sorted; what they leave equal is sorted by the bytes behind.
 */
class Sorter {
  /** Of the entries given, in the order that is made. */
  readonly places: Uint32Array;
  readonly #entries: readonly IndexEntry[];
  readonly #keys: Uint8Array;
  readonly #starts: Uint32Array;
  /** Digits of a key that a number takes, and its places in all: both together below 2^53. */
  readonly #digits: number;
  readonly #room: number;

  constructor(entries: readonly IndexEntry[], { keys, starts }: KeyArena) {
    this.places = new Uint32Array(entries.length);
    for (let i = 0; i < entries.length; i++) this.places[i] = i;
    this.#entries = entries;
    this.#keys = keys;
    this.#starts = starts;
    [this.#digits, this.#room] = entries.length <= 0x2000 ? [5, 0x2000] : [3, 0x1000000];
  }

  /** Sorts places `from`…`to`−1, the keys of which begin with the same `shared` bytes. */
  sort(from: number, to: number, shared: number): void {
    if (to - from <= FEW) {
      this.#insert(from, to, shared);
      return;
    }
    const common = this.#common(from, to, shared);
    const packed = this.#packed(from, to, common);
    // Numbers from 0 on are in the order of their bits, and bits are sorted in a quarter of the time.
    new BigUint64Array(packed.buffer).sort();
    const before = this.places.slice(from, to);
    let equalFrom = from;
    let last = -1;
    for (let i = from; i < to; i++) {
      const number = packed[i - from] ?? 0;
      const digits = Math.floor(number / this.#room);
      this.places[i] = before[number - digits * this.#room] ?? 0;
      if (digits !== last) {
        this.#sortEqual(equalFrom, i, last, common);
        equalFrom = i;
        last = digits;
      }
    }
    this.#sortEqual(equalFrom, to, last, common);
  }

  /** Sorts places whose keys have the same `digits` behind their first `common` bytes. */
  #sortEqual(from: number, to: number, digits: number, common: number): void {
    if (to - from < 2) return;
    if (digits % BASE !== 0) this.sort(from, to, common + this.#digits);
    else {
      // These keys are over: they are the same.
      const places = this.places.subarray(from, to);
      places.sort((a, b) => this.#compareEntries(a, b));
    }
  }

  #packed(from: number, to: number, common: number): Float64Array {
    const packed = new Float64Array(to - from);
    for (let i = 0; i < packed.length; i++) {
      const place = this.places[from + i] ?? 0;
      const start = (this.#starts[place] ?? 0) + common;
      const end = this.#starts[place + 1] ?? 0;
      let digits = 0;
      for (let at = start; at < start + this.#digits; at++) {
        digits = digits * BASE + (at < end ? (this.#keys[at] ?? 0) + 1 : 0);
      }
      packed[i] = digits * this.#room + i;
    }
    return packed;
  }

  /** How many bytes all keys of a range begin with alike, if they do with `shared`. */
  #common(from: number, to: number, shared: number): number {
    const view = new DataView(this.#keys.buffer, this.#keys.byteOffset, this.#keys.length);
    const first = this.places[from] ?? 0;
    const start = this.#starts[first] ?? 0;
    let common = (this.#starts[first + 1] ?? 0) - start;
    for (let i = from + 1; i < to; i++) {
      const place = this.places[i] ?? 0;
      const other = this.#starts[place] ?? 0;
      const most = Math.min(common, (this.#starts[place + 1] ?? 0) - other);
      common = shared;
      while (common + 4 <= most && view.getUint32(start + common) === view.getUint32(other + common)) {
        common += 4;
      }
      while (common < most && this.#keys[start + common] === this.#keys[other + common]) common++;
    }
    return common;
  }

  #insert(from: number, to: number, shared: number): void {
    for (let i = from + 1; i < to; i++) {
      const place = this.places[i] ?? 0;
      let at = i;
      for (; at > from && this.#compare(this.places[at - 1] ?? 0, place, shared) > 0; at--) {
        this.places[at] = this.places[at - 1] ?? 0;
      }
      this.places[at] = place;
    }
  }

  #compare(a: number, b: number, shared: number): number {
    const [startA, endA] = [(this.#starts[a] ?? 0) + shared, this.#starts[a + 1] ?? 0];
    const [startB, endB] = [(this.#starts[b] ?? 0) + shared, this.#starts[b + 1] ?? 0];
    const both = Math.min(endA - startA, endB - startB);
    for (let i = 0; i < both; i++) {
      const difference = (this.#keys[startA + i] ?? 0) - (this.#keys[startB + i] ?? 0);
      if (difference !== 0) return difference;
    }
    return endA - startA - (endB - startB) || this.#compareEntries(a, b);
  }

  #compareEntries(a: number, b: number): number {
    const [one, other] = [this.#entries[a], this.#entries[b]];
    return one === undefined || other === undefined ? 0 : compareEntries(one, other);
  }
}
