import type { JsonObject } from '../json/json-value.js';

/**
 * What an identifier is in an event. `lot` is the lot of an item that the event names, `process` a transformation that
 * several events share.
 */
export const ROLES = ['subject', 'input', 'output', 'parent', 'child', 'lot', 'process'] as const;
export type Role = (typeof ROLES)[number];

/** A relation of containment; those of others' types are only seen. */
export const BONDS = ['aggregation', 'association', 'other'] as const;
export type Bond = (typeof BONDS)[number];

/** What an event did: put in or made, observed, taken out or ended, or taken out whatever was in. */
export const CHANGES = ['add', 'see', 'remove', 'empty'] as const;
export type Change = (typeof CHANGES)[number];

/** A quantity; `value` is a canonical decimal (`canonicalDecimal`). */
export interface Amount {
  readonly value: string;
  /** 1 to 32 printable characters of ASCII; null where the event names no unit. */
  readonly unit: string | null;
}

/** An identifier that an event touches. Each (id, role, lot) occurs once in a record. */
export interface TraceRef {
  readonly id: string;
  readonly role: Role;
  /** Of an item or a bare class, the TraceID of its lot, which stands in the record as well; or null. */
  readonly lot: string | null;
  /** By unit, null first; null where the event gives no quantity, or none that can be added up. */
  readonly amounts: readonly Amount[] | null;
}

/** A record as the client sends it: every member is there, null where it has nothing to say. */
export interface ClientRecord {
  /** The business step: a word of the Core Business Vocabulary, a URI, or null. */
  readonly step: string | null;
  /** When it happened: UTC with milliseconds, 24 characters. */
  readonly eventTime: string;
  /** The containment that it is about; null where it is about none. */
  readonly bond: Bond | null;
  readonly change: Change | null;
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

/** In the place of a link where an identifier has a mark, which is in no chain. */
export interface NoLink {
  readonly ver: null;
  readonly preTraceTxId: null;
  readonly preTraceHash: null;
}

/** A record as it is in state: what the client sent, and per identifier its place in the chain. */
export interface StoredRecord extends Omit<ClientRecord, 'traces'> {
  readonly traces: readonly (TraceRef & (TraceLink | NoLink))[];
}

/** The roles in rows and marks: a process is said to give where the record has inputs, to take where it has outputs. */
export type RowRole = Role | 'process-gives' | 'process-takes';

/** What a row and a mark say of one identifier. Members that say nothing are left out. */
export interface TraceMark {
  readonly txId: string;
  readonly recordId: string;
  /** The event's time. */
  readonly time: string;
  /** Events with an equal one are "otherwise identical": see `eventOf`. */
  readonly event: string;
  /** Sorted, each once. */
  readonly roles: readonly RowRole[];
  /** Of a declaration of error. */
  readonly wrong?: true;
  readonly bond?: Bond;
  readonly change?: Change;
  /** Of a child, the parent that the record names. */
  readonly parent?: string;
}

/** A row of the trace table: the newest record of one identifier in this domain. */
export interface TraceRow extends TraceMark, TraceLink {}

/** What the client knows of an identifier before it captures: the newest row's transaction and its block's hash. */
export interface Hint {
  readonly id: string;
  readonly preTraceTxId: string | null;
  readonly preTraceHash: string | null;
}

/** Where an organisation has recorded an event first: the value of its `eid/` key. */
export interface FirstRecord {
  readonly txId: string;
  readonly recordId: string;
  readonly eventHash: string;
}

/** A record and the transaction that wrote it. */
export interface RecordPlace {
  readonly txId: string;
  readonly recordId: string;
}

/** What an organisation has told of an event: the value of its `evt/` key. The first of the tellings is named beside them. */
export interface ToldEvent extends FirstRecord {
  readonly tellings: readonly RecordPlace[];
}

/** How an organisation has declared an event wrong: the value of its `wrong/` key, its first declaration beside them all. */
export interface DeclaredWrong extends RecordPlace {
  readonly tellings: readonly RecordPlace[];
}

/** Most records that one organisation may have of one event, and most declarations that it is wrong. */
export const MAX_TELLINGS = 8;

/** The answer of `capture`, and the payload of its event: the identifiers with a row, in the order of the hints, and with a mark. */
export interface Captured {
  readonly recordId: string;
  readonly traces: readonly { readonly id: string; readonly ver: number }[];
  readonly marks: readonly string[];
}

/** The answer of `listTraces`; `bookmark` is empty on the last page. */
export interface TracePage {
  readonly traces: readonly { readonly id: string; readonly row: TraceRow }[];
  readonly bookmark: string;
}

/** The answer of `listMarks`; `bookmark` is empty on the last page, and a page may have fewer marks than were asked for. */
export interface MarkPage {
  readonly marks: readonly TraceMark[];
  readonly bookmark: string;
}

/** An entry of the answer of `findEvent`: what an organisation has recorded first under an event id. */
export interface FoundEvent extends FirstRecord {
  readonly mspId: string;
}

/** An entry of the answer of `history`, newest first; `row` is null where the row was deleted. */
export interface HistoryEntry {
  readonly txId: string;
  /** The client's time of the transaction: whole seconds since 1970. */
  readonly unixSeconds: number;
  readonly row: TraceRow | null;
}
