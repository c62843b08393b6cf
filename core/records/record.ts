import type { JsonObject } from '../json/json-value.js';

/** What an identifier is in an event. */
export const ROLES = ['subject', 'input', 'output', 'parent', 'child'] as const;
export type Role = (typeof ROLES)[number];

/** An identifier that an event touches. An identifier may be in one record under several roles. */
export interface TraceRef {
  readonly id: string;
  readonly role: Role;
}

/** A record as the client sends it: every member is there, null where it has nothing to say. */
export interface ClientRecord {
  /** The business step: a word of the Core Business Vocabulary, a URI, or null. */
  readonly step: string | null;
  /** When it happened: RFC 3339 with an offset. */
  readonly eventTime: string;
  readonly traces: readonly TraceRef[];
  /** The event itself, as the domain's schema wants it. */
  readonly data: JsonObject;
  /** The hash that makes two tellings of one event equal: for EPCIS the CBV 2.0 event hash. */
  readonly eventHash: string;
  /** The event's own id, or null. */
  readonly eventID: string | null;
  /** For a declaration of error: the event ids or event hashes that it corrects; else null. */
  readonly corrects: readonly string[] | null;
}

/** Where a record is in the chain of one of its identifiers; set by the contract. */
export interface TraceLink {
  /** Position in the chain of this identifier in this domain, from 1. */
  readonly ver: number;
  /** Transaction of the record before, 64 lower-case hexadecimal digits; null for the first. */
  readonly preTraceTxId: string | null;
  /** Hash of the block of the record before, as the client gave it: a hint, not a fact. Null for the first. */
  readonly preTraceHash: string | null;
}

/** A record as it is in state: what the client sent, and per identifier its place in the chain. */
export interface StoredRecord extends Omit<ClientRecord, 'traces'> {
  readonly traces: readonly (TraceRef & TraceLink)[];
}

/** A row of the trace table: the newest record of one identifier in this domain. */
export interface TraceRow extends TraceLink {
  readonly txId: string;
  readonly recordId: string;
}

/** What the client knows of an identifier before it captures: the newest row's transaction and its block's hash. */
export interface Hint {
  readonly id: string;
  readonly preTraceTxId: string | null;
  readonly preTraceHash: string | null;
}

/** Where an event was first recorded: the value of `evt/`, `eid/` and `dec/` keys. */
export interface FirstRecord {
  readonly txId: string;
  readonly recordId: string;
  readonly eventHash: string;
}

/** The answer of `capture`, and the payload of its event. */
export interface Captured {
  readonly recordId: string;
  readonly traces: readonly { readonly id: string; readonly ver: number }[];
}

/** The answer of `listTraces`; `bookmark` is empty on the last page. */
export interface TracePage {
  readonly traces: readonly { readonly id: string; readonly row: TraceRow }[];
  readonly bookmark: string;
}

/** An entry of the answer of `history`, newest first; `row` is null where the row was deleted. */
export interface HistoryEntry {
  readonly txId: string;
  /** The client's time of the transaction: whole seconds since 1970. */
  readonly unixSeconds: number;
  readonly row: TraceRow | null;
}

/** The distinct identifiers of a record, in the order in which they first occur: the order of its hints. */
export function distinctIds(record: Pick<ClientRecord, 'traces'>): string[] {
  return [...new Set(record.traces.map(({ id }) => id))];
}
