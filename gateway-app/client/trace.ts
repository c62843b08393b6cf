import { compareBytes, understand, utf8 } from '@cotrace/core';
import { LINEAGE_LIMITS, type TraceQuestion, type Trust } from '@cotrace/verifier';
import type { Showing } from './ask-proof.js';
import { collectTrace, type CollectedTrace } from './collect-trace.js';
import type { Connections } from './connections.js';

/** What is asked of a product. */
export interface TraceWish extends Partial<Showing> {
  /** Its identifier in any GS1 form. */
  readonly traceId: string;
  /** Its own events alone (`none`), what it was made of (`up`), what it went into (`down`), or both. */
  readonly direction: TraceQuestion['direction'];
  /** MSP ids whose word alone counts as certain; all without. */
  readonly recorders?: readonly string[] | null;
}

/**
 * A product's complete history and lineage, verified against a trust file, with the proof; an answer without events proves
 * that nobody has recorded it. Throws `BAD_TRACE_ID`, and what `collectTrace` throws.
 */
export function trace(connections: Connections, wish: TraceWish, trust: Trust): Promise<CollectedTrace> {
  const { traceId, direction, recorders = null, newest = null, envelopes = false, at = null } = wish;
  const question = {
    traceId: understand(traceId).traceId,
    direction,
    recorders: recorders === null ? null : sorted(recorders),
    limits: LINEAGE_LIMITS,
  };
  return collectTrace(connections, question, { newest, envelopes, at }, trust);
}

function sorted(mspIds: readonly string[]): string[] {
  return [...new Set(mspIds)].sort((a, b) => compareBytes(utf8(a), utf8(b)));
}
