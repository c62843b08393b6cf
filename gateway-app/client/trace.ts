import { understand } from '@cotrace/core';
import type { Question, Trust } from '@cotrace/verifier';
import { collectTrace, type CollectedTrace } from './collect-trace.js';
import type { Connections } from './connections.js';

/**
 * A product's events, verified against a trust file, with the proof; no records where nobody has one. `traceId`: its
 * identifier in any GS1 form; `direction`: its own events alone (`none`), what it was made of (`up`), what it went into
 * (`down`). Throws `BAD_TRACE_ID`, and what `collectTrace` throws.
 */
export function trace(
  connections: Connections,
  { traceId, direction }: Question,
  trust: Trust,
): Promise<CollectedTrace> {
  return collectTrace(connections, { traceId: understand(traceId).traceId, direction }, trust);
}
