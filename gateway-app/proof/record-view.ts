import { fromUtf8, isCotraceError, parseStrictJson, type JsonValue } from '@cotrace/core';
import { decodeEnvelope, decodeTransaction, type NamespaceRwset } from '@cotrace/fabric-model';

/** An identifier in a record, and its place in the chain of this identifier in this domain. */
export interface ViewedTrace {
  readonly id: string;
  readonly role: string;
  readonly ver: number;
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

/** Prefixes of keys in a domain's state. */
const RECORD = 'rec/';
const TRACE_ROW = 'trace/';

/** Chaincode caps records far below this (docs/formats.md, Records and traces). */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/**
 * The records that a transaction wrote: for every `rec/` write of a namespace the record, if the same transaction
 * wrote the trace rows that the record names. Throws what decoding throws.
 */
export function viewTransaction(envelopeBytes: Uint8Array): ViewedTransaction {
  const envelope = decodeEnvelope(envelopeBytes);
  const { txId, rwset } = decodeTransaction(envelope);
  return {
    channelId: envelope.channelHeader.channelId,
    records: rwset.flatMap((set) => recordsOf(set, txId)),
  };
}

function recordsOf({ namespace, writes }: NamespaceRwset, txId: string): ViewedRecord[] {
  const live = writes.filter(({ isDelete }) => !isDelete);
  const rows = new Map(
    live
      .filter(({ key }) => key.startsWith(TRACE_ROW))
      .map(({ key, value }) => [key.slice(TRACE_ROW.length), asObject(parse(value))]),
  );
  return live
    .filter(({ key }) => key.startsWith(RECORD))
    .flatMap(({ key, value }) => {
      const record = asObject(parse(value));
      const recordId = key.slice(RECORD.length);
      const traces = record === null ? null : tracesOf(record['traces']);
      if (record === null || traces === null) return [];
      const isRow = ({ id }: ViewedTrace) =>
        rows.get(id)?.['txId'] === txId && rows.get(id)?.['recordId'] === recordId;
      if (!traces.every(isRow)) return [];
      return [
        {
          domain: namespace,
          txId,
          recordId,
          step: textOrNull(record['step']),
          eventTime: textOrNull(record['eventTime']) ?? '',
          eventID: textOrNull(record['eventID']),
          traces,
          data: record['data'] ?? null,
        },
      ];
    });
}

function tracesOf(value: JsonValue | undefined): ViewedTrace[] | null {
  if (!Array.isArray(value)) return null;
  const traces = value.map((item: JsonValue) => {
    const trace = asObject(item);
    const id = textOrNull(trace?.['id']);
    const role = textOrNull(trace?.['role']);
    const ver = trace?.['ver'];
    if (id === null || role === null || typeof ver !== 'number') return null;
    return { id, role, ver, preTraceTxId: textOrNull(trace?.['preTraceTxId']) };
  });
  return traces.every((trace) => trace !== null) ? traces : null;
}

/** Any chaincode may write anything under these keys: what is not JSON is no record. */
function parse(value: Uint8Array): JsonValue {
  try {
    return parseStrictJson(fromUtf8(value), MAX_RECORD_BYTES);
  } catch (error) {
    if (isCotraceError(error)) return null;
    throw error;
  }
}

function asObject(value: JsonValue): Readonly<Record<string, JsonValue>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, JsonValue>>)
    : null;
}

function textOrNull(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
