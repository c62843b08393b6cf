import type { JsonValue } from '@cotrace/core';
import { checkTraceId, isCotraceError } from '@cotrace/core';
import { isDateTime } from './event-time.js';
import { MemberReader, parseArgument } from './members.js';
import type { ClientRecord, TraceRef } from './record.js';
import { ROLES, distinctIds } from './record.js';
import { Refusal } from './refusal.js';

/** Most entries that `corrects` may have. */
const MAX_CORRECTED = 1000;

const RECORD_MEMBERS = ['step', 'eventTime', 'traces', 'data', 'eventHash', 'eventID', 'corrects'] as const;
const NO_CONTROLS = /^[^\p{Cc}]+$/u;

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
    step: members.step === null ? null : name(members.step, 'record.step'),
    eventTime: eventTime(members.eventTime),
    traces: traces(members.traces, maxIdentifiers),
    data: read.anyObject(members.data, 'record.data'),
    eventHash: read.text(
      members.eventHash,
      'record.eventHash',
      256,
      /^[\x21-\x7e]+$/,
      'printable ASCII without spaces',
    ),
    eventID: members.eventID === null ? null : name(members.eventID, 'record.eventID'),
    corrects: members.corrects === null ? null : corrects(members.corrects),
  };
  for (const [i, { id }] of record.traces.entries()) checkId(id, `record.traces[${i}].id`);
  return record;
}

function name(value: JsonValue, field: string): string {
  return read.text(value, field, 512, NO_CONTROLS, 'a text without control characters');
}

function eventTime(value: JsonValue): string {
  const field = 'record.eventTime';
  if (typeof value !== 'string' || !isDateTime(value)) {
    return read.refuse(field, 'a date and time with an offset (RFC 3339)');
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
    .map((entry, i) => name(entry, `record.corrects[${i}]`));
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
