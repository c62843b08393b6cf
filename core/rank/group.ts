import { compareBytes, concat, fromUtf8, utf8 } from '../bytes/bytes.js';
import { Reader, u32 } from '../bytes/codec.js';
import { MalformedError } from '../errors.js';
import { hashField } from '../formats/fields.js';
import { HASH_LENGTH } from '../hash.js';
import type { RankEntry } from './entry.js';

const TAG = utf8('cotrace.group.v2\0');
const HEAD = TAG.length + 4;
/** What is in an entry behind its key: value hash, policy hash, block, transaction, version. */
const TAIL = 2 * HASH_LENGTH + 8 + 4 + 4;
const U32_MAX = 0xffffffff;

/** Where an entry stood: enough to find it in its group. */
export interface EntryPlace {
  readonly txNum: number;
  readonly verNum: number;
  /** UTF-8. */
  readonly key: Uint8Array;
}

/**
 * The bytes of a group, of which its hash is `H` (docs/formats.md, Group): the entries whose newest block is the same,
 * at least one, in any order, each key once. Throws `BAD_HASH_LENGTH`, `OUT_OF_RANGE`, `BAD_GROUP` where two are the
 * same or their blocks differ.
 */
export function encodeGroup(entries: readonly RankEntry[]): Uint8Array {
  const placed = entries.map((entry) => ({ entry, key: utf8(entry.key), ...checkedPlace(entry) }));
  placed.sort(comparePlaces);
  const bytes = new Uint8Array(placed.reduce((total, { key }) => total + 4 + key.length + TAIL, HEAD));
  const view = new DataView(bytes.buffer);
  bytes.set(TAG);
  bytes.set(u32(placed.length), TAG.length);
  let at = HEAD;
  placed.forEach(({ entry: { valueHash, policyHash, blockNum }, key, txNum, verNum }, i) => {
    const before = placed[i - 1];
    if (before !== undefined) checkRise(before, placed[i] ?? before, before.entry.blockNum === blockNum);
    view.setUint32(at, key.length);
    bytes.set(key, at + 4);
    at += 4 + key.length;
    bytes.set(hashField(valueHash, 'value hash'), at);
    bytes.set(hashField(policyHash, 'policy hash'), at + HASH_LENGTH);
    view.setBigUint64(at + 2 * HASH_LENGTH, blockNum);
    view.setUint32(at + 2 * HASH_LENGTH + 8, txNum);
    view.setUint32(at + 2 * HASH_LENGTH + 12, verNum);
    at += TAIL;
  });
  return bytes;
}

/**
 * The entries of the group of block `block`, in their order. Takes only what `encodeGroup` writes. Throws `TRUNCATED`,
 * `TOO_LONG`, `BAD_TAG`, `TRAILING_BYTES`, `BAD_UTF8`, `BAD_GROUP`.
 */
export function decodeGroup(bytes: Uint8Array, block: bigint): RankEntry[] {
  const reader = new Reader(bytes, 'a group');
  reader.expect(TAG);
  const count = reader.u32();
  if (count === 0) throw badGroup('a group has at least one entry', { block });
  const entries: RankEntry[] = [];
  let before: EntryPlace | null = null;
  for (let i = 0; i < count; i++) {
    const key = reader.lp(reader.left);
    const [valueHash, policyHash] = [reader.take(HASH_LENGTH), reader.take(HASH_LENGTH)];
    const [blockNum, txNum, verNum] = [reader.u64(), reader.u32(), reader.u32()];
    const place = { key, ...checkedPlace({ txNum, verNum }) };
    if (before !== null || blockNum !== block) checkRise(before, place, blockNum === block);
    entries.push({ key: fromUtf8(key), valueHash, policyHash, blockNum, txNum, verNum });
    before = place;
  }
  reader.end();
  return entries;
}

/** The bytes of a group of `count` entries, given as they lie in it, one part behind the other. */
export function groupOf(count: number, parts: readonly Uint8Array[]): Uint8Array[] {
  return [TAG, u32(count), ...parts];
}

