import { CotraceError } from '../errors.js';
import { HASH_LENGTH } from '../hash.js';
import type { LayerRecord } from './layers.js';
import { numbered, type PageReader } from './pages.js';

/** A page holds the records of so many successive ids: 11 KiB where all are there. */
const IDS_PER_PAGE = 256n;
/** Bytes of a record: id, count, hash. */
const RECORD = 8 + 4 + HASH_LENGTH;

/** Where a layer lies: the ranks, or the groups of one rank. */
export interface LayerPlace {
  readonly prefix: string;
  /** The least id that it can have. */
  readonly first: bigint;
}

/** The ranks' layer. */
export const RANKS: LayerPlace = { prefix: 'r', first: 0n };

/** The first main block of cycle `checkNum`, where a cycle has `c` blocks; cycle 0 has block 0 alone. */
export function firstBlock(checkNum: bigint, c: number): bigint {
  return checkNum === 0n ? 0n : (checkNum - 1n) * BigInt(c) + 1n;
}

/** The last block of cycle `checkNum` that is not above `newest`. */
export function lastBlock(checkNum: bigint, c: number, newest: bigint): bigint {
  const last = firstBlock(checkNum + 1n, c) - 1n;
  return last < newest ? last : newest;
}

/** The layer of the groups of rank `checkNum`. */
export function groupsOf(checkNum: bigint, c: number): LayerPlace {
  return { prefix: `i/${numbered(checkNum)}`, first: firstBlock(checkNum, c) };
}

/** The layer's records with ids up to `last`, by id. Throws `RANK_TREE_DAMAGED` where a page is. */
export function readLayer(pages: PageReader, place: LayerPlace, last: bigint): LayerRecord[] {
  const records: LayerRecord[] = [];
  for (let page = 0n; place.first + page * IDS_PER_PAGE <= last; page++) {
    records.push(...readPage(pages, pageName(place, page)));
  }
  return records;
}

/** Puts records, and removes those that are null. */
export function changeLayer(
  edit: PageReader & { put(name: string, bytes: Uint8Array | null): void },
  place: LayerPlace,
  changes: ReadonlyMap<bigint, LayerRecord | null>,
): void {
  const byPage = new Map<bigint, bigint[]>();
  for (const id of changes.keys()) {
    const page = (id - place.first) / IDS_PER_PAGE;
    const ids = byPage.get(page);
    if (ids === undefined) byPage.set(page, [id]);
    else ids.push(id);
  }
  for (const [page, ids] of byPage) {
    const name = pageName(place, page);
    const records = new Map(readPage(edit, name).map((record) => [record.id, record]));
    for (const id of ids) {
      const record = changes.get(id) ?? null;
      if (record === null) records.delete(id);
      else records.set(id, record);
    }
    edit.put(name, records.size === 0 ? null : encodePage([...records.values()]));
  }
}

function pageName({ prefix }: LayerPlace, page: bigint): string {
  return `${prefix}/${numbered(page)}`;
}

function readPage(pages: PageReader, name: string): LayerRecord[] {
  const bytes = pages.get(name);
  if (bytes === null) return [];
  if (bytes.length % RECORD !== 0) {
    throw new CotraceError('RANK_TREE_DAMAGED', 'a page of a layer is cut short', {
      name,
      length: bytes.length,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const records: LayerRecord[] = [];
  for (let at = 0; at < bytes.length; at += RECORD) {
    const hash = bytes.subarray(at + RECORD - HASH_LENGTH, at + RECORD);
    records.push({ id: view.getBigUint64(at), count: view.getUint32(at + 8), hash });
  }
  return records;
}

function encodePage(records: readonly LayerRecord[]): Uint8Array {
  const bytes = new Uint8Array(records.length * RECORD);
  const view = new DataView(bytes.buffer);
  records
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .forEach(({ id, count, hash }, i) => {
      view.setBigUint64(i * RECORD, id);
      view.setUint32(i * RECORD + 8, count);
      bytes.set(hash, (i + 1) * RECORD - HASH_LENGTH);
    });
  return bytes;
}
