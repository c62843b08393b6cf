import { CotraceError, isCotraceError } from '../errors.js';
import type { JsonValue } from '../json/json-value.js';
import { Shape, type TextRule } from '../shape/index.js';
import { checkTraceId } from '../trace-id/trace-id.js';
import { canonicalDecimal, compareUnits, MAX_AMOUNTS } from './amounts.js';
import { isUtcTime } from './event-time.js';
import { MAX_CORRECTED } from './record-limits.js';
import { BONDS, CHANGES, ROLES, type Amount, type ClientRecord, type TraceRef } from './record.js';
import { checkContainment, checkLots } from './record-rules.js';
import { rowsAndMarks } from './rows-and-marks.js';

const MEMBERS = [
  'step',
  'eventTime',
  'bond',
  'change',
  'traces',
  'data',
  'eventHash',
  'eventID',
  'corrects',
] as const;

/** An absolute URI, as far as its characters tell. */
export const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/;
const URI_RULE: TextRule = { rule: 'a URI, in ASCII', like: URI, most: 512 };
// The words and URIs that a domain takes, and no others, are checked by its rule.
const STEP_RULE: TextRule = { rule: 'printable ASCII without spaces', like: /^[\x21-\x7e]+$/, most: 512 };
const UNIT_RULE: TextRule = {
  rule: 'null or 1 to 32 printable characters of ASCII',
  like: /^[\x20-\x7e]+$/,
  most: 32,
};
/** One form: the same hash in another one would be another event. CBV 2.0, section 8.9.2; RFC 6920. */
const HASH_RULE: TextRule = {
  rule: 'an event hash of CBV 2.0, ni:///sha-256;HASH?ver=CBV2.0 in lower case',
  like: /^ni:\/\/\/sha-256;[0-9a-f]{64}\?ver=CBV2\.0$/,
  most: 'ni:///sha-256;'.length + 64 + '?ver=CBV2.0'.length,
};

/** A record of 1,000 rows and 1,000 marks names each of them once per role at most, as far as clients go. */
const ENTRIES_PER_IDENTIFIER = 2 * ROLES.length;

/**
 * The record that a JSON value is, as a client sends it. Its step and data are not yet judged: that is the domain's part.
 * `maxIdentifiers`: most distinct identifiers with a row, and most with a mark. Throws `BAD_RECORD`, `TOO_LARGE`,
 * `BAD_TRACE_ID`, naming the field.
 */
export function recordOf(value: JsonValue, maxIdentifiers: number): ClientRecord {
  const source = { code: 'BAD_RECORD', name: 'record', tooLarge: 'TOO_LARGE' } as const;
  const root = new Shape(value, source).only(MEMBERS);
  const [step, eventID, corrects] = [root.at('step'), root.at('eventID'), root.at('corrects')];
  const [bond, change] = [root.at('bond'), root.at('change')];
  const entries = root.at('traces').items(maxIdentifiers * ENTRIES_PER_IDENTIFIER);
  const record: ClientRecord = {
    step: step.isNull() ? null : step.text(STEP_RULE),
    eventTime: eventTimeOf(root.at('eventTime')),
    bond: bond.isNull() ? null : bond.oneOf(BONDS),
    change: change.isNull() ? null : change.oneOf(CHANGES),
    traces: tracesOf(entries, maxIdentifiers),
    data: root.at('data').object(),
    eventHash: root.at('eventHash').text(HASH_RULE),
    eventID: eventID.isNull() ? null : eventID.text(URI_RULE),
    corrects: corrects.isNull() ? null : correctedBy(corrects),
  };
  for (const [i, { id, lot }] of record.traces.entries()) {
    checkId(id, `record.traces[${i}].id`);
    if (lot !== null) checkId(lot, `record.traces[${i}].lot`);
  }
  const { rows, marks } = rowsAndMarks(record);
  checkCount(rows.length, maxIdentifiers, 'identifiers with a row');
  checkCount(marks.length, maxIdentifiers, 'classes, lots of items and processes');
  checkContainment({ record, root, entries });
  checkLots({ record, root, entries });
  return record;
}

function eventTimeOf(member: Shape): string {
  const text = member.text();
  if (isUtcTime(text)) return text;
  return member.wrong('a date and time in UTC with milliseconds, such as 2026-04-16T13:26:42.500Z');
}

function tracesOf(entries: readonly Shape[], maxIdentifiers: number): readonly TraceRef[] {
  const refs = entries.map((entry) => {
    entry.only(['id', 'role', 'lot', 'amounts']);
    const [lot, amounts] = [entry.at('lot'), entry.at('amounts')];
    return {
      id: entry.at('id').text(),
      role: entry.at('role').oneOf(ROLES),
      lot: lot.isNull() ? null : lot.text(),
      amounts: amounts.isNull() ? null : amountsOf(amounts),
    };
  });
  checkCount(new Set(refs.map(({ id }) => id)).size, 2 * maxIdentifiers, 'identifiers');
  const seen = new Set<string>();
  for (const [i, { id, role, lot }] of refs.entries()) {
    const named = JSON.stringify([id, role, lot]);
    if (seen.has(named)) entries[i]?.fail('names an identifier again in the same role');
    seen.add(named);
  }
  return refs;
}

function checkCount(count: number, max: number, what: string): void {
  if (count <= max) return;
  throw new CotraceError('TOO_LARGE', `record.traces names ${count} ${what}; it may name ${max}`, {
    field: 'record.traces',
    max,
    identifiers: count,
  });
}

function amountsOf(member: Shape): readonly Amount[] {
  const amounts = member.items(MAX_AMOUNTS, 1).map((entry): Amount => {
    entry.only(['value', 'unit']);
    const unit = entry.at('unit');
    const value = entry.at('value').text();
    if (canonicalDecimal(value) !== value) {
      entry
        .at('value')
        .wrong(
          'a decimal above 0 without sign, exponent or needless zeros, of 30 digits and 15 after the point',
        );
    }
    return { value, unit: unit.isNull() ? null : unit.text({ ...UNIT_RULE, least: 1 }) };
  });
  for (const [i, { unit }] of amounts.entries()) {
    const before = amounts[i - 1];
    if (before !== undefined && compareUnits(before.unit, unit) > 0)
      member.fail('must be sorted by unit, null first');
  }
  return amounts;
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
