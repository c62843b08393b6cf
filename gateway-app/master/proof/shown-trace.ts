import type { TraceHead } from '@cotrace/core';
import type { LineageNeeds } from '@cotrace/verifier';
import type { EventContent } from './event-contents.js';
import { seenOf, type ReadTrace } from './trace-reader.js';

/** How much of an event a proof shows. */
export type Showing = 'row' | 'record';

/** An event that a proof shows. */
export interface ShownInProof {
  /** Its place in its tree. */
  readonly index: number;
  readonly event: EventContent;
  readonly as: Showing;
}

/** A trace as a proof shows it. */
export interface TraceInProof {
  readonly traceId: string;
  /** Null: nobody has recorded it. */
  readonly value: Uint8Array | null;
  readonly head: TraceHead;
  /** Of each of the head's trees, what is shown of it, in order. */
  readonly trees: readonly (readonly ShownInProof[])[];
}

/** A trace with all its events, each as little as the lineage needs. */
export function asNeeded(
  traceId: string,
  trace: ReadTrace,
  records: NonNullable<ReturnType<LineageNeeds['get']>>,
): TraceInProof {
  const needed = new Set(seenOf(trace).flatMap(({ event }, at) => (records.has(at) ? [event] : [])));
  const trees = trace.trees.map((events) =>
    events.map((event, index): ShownInProof => ({ index, event, as: showingOf(event, needed.has(event)) })),
  );
  return { traceId, value: trace.value, head: trace.head, trees };
}

/**
 * The most that can be shown of an event, or no more than its row. A record that makes its row foreign is always shown: without
 * it the row would count.
 */
export function showingOf({ record, shown }: EventContent, isNeeded: boolean): Showing {
  return record !== null && (isNeeded || shown === null) ? 'record' : 'row';
}
