import type { ClientRecord, Hint, StoredRecord, TraceRow } from '@cotrace/core';
import { Refusal } from './refusal.js';

/** What a capture writes for its identifiers. */
export interface LinkedTraces {
  readonly record: StoredRecord;
  /** One new row for each distinct identifier, in the order of the hints. */
  readonly rows: readonly { readonly id: string; readonly row: TraceRow }[];
}

/** A refusal is short: see `MAX_REFUSAL_BYTES`. */
const MAX_STALE_NAMED = 5;

/**
 * Appends a record to the chain of each of its identifiers. `hints` stand for its distinct identifiers in order,
 * `newest` are their rows in state (null for an identifier that is new in this domain).
 *
 * Throws `STALE` where a hint was made for another row than the newest: the record would else be stored with the
 * new predecessor's transaction and the old one's block. The detail holds how many there are, and the current
 * `preTraceTxId` of the first of them.
 */
export function linkTraces(
  record: ClientRecord,
  recordId: string,
  txId: string,
  hints: readonly Hint[],
  newest: readonly (TraceRow | null)[],
): LinkedTraces {
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
  const links = new Map(
    chained.map(({ hint: { id, preTraceTxId, preTraceHash }, before }) => [
      id,
      { ver: (before?.ver ?? 0) + 1, preTraceTxId, preTraceHash },
    ]),
  );
  return {
    record: {
      ...record,
      traces: record.traces.flatMap((ref) => {
        const link = links.get(ref.id);
        return link === undefined ? [] : [{ ...ref, ...link }];
      }),
    },
    rows: [...links].map(([id, link]) => ({ id, row: { txId, recordId, ...link } })),
  };
}
