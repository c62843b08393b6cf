import {
  checkTraceId,
  definitionKey,
  DOMAIN_KEY,
  eventIdPrefix,
  type FirstRecord,
  type FoundEvent,
  type HistoryEntry,
  type MarkPage,
  MAX_VERSIONS,
  readTraceKey,
  recordKey,
  type StoredRecord,
  TRACE_PREFIX,
  traceKey,
  type TraceMark,
  type TracePage,
  type TraceRow,
  URI,
} from '@cotrace/core';
import { asRefusal } from './arguments.js';
import type { StandingDefinition } from './definition.js';
import { Refusal } from '../refusal.js';
import { decodeState, readState, type Stub } from './state.js';
import { markRange, prefixEnd, type TraceRange, traceRange } from './trace-range.js';
import { drain, type AsyncSource } from '../drain.js';

const MAX_EVENT_ID = 512;

/** The record of an id (64 lower-case hexadecimal digits). Throws `BAD_ARGUMENT`, `NOT_FOUND`. */
export async function readRecord(stub: Stub, recordId: string): Promise<StoredRecord> {
  if (!/^[0-9a-f]{64}$/.test(recordId)) {
    throw badArgument('recordId', '64 lower-case hexadecimal digits');
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
  const { entries, bookmark: next } = await readPage(stub, traceRange(prefix, pageSize, bookmark));
  return {
    traces: entries.map(({ key, value }) => ({
      id: key.slice(TRACE_PREFIX.length),
      row: decodeState(value) as TraceRow,
    })),
    bookmark: next,
  };
}

/** The marks of a trace, in the order of their records' ids. Throws `BAD_ARGUMENT`, `BAD_TRACE_ID`. */
export async function listMarks(
  stub: Stub,
  traceId: string,
  pageSize: string,
  bookmark: string,
): Promise<MarkPage> {
  asRefusal(() => checkTraceId(traceId));
  const page = await readPage(stub, markRange(traceId, pageSize, bookmark));
  const own = page.entries.filter(({ key }) => readTraceKey(key)?.traceId === traceId);
  return { marks: own.map(({ value }) => decodeState(value) as TraceMark), bookmark: page.bookmark };
}

/** What every organisation has recorded first under an event id, a URI in ASCII. Throws `BAD_ARGUMENT`. */
export async function findEvent(stub: Stub, eventID: string): Promise<FoundEvent[]> {
  if (!URI.test(eventID) || eventID.length > MAX_EVENT_ID) {
    throw badArgument('eventID', `a URI in ASCII of at most ${MAX_EVENT_ID} characters`);
  }
  const prefix = eventIdPrefix(eventID);
  const entries = await drain(await stub.getStateByRange(prefix, prefixEnd(prefix)));
  return entries.map(({ key, value }) => ({
    mspId: key.slice(prefix.length),
    ...(decodeState(value) as FirstRecord),
  }));
}

/** A version of the domain's definition; empty for the newest. Throws `BAD_ARGUMENT`, `NOT_FOUND`. */
export async function readDefinition(stub: Stub, version: string): Promise<StandingDefinition> {
  if (!/^(?:[1-9]\d{0,7})?$/.test(version)) {
    throw badArgument('version', `empty or a number from 1 to ${MAX_VERSIONS}`);
  }
  const key = version === '' ? DOMAIN_KEY : definitionKey(Number(version));
  return (await readState<StandingDefinition>(stub, key)) ?? notFound('definition', { version });
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

async function readPage(
  stub: Stub,
  { start, end, pageSize, bookmark }: TraceRange,
): Promise<{ readonly entries: readonly Entry[]; readonly bookmark: string }> {
  // The metadata of an empty page has no bytes, and fabric-shim then leaves it out.
  const page: { iterator: AsyncSource<Entry>; metadata?: { bookmark: string } } =
    await stub.getStateByRangeWithPagination(start, end, pageSize, bookmark);
  return { entries: await drain(page.iterator), bookmark: page.metadata?.bookmark ?? '' };
}

function badArgument(field: string, expected: string): Refusal {
  return new Refusal('BAD_ARGUMENT', `${field} must be ${expected}`, { field });
}

function notFound(what: string, detail: Readonly<Record<string, string>>): never {
  throw new Refusal('NOT_FOUND', `this domain has no such ${what}`, detail);
}