/** The entries of a group's bytes, as they lie, in parts: each ends with the entry that makes it `least` bytes or more. */
export function splitGroup(group: Uint8Array, least: number): Uint8Array[] {
  const view = new DataView(group.buffer, group.byteOffset, group.length);
  const parts: Uint8Array[] = [];
  for (let from = HEAD, at = HEAD; at < group.length;) {
    at = group.length - from <= least ? group.length : endOfEntry(group, view, at);
    if (at - from < least && at < group.length) continue;
    parts.push(group.subarray(from, at));
    from = at;
  }
  return parts;
}

/** Entries, as they lie in a group, that have lost some. */
export interface ThinnedEntries {
  /** What was given, where none of the places was among them. */
  readonly bytes: Uint8Array;
  /** Number of entries before and after. */
  readonly before: number;
  readonly after: number;
  /** The first of the places that may be of a later entry. */
  readonly next: number;
}

/** Rising places, as `thinEntries` wants them. */
export function sortedPlaces<T extends EntryPlace>(places: readonly T[]): T[] {
  return places.toSorted(comparePlaces);
}

/**
 * Entries as they lie, without those at `places` from `next` on, which rise and need not be there. What stays is copied
 * as it lies. Throws `BAD_GROUP` where the bytes are not entries.
 */
export function thinEntries(bytes: Uint8Array, places: readonly EntryPlace[], next: number): ThinnedEntries {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kept: Uint8Array[] = [];
  let [before, after, from] = [0, 0, 0];
  for (let at = 0; at < bytes.length;) {
    const end = endOfEntry(bytes, view, at);
    let order = 1;
    for (let goes = places[next]; goes !== undefined; goes = places[++next]) {
      order = compareWithEntry(goes, bytes, view, at, end);
      if (order >= 0) break;
    }
    before++;
    if (order !== 0) after++;
    else {
      kept.push(bytes.subarray(from, at));
      from = end;
      next++;
    }
    at = end;
  }
  if (before === after) return { bytes, before, after, next };
  return { bytes: concat(...kept, bytes.subarray(from)), before, after, next };
}

/** Where the entry at `at` ends. */
function endOfEntry(bytes: Uint8Array, view: DataView, at: number): number {
  const left = bytes.length - at;
  const keyLength = left < 4 ? left : view.getUint32(at);
  if (4 + keyLength + TAIL > left) throw badGroup('an entry is cut short', { at, keyLength });
  return at + 4 + keyLength + TAIL;
}

/** As `comparePlaces`, with the entry that lies from `at` to `end`: no object is made of it. */
function compareWithEntry(
  { txNum, verNum, key }: EntryPlace,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
): number {
  return (
    txNum - view.getUint32(end - 8) ||
    verNum - view.getUint32(end - 4) ||
    compareBytes(key, bytes.subarray(at + 4, end - TAIL))
  );
}

function comparePlaces(a: EntryPlace, b: EntryPlace): number {
  return a.txNum - b.txNum || a.verNum - b.verNum || compareBytes(a.key, b.key);
}

function checkedPlace({ txNum, verNum }: Pick<RankEntry, 'txNum' | 'verNum'>) {
  for (const value of [txNum, verNum]) {
    if (!Number.isInteger(value) || value < 0 || value > U32_MAX) {
      throw new MalformedError('OUT_OF_RANGE', `expected 0 to 2^32-1, not ${value}`, { value });
    }
  }
  if (verNum === 0) throw badGroup('versions count from 1', { txNum });
  return { txNum, verNum };
}

function checkRise(before: EntryPlace | null, place: EntryPlace, sameBlock: boolean): void {
  const { txNum, verNum } = place;
  if (!sameBlock) throw badGroup('a group is of one block', { txNum, verNum });
  if (before !== null && comparePlaces(before, place) >= 0) {
    throw badGroup('entries rise by transaction, version and key', { txNum, verNum });
  }
}

function badGroup(message: string, detail: Readonly<Record<string, unknown>>): MalformedError {
  return new MalformedError('BAD_GROUP', message, detail);
}
