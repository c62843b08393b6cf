import { CotraceError, isCotraceError } from '../errors.js';
import type { JsonValue } from '../json/json-value.js';
import { Shape, type TextRule } from '../shape/index.js';
import { checkTraceId } from '../trace-id/trace-id.js';
import { isUtcTime } from './event-time.js';
import { MAX_CORRECTED } from './record-limits.js';
import { distinctIds, ROLES, type ClientRecord, type TraceRef } from './record.js';

const MEMBERS = ['step', 'eventTime', 'traces', 'data', 'eventHash', 'eventID', 'corrects'] as const;

/** An absolute URI, as far as its characters tell. */
export const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/;
const URI_RULE: TextRule = { rule: 'a URI, in ASCII', like: URI, most: 512 };
// The words and URIs that a domain takes, and no others, are checked by its rule.
const STEP_RULE: TextRule = { rule: 'printable ASCII without spaces', like: /^[\x21-\x7e]+$/, most: 512 };
/** One form: the same hash in another one would be another event. CBV 2.0, section 8.9.2; RFC 6920. */
const HASH_RULE: TextRule = {
  rule: 'an event hash of CBV 2.0, ni:///sha-256;HASH?ver=CBV2.0 in lower case',
  like: /^ni:\/\/\/sha-256;[0-9a-f]{64}\?ver=CBV2\.0$/,
  most: 'ni:///sha-256;'.length + 64 + '?ver=CBV2.0'.length,
};

/**
 * The record that a JSON value is, as a client sends it. Its step and data are not yet judged: that is the domain's part.
 * `maxIdentifiers`: most distinct identifiers. Throws `BAD_RECORD`, `TOO_LARGE`, `BAD_TRACE_ID`, naming the field.
 */
export function recordOf(value: JsonValue, maxIdentifiers: number): ClientRecord {
  const source = { code: 'BAD_RECORD', name: 'record', tooLarge: 'TOO_LARGE' } as const;
  const root = new Shape(value, source).only(MEMBERS);
  const [step, eventID, corrects] = [root.at('step'), root.at('eventID'), root.at('corrects')];
  const record: ClientRecord = {
    step: step.isNull() ? null : step.text(STEP_RULE),
    eventTime: eventTimeOf(root.at('eventTime')),
    traces: tracesOf(root.at('traces'), maxIdentifiers),
    data: root.at('data').object(),
    eventHash: root.at('eventHash').text(HASH_RULE),
    eventID: eventID.isNull() ? null : eventID.text(URI_RULE),
    corrects: corrects.isNull() ? null : correctedBy(corrects),
  };
  for (const [i, { id }] of record.traces.entries()) checkId(id, `record.traces[${i}].id`);
  return record;
}

function eventTimeOf(member: Shape): string {
  const text = member.text();
  if (isUtcTime(text)) return text;
  return member.wrong('a date and time in UTC with milliseconds, such as 2026-04-16T13:26:42.500Z');
}

// A record of 1,000 identifiers names each of them once per role at most.
function tracesOf(member: Shape, maxIdentifiers: number): readonly TraceRef[] {
  const entries = member.items(maxIdentifiers * ROLES.length);
  const refs = entries.map((entry) => {
    entry.only(['id', 'role']);
    return { id: entry.at('id').text(), role: entry.at('role').oneOf(ROLES) };
  });
  const identifiers = distinctIds({ traces: refs }).length;
  if (identifiers > maxIdentifiers) {
    throw new CotraceError('TOO_LARGE', `record.traces names more than ${maxIdentifiers} identifiers`, {
      field: 'record.traces',
      max: maxIdentifiers,
      identifiers,
    });
  }
  const seen = new Set<string>();
  for (const [i, { id, role }] of refs.entries()) {
    const pair = `${role} ${id}`;
    if (seen.has(pair)) entries[i]?.fail('names an identifier again in the same role');
    seen.add(pair);
  }
  return refs;
}

function correctedBy(member: Shape): readonly string[] {
  const rule = 'null, or distinct event ids or event hashes';
  const entries = member.items(MAX_CORRECTED, 1, rule).map((entry) => entry.text(URI_RULE));
  return new Set(entries).size === entries.length ? entries : member.wrong(rule);
}

function checkId(traceId: string, field: string): void {
  try {
    checkTraceId(traceId);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    throw new CotraceError('BAD_TRACE_ID', `${field}: ${error.message}`, { ...error.detail, field }, error);
  }
}
