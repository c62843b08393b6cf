import type fabric from 'fabric-contract-api';
import {
  checkTraceId,
  type HistoryEntry,
  recordKey,
  type StoredRecord,
  TRACE_PREFIX,
  traceKey,
  type TracePage,
  type TraceRow,
} from '@cotrace/core';
import { asRefusal } from './arguments.js';
import { Refusal } from './refusal.js';
import { decodeState, readState } from './state.js';
import { traceRange } from './trace-range.js';

type Stub = fabric.Context['stub'];

/** The record of an id (64 lower-case hexadecimal digits). Throws `BAD_ARGUMENT`, `NOT_FOUND`. */
export async function readRecord(stub: Stub, recordId: string): Promise<StoredRecord> {
  if (!/^[0-9a-f]{64}$/.test(recordId)) {
    throw new Refusal('BAD_ARGUMENT', 'recordId must be 64 lower-case hexadecimal digits', {
      field: 'recordId',
    });
  }
  const record = await readState<StoredRecord>(stub, recordKey(recordId));
  return record ?? notFound('record', { recordId });
}

/**
 * The newest row of a trace. Throws `BAD_TRACE_ID` for another spelling than the canonical one, which it names, and
 * `NOT_FOUND` for an identifier without a record in this domain.
 */
export async function readTrace(stub: Stub, traceId: string): Promise<TraceRow> {
  asRefusal(() => checkTraceId(traceId));
  return (await readState<TraceRow>(stub, traceKey(traceId))) ?? notFound('trace', { traceId });
}

/** The newest rows of the traces that begin with `prefix`, in order of their ids. Throws `BAD_ARGUMENT`. */
export async function listTraces(
  stub: Stub,
  prefix: string,
  pageSize: string,
  bookmark: string,
): Promise<TracePage> {
  const range = traceRange(prefix, pageSize, bookmark);
  // The metadata of an empty page has no bytes, and fabric-shim then leaves it out.
  const page: { iterator: AsyncSource<Entry>; metadata?: { bookmark: string } } =
    await stub.getStateByRangeWithPagination(range.start, range.end, range.pageSize, range.bookmark);
  const entries = await drain(page.iterator);
  return {
    traces: entries.map(({ key, value }) => ({
      id: key.slice(TRACE_PREFIX.length),
      row: decodeState(value) as TraceRow,
    })),
    bookmark: page.metadata?.bookmark ?? '',
  };
}

/** Every row that a trace has had, newest first. Throws `BAD_TRACE_ID`, `NOT_FOUND`. */
export async function history(stub: Stub, traceId: string): Promise<HistoryEntry[]> {
  asRefusal(() => checkTraceId(traceId));
  const changes = await drain(await stub.getHistoryForKey(traceKey(traceId)));
  if (changes.length === 0) return notFound('trace', { traceId });
  return changes.map(({ txId, timestamp, value }) => ({
    txId,
    unixSeconds: Number(timestamp.seconds),
    row: value.length === 0 ? null : (decodeState(value) as TraceRow),
  }));
}

interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
}

interface AsyncSource<Value> {
  next(): Promise<{ value: Value; done: boolean }>;
  close(): Promise<void>;
}

async function drain<Value>(source: AsyncSource<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for (let step = await source.next(); !step.done; step = await source.next()) values.push(step.value);
  await source.close();
  return values;
}

function notFound(what: string, detail: Readonly<Record<string, string>>): never {
  throw new Refusal('NOT_FOUND', `this domain has no such ${what}`, detail);
}
