import {
  canonicalJson,
  decodeEventLeaf,
  fromUtf8,
  isArray,
  isObject,
  parseStrictJson,
  readOrNull,
  recordKey,
  type JsonValue,
  type TraceEvent,
} from '@cotrace/core';
import {
  placeOf,
  readRowText,
  recordIdOfText,
  RecordTexts,
  shownAs,
  valuesWritten,
  type ShownEvent,
} from '@cotrace/verifier';
import { domainWrites } from '../block-writes.js';
import { MAX_SHOWN_ROW_BYTES, MAX_SHOWN_RECORD_BYTES, READ_TRANSACTIONS } from '../limits.js';
import type { MasterStore } from '../master-store.js';

/** An event with all that can be shown of it. */
export interface EventContent {
  readonly leaf: TraceEvent;
  readonly data: Uint8Array;
  /** Text of the row or mark; null where it is none that a file can hold. */
  readonly row: string | null;
  /** Text of the record that the row names; null where the transaction does not have it. */
  readonly record: string | null;
  /** What a lineage sees of it with its record, or with its row where there is none; null: it is none of the contract's. */
  readonly shown: ShownEvent | null;
}

/** Members that the contract adds to each identifier of a record. */
const LINK: ReadonlySet<string> = new Set(['ver', 'preTraceTxId', 'preTraceHash']);

/** What transactions wrote, by domain and key. */
type Values = ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;

/** Reads rows and records of events from the envelopes of their transactions. Several identifiers share a transaction. */
export class EventContents {
  readonly #store: MasterStore;
  readonly #texts = new RecordTexts();
  readonly #recent = new Map<string, Values>();
  /** One text for all identifiers of a record. */
  readonly #records = new Map<string, string>();

  constructor(store: MasterStore) {
    this.#store = store;
  }

  /** The event with that leaf data. Throws `NOT_FOUND` and `UNREADABLE_VALID_TRANSACTION` where the store is damaged. */
  read(data: Uint8Array): EventContent {
    const leaf = decodeEventLeaf(data);
    const values = this.#valuesOf(leaf).get(leaf.domain);
    const row = textOf(values?.get(leaf.key) ?? null, MAX_SHOWN_ROW_BYTES);
    const read = row === null ? null : readRowText(leaf, row);
    if (row === null)
      return { leaf, data, row, record: null, shown: { shown: 'place', place: placeOf(leaf) } };
    if (read === null) return { leaf, data, row, record: null, shown: null };
    const { recordId } = read.row;
    const record =
      this.#records.get(recordId) ?? recordOf(leaf.mspId, recordId, values?.get(recordKey(recordId)) ?? null);
    if (record !== null) this.#records.set(recordId, record);
    return { leaf, data, row, record, shown: shownAs(leaf, read, record, this.#texts) };
  }

  #valuesOf({ blockNum, txNum }: TraceEvent): Values {
    const name = `${blockNum}/${txNum}`;
    const place = { block: blockNum, txNum };
    const values =
      this.#recent.get(name) ?? valuesWritten(domainWrites(this.#store.envelope(blockNum, txNum), place));
    this.#recent.delete(name);
    this.#recent.set(name, values);
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > READ_TRANSACTIONS && oldest !== undefined) this.#recent.delete(oldest);
    return values;
  }
}

/** The canonical text of what the client sent, of a record as it is in state; null where it is not that record. */
function recordOf(mspId: string, recordId: string, stored: Uint8Array | null): string | null {
  const text = textOf(stored, MAX_SHOWN_RECORD_BYTES);
  const record = text === null ? null : readOrNull(() => parseStrictJson(text, MAX_SHOWN_RECORD_BYTES));
  if (!isObject(record) || !isArray(record['traces'])) return null;
  const sent = canonicalJson({ ...record, traces: record['traces'].map(withoutLink) });
  return recordIdOfText(mspId, sent) === recordId ? sent : null;
}

function withoutLink(trace: JsonValue): JsonValue {
  if (!isObject(trace)) return trace;
  return Object.fromEntries(Object.entries(trace).filter(([name]) => !LINK.has(name)));
}

function textOf(bytes: Uint8Array | null, most: number): string | null {
  return bytes === null || bytes.length > most ? null : readOrNull(() => fromUtf8(bytes));
}
