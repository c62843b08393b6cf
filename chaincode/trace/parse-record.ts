import type { JsonValue } from '@cotrace/core';
import { checkTraceId, isCotraceError } from '@cotrace/core';
import { isUtcTime } from './event-time.js';
import { MemberReader, parseArgument } from './members.js';
import { URI } from './step.js';
import type { ClientRecord, TraceRef } from './record.js';
import { ROLES, distinctIds } from './record.js';
import { Refusal } from './refusal.js';

/** Most entries that `corrects` may have. */
const MAX_CORRECTED = 1000;

const RECORD_MEMBERS = ['step', 'eventTime', 'traces', 'data', 'eventHash', 'eventID', 'corrects'] as const;

/** One form: the same hash in another one would be another event. CBV 2.0, section 8.9.2; RFC 6920. */
const EVENT_HASH = /^ni:\/\/\/sha-256;[0-9a-f]{64}\?ver=CBV2\.0$/;
const EVENT_HASH_LENGTH = 'ni:///sha-256;'.length + 64 + '?ver=CBV2.0'.length;

const read = new MemberReader('BAD_RECORD');

/** Bounds of a record: see the definition of its domain. */
export interface RecordLimits {
  readonly identifiers: number;
  readonly recordBytes: number;
}

/**
 * The record in the argument of `capture`. Its step and data are not yet judged: that is the domain's part.
 * Throws `TOO_LARGE`, `BAD_RECORD`, `BAD_TRACE_ID`, naming the field.
 */
export function parseRecord(text: string, limits: RecordLimits): ClientRecord {
  return recordOf(parseArgument(text, limits.recordBytes, 'record', 'BAD_RECORD'), limits.identifiers);
}

/** The record that a JSON value is; as `parseRecord`, for a text that is parsed already. */
export function recordOf(value: JsonValue, maxIdentifiers: number): ClientRecord {
  const members = read.object(value, 'record', RECORD_MEMBERS);
  const record: ClientRecord = {
    step: members.step === null ? null : step(members.step),
    eventTime: eventTime(members.eventTime),
    traces: traces(members.traces, maxIdentifiers),
    data: read.anyObject(members.data, 'record.data'),
    eventHash: read.text(
      members.eventHash,
      'record.eventHash',
      EVENT_HASH_LENGTH,
      EVENT_HASH,
      'an event hash of CBV 2.0, ni:///sha-256;HASH?ver=CBV2.0 in lower case',
    ),
    eventID: members.eventID === null ? null : uri(members.eventID, 'record.eventID'),
    corrects: members.corrects === null ? null : corrects(members.corrects),
  };
  for (const [i, { id }] of record.traces.entries()) checkId(id, `record.traces[${i}].id`);
  return record;
}

// The words and URIs that a domain takes, and no others, are checked by its rule.
function step(value: JsonValue): string {
  return read.text(value, 'record.step', 512, /^[\x21-\x7e]+$/, 'printable ASCII without spaces');
}

function uri(value: JsonValue, field: string): string {
  return read.text(value, field, 512, URI, 'a URI, in ASCII');
}

function eventTime(value: JsonValue): string {
  const field = 'record.eventTime';
  if (typeof value !== 'string' || !isUtcTime(value)) {
    return read.refuse(field, 'a date and time in UTC with milliseconds, such as 2026-04-16T13:26:42.500Z');
  }
  return value;
}

// A record of 1,000 identifiers names each of them once per role at most.
function traces(value: JsonValue, maxIdentifiers: number): readonly TraceRef[] {
  const entries = read.array(value, 'record.traces', maxIdentifiers * ROLES.length);
  const refs = entries.map((entry, i) => traceRef(entry, `record.traces[${i}]`));
  const ids = distinctIds({ traces: refs });
  if (ids.length > maxIdentifiers) {
    throw new Refusal('TOO_LARGE', `record.traces names more than ${maxIdentifiers} identifiers`, {
      field: 'record.traces',
      max: maxIdentifiers,
      identifiers: ids.length,
    });
  }
  const seen = new Set<string>();
  for (const [i, { id, role }] of refs.entries()) {
    const pair = `${role} ${id}`;
    if (seen.has(pair)) read.refuse(`record.traces[${i}]`, 'the only entry of its identifier and role');
    seen.add(pair);
  }
  return refs;
}

function traceRef(value: JsonValue, field: string): TraceRef {
  const { id, role } = read.object(value, field, ['id', 'role']);
  const known = ROLES.find((word) => word === role);
  if (known === undefined) return read.refuse(`${field}.role`, `one of ${ROLES.join(', ')}`);
  if (typeof id !== 'string') return read.refuse(`${field}.id`, 'a text');
  return { id, role: known };
}

function corrects(value: JsonValue): readonly string[] {
  const entries = read
    .array(value, 'record.corrects', MAX_CORRECTED)
    .map((entry, i) => uri(entry, `record.corrects[${i}]`));
  if (entries.length === 0 || new Set(entries).size !== entries.length) {
    return read.refuse('record.corrects', 'null, or distinct event ids or event hashes');
  }
  return entries;
}

function checkId(traceId: string, field: string): void {
  try {
    checkTraceId(traceId);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    throw new Refusal('BAD_TRACE_ID', `${field}: ${error.message}`, { ...error.detail, field }, error);
  }
}
