import { fromUtf8, readOrNull, readTraceKey } from '@cotrace/core';
import { distinct } from '../lineage/answer.js';
import type { OrphanRecord } from './answer.js';
import type { ReadEnvelope } from './envelopes.js';
import { readRowText } from './row-text.js';

const RECORD = /^rec\/([0-9a-f]{64})$/;

/**
 * Records that transactions put and that the row or mark of an identifier in them does not name (`ORPHAN_RECORD`): a
 * chaincode called `capture` twice in one transaction, so that the trace of that identifier shows the other record alone.
 * Each once, sorted by their JSON.
 */
export function orphanRecords(envelopes: Iterable<ReadEnvelope>): OrphanRecord[] {
  return distinct([...envelopes].flatMap((envelope) => orphansIn(envelope)));
}

function orphansIn(envelope: ReadEnvelope): OrphanRecord[] {
  const { txId, mspId: organisation, values } = envelope;
  return [...values].flatMap(([domain, keys]) => {
    const named = new Set([...keys].map(([key, value]) => namedBy(key, value, txId)));
    return [...keys.keys()].flatMap((key): OrphanRecord[] => {
      const recordId = RECORD.exec(key)?.[1] ?? null;
      const traces = recordId === null ? [] : (envelope.record(domain, recordId)?.traces ?? []);
      return recordId !== null && traces.some(({ id }) => !named.has(nameOf(recordId, id)))
        ? [{ domain, txId, organisation, recordId }]
        : [];
    });
  });
}

/** Record and identifier of a row or mark of our form; null for any other key or value. */
function namedBy(key: string, value: Uint8Array, txId: string): string | null {
  const { traceId = null } = readTraceKey(key) ?? {};
  const text = traceId === null ? null : readOrNull(() => fromUtf8(value));
  const read = text === null ? null : readRowText({ key, txId }, text);
  return read === null || traceId === null ? null : nameOf(read.row.recordId, traceId);
}

function nameOf(recordId: string, traceId: string): string {
  return `${recordId} ${traceId}`;
}
