import {
  canonicalJson,
  clientRecord,
  fromUtf8,
  isDomainName,
  type JsonValue,
  markKey,
  marksOf,
  readOrNull,
  recordKey,
  type StoredRecord,
  traceKey,
} from '@cotrace/core';
import {
  creatorMspId,
  decodeEnvelope,
  decodeTransaction,
  effects,
  type NamespaceRwset,
} from '@cotrace/fabric-model';
import { readStoredRecord } from './record-form.js';

/** An identifier in a record, and its place in the chain of this identifier in this domain. */
export interface ViewedTrace {
  readonly id: string;
  readonly role: string;
  /** Null where the identifier has a mark, which is in no chain. */
  readonly ver: number | null;
  readonly preTraceTxId: string | null;
}

/** A record as a transaction wrote it. */
export interface ViewedRecord {
  readonly domain: string;
  readonly txId: string;
  readonly recordId: string;
  readonly step: string | null;
  readonly eventTime: string;
  readonly eventID: string | null;
  readonly traces: readonly ViewedTrace[];
  readonly data: JsonValue;
}

export interface ViewedTransaction {
  readonly channelId: string;
  readonly records: readonly ViewedRecord[];
}

const RECORD_PREFIX = recordKey('');

/**
 * The records that a valid transaction leaves in the states of domains: what the contract writes under a `rec/` key,
 * where the same transaction leaves the rows that belong to it (docs/formats.md, Records proof). What is not exactly that
 * is not a record, and is passed over. Throws what decoding throws.
 */
export function viewTransaction(envelopeBytes: Uint8Array): ViewedTransaction {
  const envelope = decodeEnvelope(envelopeBytes);
  const { txId, rwset } = decodeTransaction(envelope);
  const mspId = creatorMspId(envelope);
  return {
    channelId: envelope.channelHeader.channelId,
    records: [...valuesWritten(rwset)].flatMap(([domain, values]) =>
      recordsOf(domain, values, { txId, mspId }),
    ),
  };
}

/**
 * What keys of domains' states hold after a valid transaction, by domain, of those that it gave a value. A key that it
 * writes more than once has what Fabric makes of that (docs/formats.md, State).
 */
export function valuesWritten(rwset: readonly NamespaceRwset[]): Map<string, Map<string, Uint8Array>> {
  const domains = new Map<string, Map<string, Uint8Array>>();
  for (const effect of effects(rwset)) {
    const { kind, namespace, key } = effect;
    if (kind !== 'put' || !isDomainName(namespace)) continue;
    const values = domains.get(namespace);
    if (values === undefined) domains.set(namespace, new Map([[key, effect.value]]));
    else values.set(key, effect.value);
  }
  return domains;
}

function recordsOf(
  domain: string,
  values: ReadonlyMap<string, Uint8Array>,
  { txId, mspId }: { readonly txId: string; readonly mspId: string },
): ViewedRecord[] {
  return [...values].flatMap(([key, value]) => {
    if (!key.startsWith(RECORD_PREFIX)) return [];
    const recordId = key.slice(RECORD_PREFIX.length);
    const record = readStoredRecord(recordId, mspId, value);
    if (record === null || !hasItsRows(record, { txId, recordId }, values)) return [];
    const { step, eventTime, eventID, data } = record;
    const traces = record.traces.map(({ id, role, ver, preTraceTxId }) => ({ id, role, ver, preTraceTxId }));
    return [{ domain, txId, recordId, step, eventTime, eventID, traces, data }];
  });
}

/** Whether each identifier has the row or mark that the contract writes for this record and transaction. */
function hasItsRows(
  record: StoredRecord,
  place: { readonly txId: string; readonly recordId: string },
  values: ReadonlyMap<string, Uint8Array>,
): boolean {
  const markOf = marksOf(clientRecord(record), place);
  return record.traces.every(({ id, ver, preTraceTxId, preTraceHash }) => {
    const key = ver === null ? markKey(id, place.recordId) : traceKey(id);
    const value = values.get(key);
    const expected = canonicalJson(
      ver === null ? markOf(id) : { ...markOf(id), ver, preTraceTxId, preTraceHash },
    );
    return value !== undefined && readOrNull(() => fromUtf8(value)) === expected;
  });
}
