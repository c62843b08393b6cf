import type { Attestation } from '@cotrace/core';
import type { Direction } from '../lineage/types.js';

/** What was asked (docs/formats.md, Trace proof). */
export interface TraceQuestion {
  /** Canonical. */
  readonly traceId: string;
  readonly direction: Direction;
  /** MSP ids, sorted, whose word alone counts in `certain`; null for all. */
  readonly recorders: readonly string[] | null;
  readonly limits: { readonly identifiers: number; readonly events: number };
}

/** A configuration block of main that leads from the organisations trusted so far to those that it states. */
export interface Transition {
  readonly block: bigint;
  readonly attestations: readonly Attestation[];
  /** The block's only transaction. */
  readonly envelope: Uint8Array;
}

/** A master's signed statement of how far the ledger has come. */
export interface Tip {
  readonly block: bigint;
  /** Hash of the block's header, 32 bytes. */
  readonly headerHash: Uint8Array;
  /** Root of the state trie after it, 32 bytes. */
  readonly trieRoot: Uint8Array;
  readonly unixSeconds: bigint;
  readonly mspId: string;
  /** DER. */
  readonly certificate: Uint8Array;
  /** DER, over `tipSignedBytes`. */
  readonly signature: Uint8Array;
}

/** An event of a tree, as much of it as is shown. */
export type ProofEvent =
  | { readonly index: number; readonly hidden: Uint8Array }
  | { readonly index: number; readonly place: Uint8Array; readonly shown: ShownContent | null };

export interface ShownContent {
  /** Text of the row or mark; null where it is the value that the envelope puts. */
  readonly row: string | null;
  /** Index of its record among the proof's; null where it is not shown. */
  readonly record: number | null;
  /** Index of its envelope among the proof's; null where it is not shown. */
  readonly envelope: number | null;
}

/** Events of one organisation's tree, or of the shared one, with the path that ties them to it. */
export interface ProofTree {
  readonly mspId: string;
  readonly events: readonly ProofEvent[];
  readonly path: Uint8Array;
}

/** A trace in a proof: its head and events of all its trees, or that nobody has recorded it. */
export type ProofTrace =
  | { readonly traceId: string; readonly head: null }
  | { readonly traceId: string; readonly head: Uint8Array; readonly trees: readonly ProofTree[] };

/** A key of a domain's state under the same root; `value` is null where it is proven absent. */
export interface ProofState {
  readonly domain: string;
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** A proof of the complete history of an identifier and of its lineage, under one attested root. */
export interface TraceProof {
  readonly question: TraceQuestion;
  readonly root: { readonly block: bigint; readonly attestations: readonly Attestation[] };
  readonly transitions: readonly Transition[];
  readonly tips: readonly Tip[];
  /** RLP nodes of the trie, each once, in the order of first use. */
  readonly nodes: readonly Uint8Array[];
  /** Canonical JSON of client records. */
  readonly records: readonly string[];
  readonly envelopes: readonly Uint8Array[];
  /** By the bytes of their TraceIDs. */
  readonly traces: readonly ProofTrace[];
  readonly states: readonly ProofState[];
}
