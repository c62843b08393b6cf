import type { TraceEvent } from '@cotrace/core';
import type { Place, ShownEvent, ShownRecord } from '../lineage/types.js';
import { readRecordText, recordIdOfText, type ReadRecord } from './record-text.js';
import { readRowText, type ReadRow } from './row-text.js';

/** What a text is, as the record that an organisation recorded. */
interface AuthoredRecord {
  readonly shown: ShownRecord;
  readonly read: ReadRecord;
}

/** Texts of records, each read once however many identifiers it names. */
export class RecordTexts {
  readonly #read = new Map<string, ReadRecord | null>();
  readonly #ids = new Map<string, Map<string, string>>();
  readonly #authored = new Map<string, AuthoredRecord>();

  /** The id of the record of the organisation `mspId` with that text, whatever the text is. */
  idOf(mspId: string, text: string): string {
    const own = this.#ids.get(text) ?? new Map<string, string>();
    this.#ids.set(text, own);
    const recordId = own.get(mspId) ?? recordIdOfText(mspId, text);
    own.set(mspId, recordId);
    return recordId;
  }

  /** The record of the organisation `mspId` with that text; null where it is not of the form that the contract takes. */
  of(mspId: string, text: string): AuthoredRecord | null {
    const read = this.#readOf(text);
    if (read === null) return null;
    const recordId = this.idOf(mspId, text);
    const authored = this.#authored.get(recordId) ?? { shown: { ...read.said, recordId }, read };
    this.#authored.set(recordId, authored);
    return authored;
  }

  #readOf(text: string): ReadRecord | null {
    const known = this.#read.get(text);
    if (known !== undefined) return known;
    const read = readRecordText(text);
    this.#read.set(text, read);
    return read;
  }
}

export function placeOf({ domain, txId, mspId }: TraceEvent): Place {
  return { domain, txId, organisation: mspId };
}

/**
 * What an event shows to a lineage: its leaf, the text of its row or mark, whose hash must be the leaf's `valueHash`, and
 * that of its record, if there is one. Null where the row, or the record that it names, is not of the form that the
 * contract writes: such an event is foreign. A record of another row is the caller's to refuse (`RecordTexts.idOf`).
 */
export function shownEvent(
  leaf: TraceEvent,
  row: string,
  record: string | null,
  texts: RecordTexts,
): ShownEvent | null {
  const read = readRowText(leaf, row);
  return read === null ? null : shownAs(leaf, read, record, texts);
}

/** As `shownEvent`, of a row that is read. */
export function shownAs(
  leaf: TraceEvent,
  { row }: ReadRow,
  record: string | null,
  texts: RecordTexts,
): ShownEvent | null {
  const place = placeOf(leaf);
  if (record === null) return { shown: 'row', place, row };
  const authored = texts.of(leaf.mspId, record);
  return authored === null ? null : { shown: 'record', place, row, record: authored.shown };
}
