import { concat } from '../bytes/bytes.js';
import { CotraceError } from '../errors.js';
import { sha256 } from '../hash.js';
import type { RankEntry } from './entry.js';
import {
  decodeGroup,
  encodeGroup,
  groupOf,
  sortedPlaces,
  splitGroup,
  thinEntries,
  type EntryPlace,
} from './group.js';
import type { LayerRecord } from './layers.js';
import { fromOwnPage, groupPage, type PageReader } from './pages.js';

/**
 * A group lies in parts of so many bytes or one entry more, each a page, so that an entry that leaves it changes as much
 * of a large group as of a small one. A page holds one byte, and then entries as they are hashed. A part that has lost
 * its entries stays until the group goes.
 */
const PART_BYTES = 2048;

/** The first byte of a part's page: whether another follows. */
const LAST = Uint8Array.of(0);
const MORE = Uint8Array.of(1);

/** Pages that are changed. */
interface Pages extends PageReader {
  put(name: string, bytes: Uint8Array | null): void;
}

/** Puts a group where there was none. */
export function putGroup(pages: Pages, blockNum: bigint, group: Uint8Array): void {
  putParts(pages, blockNum, splitGroup(group, PART_BYTES), []);
}

/** The bytes of a group of `count` entries; null where there is none. Throws `RANK_TREE_DAMAGED` where its pages tell. */
export function readGroup(pages: PageReader, blockNum: bigint, count: number): Uint8Array | null {
  const parts = readParts(pages, blockNum);
  return parts.length === 0 ? null : concat(...groupOf(count, parts));
}

/** A group in its pages, to be changed. */
export class StoredGroup {
  readonly #blockNum: bigint;
  readonly #stored: readonly Uint8Array[];
  #parts: readonly Uint8Array[];
  #count: number;

  /** `count`: the entries that it has, by the layer above. Throws `RANK_TREE_DAMAGED` where its pages tell. */
  constructor(pages: PageReader, blockNum: bigint, count: number) {
    this.#blockNum = blockNum;
    this.#stored = readParts(pages, blockNum);
    this.#parts = this.#stored;
    this.#count = count;
  }

  /** Takes entries out; returns how many were not there. Throws `RANK_TREE_DAMAGED` where it has not as many as it should. */
  remove(places: readonly EntryPlace[]): number {
    const leaving = sortedPlaces(places);
    let [next, before, after] = [0, 0, 0];
    this.#parts = this.#parts.map((part) => {
      const thinned = this.#own(() => thinEntries(part, leaving, next));
      next = thinned.next;
      before += thinned.before;
      after += thinned.after;
      return thinned.bytes;
    });
    if (before !== this.#count) {
      throw damaged('a group does not have the entries that the layers record', {
        block: this.#blockNum,
        before,
      });
    }
    this.#count = after;
    return leaving.length - (before - after);
  }

  /** Puts entries in. Throws as `encodeGroup` does. */
  add(entries: readonly RankEntry[]): void {
    const own = this.#own(() =>
      this.#count === 0 ? [] : decodeGroup(concat(...groupOf(this.#count, this.#parts)), this.#blockNum),
    );
    this.#parts = splitGroup(encodeGroup([...own, ...entries]), PART_BYTES);
    this.#count = own.length + entries.length;
  }

  /** Puts what has changed; what the layer above has of it now, null where no entry is left. */
  write(pages: Pages): LayerRecord | null {
    putParts(pages, this.#blockNum, this.#count === 0 ? [] : this.#parts, this.#stored);
    if (this.#count === 0) return null;
    return { id: this.#blockNum, count: this.#count, hash: sha256(...groupOf(this.#count, this.#parts)) };
  }

  #own<T>(read: () => T): T {
    return fromOwnPage(groupPage(this.#blockNum, 0), read);
  }
}

function readParts(pages: PageReader, blockNum: bigint): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (;;) {
    const bytes = pages.get(groupPage(blockNum, parts.length));
    if (bytes === null && parts.length === 0) return parts;
    if (bytes === null)
      throw damaged('a part of a group is missing', { block: blockNum, part: parts.length });
    parts.push(bytes.subarray(1));
    if (bytes[0] === LAST[0]) return parts;
    if (bytes[0] !== MORE[0])
      throw damaged('a part of a group is damaged', { block: blockNum, part: parts.length - 1 });
  }
}

function putParts(
  pages: Pages,
  blockNum: bigint,
  parts: readonly Uint8Array[],
  stored: readonly Uint8Array[],
): void {
  parts.forEach((part, i) => {
    const follows = i === parts.length - 1 ? LAST : MORE;
    if (part !== stored[i]) pages.put(groupPage(blockNum, i), concat(follows, part));
  });
  for (let i = parts.length; i < stored.length; i++) pages.put(groupPage(blockNum, i), null);
}

function damaged(why: string, detail: Readonly<Record<string, unknown>>): CotraceError {
  return new CotraceError('RANK_TREE_DAMAGED', why, detail);
}
