import type { Bond, Change, Nature, RowRole, TraceRef } from '@cotrace/core';
import type { Reason } from './reasons.js';

/** Which way a lineage goes: to what a thing was made of, or to what it went into. */
export type Way = 'up' | 'down';

/** `none` follows nothing; `both` is what is up and what is down of the identifier asked for. */
export const DIRECTIONS = ['none', 'up', 'down', 'both'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** Where an event stands and who recorded it: fields of its leaf in the trace's tree. */
export interface Place {
  readonly domain: string;
  readonly txId: string;
  /** The MSP of the transaction's creator. */
  readonly organisation: string;
}

/** What the row and the record of an event both say. */
interface Said {
  /** 64 lower-case hexadecimal digits; binds the record's text and its organisation. */
  readonly recordId: string;
  /** Hash of `[eventHash, eventID]`: events with one are "otherwise identical". */
  readonly event: string;
  /** UTC with milliseconds, 24 characters, so that times compare as text. */
  readonly time: string;
  /** Whether it is an error declaration. */
  readonly wrong: boolean;
  readonly bond: Bond | null;
  /** Without a bond it is the action of an ObjectEvent, whose `add` makes its subjects. */
  readonly change: Change | null;
}

/** The row or mark of one identifier. */
export interface ShownRow extends Said {
  readonly roles: readonly RowRole[];
  /** The parent, where the identifier is a child. */
  readonly parent: string | null;
}

export interface ShownRecord extends Said {
  readonly step: string | null;
  readonly traces: readonly TraceRef[];
}

/** An event of a trace as a proof shows it: the more is shown, the more can be decided. */
export type ShownEvent =
  /** `organisation` recorded it; left out where several share the tree that it is in. */
  | { readonly shown: 'hidden'; readonly organisation?: string }
  | { readonly shown: 'place'; readonly place: Place }
  | { readonly shown: 'row'; readonly place: Place; readonly row: ShownRow }
  | { readonly shown: 'record'; readonly place: Place; readonly row: ShownRow; readonly record: ShownRecord };

/** Every event of an identifier, in any order. An identifier that no event names has an empty list. */
export type ShownTraces = ReadonlyMap<string, readonly ShownEvent[]>;

export interface LineageQuestion {
  readonly traceId: string;
  readonly direction: Direction;
  readonly natureOf: (traceId: string) => Nature;
  /** MSPs whose word alone counts in `certain`, and whose closings and declarations alone count at all; null is all. */
  readonly recorders: ReadonlySet<string> | null;
  /** Time of the root, UTC with milliseconds, for `FUTURE`; null where it has none. */
  readonly rootTime: string | null;
  readonly limits: { readonly identifiers: number; readonly events: number };
}

/** Certain, or undecided for these reasons, sorted. */
export interface Status {
  readonly certain: boolean;
  readonly because: readonly Reason[];
}

export interface LineageEvent extends Status, Place {
  readonly recordId: string;
  readonly time: string;
}

export interface LineageIdentifier extends Status {
  readonly traceId: string;
  /** How it was reached, sorted. */
  readonly as: readonly Reached[];
}

export type Reached = 'product' | 'container' | 'lot' | 'process';

/** When a child was in a container; `from` null is since ever, `to` null is open. */
export interface LineageWindow {
  readonly child: string;
  readonly bond: Bond;
  readonly from: string | null;
  readonly to: string | null;
  /** MSPs, sorted. */
  readonly openedBy: readonly string[];
  readonly closedBy: readonly string[];
  /** Where it is undecided, and why. */
  readonly undecided: readonly { from: string | null; to: string | null; because: readonly Reason[] }[];
}

export interface LineageContainer {
  readonly traceId: string;
  readonly windows: readonly LineageWindow[];
  /** Uses by others: loadings and events that the lineage does not show. */
  readonly otherUses: { readonly openings: number; readonly events: number };
}

/** A declaration that an event is wrong. */
export interface Declaration extends UnmatchedDeclaration {
  readonly declared: string;
}

/** A declaration that an event is wrong which is not recorded. */
export interface UnmatchedDeclaration extends Place {
  readonly recordId: string;
}

/**
 * What a lineage needs: each trace that it reached or consulted, of which every event must be shown at least as row, with
 * the places in its list of the events that must be shown as record. Of nothing else a record is needed.
 */
export type LineageNeeds = ReadonlyMap<string, ReadonlySet<number>>;

/** What was needed and is not shown: an identifier's trace, or that many of its events. */
export interface OpenEnd {
  readonly traceId: string;
  readonly missing: 'trace' | 'events';
  readonly events: number;
}

export interface LineageAnswer {
  readonly identifiers: readonly LineageIdentifier[];
  readonly events: readonly LineageEvent[];
  readonly containers: readonly LineageContainer[];
  readonly lots: readonly { readonly item: string; readonly lot: string }[];
  /** Events that their own organisation declared wrong: not in `certain`. */
  readonly leftOut: readonly Declaration[];
  /** Declarations of others, which have no effect. */
  readonly disputes: readonly Declaration[];
  /** Declarations in wholly shown traces of products, of events that no trace of the lineage has. */
  readonly unmatched: readonly UnmatchedDeclaration[];
  /** Rows that are not what their record says, and records that an identifier's trace does not have. */
  readonly foreign: readonly (Place & { readonly traceId: string })[];
  /** Individuals that were made or used up more than once. */
  readonly repeated: readonly { readonly traceId: string; readonly made: number; readonly used: number }[];
  /** Products of which nothing says where they are from: only ever inputs, seen or taken out. */
  readonly withoutOrigin: readonly string[];
  /** Recorded with a time later than an hour after the root's. */
  readonly future: readonly string[];
  readonly open: readonly OpenEnd[];
  /** Branches that a limit left, each with who recorded the event that leads there. */
  readonly cut: readonly { readonly traceId: string; readonly organisation: string | null }[];
  readonly complete: boolean;
}
