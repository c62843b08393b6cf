import {
  canonicalJson,
  formatU64,
  toBase64url,
  type JsonObject,
  type JsonValue,
  type Nature,
  type TraceRef,
} from '@cotrace/core';
import type {
  Declaration,
  LineageAnswer,
  LineageContainer,
  OpenEnd,
  Place,
  Reached,
  ShownRecord,
  Status,
  UnmatchedDeclaration,
} from '../lineage/types.js';
import type { AnswerTime } from '../proof/attested-block.js';
import type { TraceQuestion } from './types.js';

/** How many of a trace's events an organisation recorded, and how many of them are shown at least as row or mark. */
export interface OrganisationCount {
  /** Empty: the organisations that share a tree. */
  readonly mspId: string;
  readonly count: number;
  readonly shown: number;
  /** The tree has stopped growing: there may be more events. */
  readonly full: boolean;
}

export interface AnsweredTrace {
  readonly traceId: string;
  readonly nature: Nature;
  /** None: nobody has recorded it. */
  readonly organisations: readonly OrganisationCount[];
}

/** An identifier of the lineage. */
export interface AnsweredIdentifier extends AnsweredTrace, Status {
  /** How it was reached, sorted. */
  readonly as: readonly Reached[];
}

/** Everything that a record says, for people. `data` is the event as it was captured. */
export interface AnsweredRecord {
  readonly step: string | null;
  readonly eventHash: string;
  readonly eventID: string | null;
  readonly bond: ShownRecord['bond'];
  readonly change: ShownRecord['change'];
  readonly traces: readonly TraceRef[];
  readonly data: JsonObject;
}

export interface AnsweredEvent extends Status, Place {
  readonly block: bigint;
  readonly txNum: number;
  readonly recordId: string;
  /** UTC with milliseconds, 24 characters. */
  readonly time: string;
  /** Null where only its row is shown. */
  readonly record: AnsweredRecord | null;
  /** Whether its envelope is shown, and says the same. */
  readonly envelope: boolean;
}

/** What a declaration that an event is wrong says of the reason, where its record is shown and does. */
export interface DeclaredReason {
  readonly reason: string | null;
  readonly declarationTime: string | null;
  readonly correctiveEventIDs: readonly string[];
}

export interface AnsweredDeclaration extends Declaration, DeclaredReason {}

/** `eventHash` and `eventID` are those of the event that it speaks of; null where its record is not shown, the id also where it has none. */
export interface AnsweredUnmatched extends UnmatchedDeclaration, DeclaredReason {
  readonly eventHash: string | null;
  readonly eventID: string | null;
}

/** A record that a transaction put and that the row or mark of one of its identifiers does not name: that trace lacks it. */
export interface OrphanRecord extends Place {
  readonly recordId: string;
}

/** A transaction that does not stand where the one before it in its domain says. */
export interface BrokenChain {
  readonly traceId: string;
  readonly domain: string;
  readonly txId: string;
}

/** A key of a domain's state: the bytes of its value, or null where it is absent. */
export interface AnsweredState {
  readonly domain: string;
  readonly key: string;
  readonly value: Uint8Array | null;
}

/**
 * Why an answer is not complete: something needed is not shown, a limit left a branch, or a tree has stopped growing. Where
 * the question names recorders, it is complete for these.
 */
export type Incomplete = 'open' | 'cut' | 'full';

/** What a trace proof proves. */
export interface TraceAnswer extends Pick<
  LineageAnswer,
  'lots' | 'repeated' | 'withoutOrigin' | 'future' | 'cut'
> {
  readonly question: TraceQuestion;
  readonly asOf: AnswerTime;
  /** How far masters say that the ledger has come; null where no quorum does. */
  readonly tips: AnswerTime | null;
  readonly complete: boolean;
  /** Why not, sorted. */
  readonly incomplete: readonly Incomplete[];
  /** By TraceID, in UTF-16 code units, as all lists of identifiers. */
  readonly identifiers: readonly AnsweredIdentifier[];
  /** Traces that were looked at and are not part of the lineage. */
  readonly consulted: readonly AnsweredTrace[];
  /** By time, record id, domain and transaction. */
  readonly events: readonly AnsweredEvent[];
  readonly containers: readonly LineageContainer[];
  /** Events that their own organisation declared wrong: not in `certain`. */
  readonly leftOut: readonly AnsweredDeclaration[];
  /** Declarations of others, which have no effect. */
  readonly disputes: readonly AnsweredDeclaration[];
  /** Declarations of events that are not recorded. */
  readonly unmatched: readonly AnsweredUnmatched[];
  /** Events whose row or record is not what the contract writes, or that an identifier's trace lacks. */
  readonly foreign: readonly (Place & { readonly traceId: string })[];
  /** `ORPHAN_RECORD`, in the envelopes that are shown. */
  readonly orphans: readonly OrphanRecord[];
  readonly brokenChains: readonly BrokenChain[];
  readonly open: readonly OpenEnd[];
  readonly states: readonly AnsweredState[];
}

/**
 * The canonical JSON of an answer (docs/formats.md, Trace proof): what two verifiers must agree on to the byte. `u64` are
 * decimal texts, bytes are base64url.
 */
export function answerJson(answer: TraceAnswer): string {
  return canonicalJson(jsonOf(answer));
}

function jsonOf(value: unknown): JsonValue {
  if (typeof value === 'bigint') return formatU64(value);
  if (value instanceof Uint8Array) return toBase64url(value);
  if (Array.isArray(value)) return value.map((item) => jsonOf(item));
  if (typeof value !== 'object' || value === null) return value as JsonValue;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, jsonOf(member)]));
}
