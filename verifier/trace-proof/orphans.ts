import { fromUtf8, readOrNull, readTraceKey } from '@cotrace/core';
import { distinct } from '../lineage/answer.js';
import type { OrphanRecord } from './answer.js';
import type { ReadEnvelope } from './envelopes.js';
import { readRowText } from './row-text.js';

const RECORD = /^rec\/([0-9a-f]{64})$/;

/**
 * Records that transactions put and that none of their rows and marks names (`ORPHAN_RECORD`): a chaincode called `capture`
 * twice in one transaction, so that no trace shows the first. Each once, sorted by their JSON.
 */
export function orphanRecords(envelopes: Iterable<ReadEnvelope>): OrphanRecord[] {
  return distinct([...envelopes].flatMap((envelope) => orphansIn(envelope)));
}

function orphansIn(envelope: ReadEnvelope): OrphanRecord[] {
  const { txId, mspId: organisation, values } = envelope;
  return [...values].flatMap(([domain, keys]) => {
    const named = new Set([...keys].map(([key, value]) => recordNamedBy(key, value, txId)));
    return [...keys.keys()].flatMap((key): OrphanRecord[] => {
      const recordId = RECORD.exec(key)?.[1] ?? null;
      const isOrphan = recordId !== null && !named.has(recordId) && envelope.hasRecord(domain, recordId);
      return isOrphan ? [{ domain, txId, organisation, recordId }] : [];
    });
  });
}

/** The id of the record of a row or mark of our form; null for any other key or value. */
function recordNamedBy(key: string, value: Uint8Array, txId: string): string | null {
  if (readTraceKey(key) === null) return null;
  const text = readOrNull(() => fromUtf8(value));
  return text === null ? null : (readRowText({ key, txId }, text)?.row.recordId ?? null);
}
