import { concat } from '../bytes/bytes.js';
import { Reader, u32 } from '../bytes/codec.js';
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
import { fromOwnPage, groupPage, type ChangingPages, type PageReader } from './pages.js';

/**
 * A group lies in parts of so many bytes or one entry more, each a page, so that an entry that leaves it changes as much
 * of a large group as of a small one. A page holds how many parts follow, and how many entries it has, each as a `u32`,
 * and then the entries as they are hashed. A part that has lost its entries stays until the group goes.
 */
const PART_BYTES = 2048;

interface Part {
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** Puts a group where there was none. */
export function putGroup(pages: ChangingPages, blockNum: bigint, group: Uint8Array): void {
  putParts(pages, blockNum, partsOf(group), []);
}

/** The bytes of a group; null where there is none. Throws `RANK_TREE_DAMAGED` where its pages tell. */
export function readGroup(pages: PageReader, blockNum: bigint): Uint8Array | null {
  const parts = readParts(pages, blockNum);
  return parts.length === 0 ? null : concat(...joined(parts));
}

/** A group in its pages, to be changed. */
export class StoredGroup {
  readonly #blockNum: bigint;
  readonly #stored: readonly Part[];
  #parts: readonly Part[];

  /** Throws `RANK_TREE_DAMAGED` where its pages tell. */
  constructor(pages: PageReader, blockNum: bigint) {
    this.#blockNum = blockNum;
    this.#stored = readParts(pages, blockNum);
    this.#parts = this.#stored;
  }

  /** Whether there was such a group. */
  get wasThere(): boolean {
    return this.#stored.length > 0;
  }

  /** Takes entries out; returns how many were not there. Throws `RANK_TREE_DAMAGED` where a part has not as many as it says. */
  remove(places: readonly EntryPlace[]): number {
    const leaving = sortedPlaces(places);
    let [next, gone] = [0, 0];
    this.#parts = this.#parts.map((part, i) => {
      const thinned = this.#own(() => thinEntries(part.bytes, leaving, next));
      next = thinned.next;
      gone += thinned.before - thinned.after;
      if (thinned.before !== part.count) throw damaged('a part of a group lost entries', this.#blockNum, i);
      return thinned.bytes === part.bytes ? part : { count: thinned.after, bytes: thinned.bytes };
    });
    return leaving.length - gone;
  }

  /** Puts entries in. Throws as `encodeGroup` does. */
  add(entries: readonly RankEntry[]): void {
    const own = this.#own(() =>
      countOf(this.#parts) === 0 ? [] : decodeGroup(concat(...joined(this.#parts)), this.#blockNum),
    );
    this.#parts = partsOf(encodeGroup([...own, ...entries]));
  }

  /** Puts what has changed; the group's hash as it is now, null where no entry is left. */
  write(pages: ChangingPages): Uint8Array | null {
    const isEmpty = countOf(this.#parts) === 0;
    putParts(pages, this.#blockNum, isEmpty ? [] : this.#parts, this.#stored);
    return isEmpty ? null : sha256(...joined(this.#parts));
  }

  #own<T>(read: () => T): T {
    return fromOwnPage(groupPage(this.#blockNum, 0), read);
  }
}

function partsOf(group: Uint8Array): Part[] {
  return splitGroup(group, PART_BYTES).map((bytes) => ({ bytes, count: thinEntries(bytes, [], 0).before }));
}

function countOf(parts: readonly Part[]): number {
  return parts.reduce((total, { count }) => total + count, 0);
}

function joined(parts: readonly Part[]): Uint8Array[] {
  return groupOf(
    countOf(parts),
    parts.map(({ bytes }) => bytes),
  );
}

function readParts(pages: PageReader, blockNum: bigint): Part[] {
  const parts: Part[] = [];
  let left: number | null = null;
  for (;;) {
    const name = groupPage(blockNum, parts.length);
    const page = pages.get(name);
    if (page === null && parts.length === 0) return parts;
    if (page === null) throw damaged('a part of a group is missing', blockNum, parts.length);
    const part = fromOwnPage(name, () => decodePart(page));
    if (left !== null && part.follow !== left - 1)
      throw damaged('a part of a group is damaged', blockNum, parts.length);
    left = part.follow;
    parts.push(part);
    if (left === 0) return parts;
  }
}

function decodePart(page: Uint8Array): Part & { readonly follow: number } {
  const reader = new Reader(page, 'a part of a group');
  return { follow: reader.u32(), count: reader.u32(), bytes: reader.take(reader.left) };
}

function putParts(
  pages: ChangingPages,
  blockNum: bigint,
  parts: readonly Part[],
  stored: readonly Part[],
): void {
  parts.forEach((part, i) => {
    if (part === stored[i] && parts.length === stored.length) return;
    pages.put(groupPage(blockNum, i), concat(u32(parts.length - 1 - i), u32(part.count), part.bytes));
  });
  for (let i = parts.length; i < stored.length; i++) pages.put(groupPage(blockNum, i), null);
}

function damaged(why: string, blockNum: bigint, part: number): CotraceError {
  return new CotraceError('RANK_TREE_DAMAGED', why, { block: blockNum, part });
}
