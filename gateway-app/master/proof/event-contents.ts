import { decodeEventLeaf, fromUtf8, readOrNull, recordKey, type TraceEvent } from '@cotrace/core';
import {
  readRowText,
  recordTextIn,
  RecordTexts,
  shownAs,
  valuesWritten,
  type ShownEvent,
} from '@cotrace/verifier';
import { domainWrites } from '../block-writes.js';
import { MAX_SHOWN_ROW_BYTES, READ_TRANSACTIONS } from '../limits.js';
import type { MasterStore } from '../master-store.js';

/** An event with all that can be shown of it. */
export interface EventContent {
  readonly leaf: TraceEvent;
  readonly data: Uint8Array;
  /** Text of the row or mark; null where it is none, or a long one, of which the envelope is shown instead. */
  readonly row: string | null;
  /** Text of the record that the row names; null where the transaction does not have it. */
  readonly record: string | null;
  /** What a lineage sees of it with its record, or with its row where there is none; null: it is none of the contract's. */
  readonly shown: ShownEvent | null;
  /** Whether only the envelope shows that it is none of the contract's. */
  readonly needsEnvelope: boolean;
  /** How many bytes a proof has of it. */
  readonly size: number;
}

/** What a transaction wrote, by domain and key. */
interface Transaction {
  readonly values: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
  readonly envelopeBytes: number;
  /** Texts of records that are read, by domain and id: one for all identifiers of a record. */
  readonly records: Map<string, string | null>;
}

/** Reads rows and records of events from the envelopes of their transactions. Several identifiers share a transaction. */
export class EventContents {
  readonly #store: MasterStore;
  readonly #texts = new RecordTexts();
  readonly #recent = new Map<string, Transaction>();

  constructor(store: MasterStore) {
    this.#store = store;
  }

  /** The event with that leaf data. Throws `NOT_FOUND` and `UNREADABLE_VALID_TRANSACTION` where the store is damaged. */
  read(data: Uint8Array): EventContent {
    const leaf = decodeEventLeaf(data);
    const transaction = this.#transactionOf(leaf);
    const value = transaction.values.get(leaf.domain)?.get(leaf.key) ?? null;
    const row = textOf(value);
    const read = row === null ? null : readRowText(leaf, row);
    const record = read === null ? null : recordIn(transaction, leaf, read.row.recordId);
    const shown = read === null || record === null ? null : shownAs(leaf, read, record, this.#texts);
    const needsEnvelope = row === null || (read !== null && record === null);
    const size =
      data.length +
      (row?.length ?? 0) +
      (record?.length ?? 0) +
      (needsEnvelope ? transaction.envelopeBytes : 0);
    return { leaf, data, row, record, shown, needsEnvelope, size };
  }

  #transactionOf({ blockNum, txNum }: TraceEvent): Transaction {
    const name = `${blockNum}/${txNum}`;
    const transaction = this.#recent.get(name) ?? this.#read(blockNum, txNum);
    this.#recent.delete(name);
    this.#recent.set(name, transaction);
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > READ_TRANSACTIONS && oldest !== undefined) this.#recent.delete(oldest);
    return transaction;
  }

  #read(block: bigint, txNum: number): Transaction {
    const envelope = this.#store.envelope(block, txNum);
    const values = valuesWritten(domainWrites(envelope, { block, txNum }));
    return { values, envelopeBytes: envelope.length, records: new Map() };
  }
}

/** The text of the record that a row of a transaction names; null where the transaction did not put it. */
function recordIn(
  { values, records }: Transaction,
  { domain, mspId }: TraceEvent,
  recordId: string,
): string | null {
  const name = `${domain} ${recordId}`;
  const known = records.get(name);
  if (known !== undefined) return known;
  const stored = values.get(domain)?.get(recordKey(recordId)) ?? null;
  const record = stored === null ? null : recordTextIn(mspId, recordId, stored);
  records.set(name, record);
  return record;
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null || bytes.length > MAX_SHOWN_ROW_BYTES ? null : readOrNull(() => fromUtf8(bytes));
}
