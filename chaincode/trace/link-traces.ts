import type { Hint, TraceLink, TraceRow } from '@cotrace/core';
import { Refusal } from '../refusal.js';

/** A refusal is short: see `MAX_REFUSAL_BYTES`. */
const MAX_STALE_NAMED = 5;

/**
 * The next place in the chain of each identifier, in the order of the hints. `hints` stand for a record's identifiers with a
 * row, `newest` are these rows in state (null for an identifier that is new in this domain).
 *
 * Throws `STALE` where a hint was made for another row than the newest: the record would otherwise be stored with the
 * new predecessor's transaction and the old one's block. The detail holds how many there are, and the current
 * `preTraceTxId` of the first of them.
 */
export function linkTraces(
  hints: readonly Hint[],
  newest: readonly (TraceRow | null)[],
): ReadonlyMap<string, TraceLink> {
  const chained = hints.map((hint, i) => ({ hint, before: newest[i] ?? null }));
  const stale = chained.filter(({ hint, before }) => hint.preTraceTxId !== (before?.txId ?? null));
  if (stale.length > 0) {
    throw new Refusal('STALE', 'the trace has moved on since the hint was made: read it again', {
      count: stale.length,
      traces: stale
        .slice(0, MAX_STALE_NAMED)
        .map(({ hint: { id }, before }) => ({ id, preTraceTxId: before?.txId ?? null })),
    });
  }
  return new Map(
    chained.map(({ hint: { id, preTraceTxId, preTraceHash }, before }) => [
      id,
      { ver: (before?.ver ?? 0) + 1, preTraceTxId, preTraceHash },
    ]),
  );
}
