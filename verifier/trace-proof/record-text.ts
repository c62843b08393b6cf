import {
  hashCanonical,
  identify,
  MAX_CORRECTED,
  MAX_IDENTIFIERS,
  MAX_RECORD_BYTES,
  readOrNull,
  sha256,
  toHex,
  utf8,
  type JsonObject,
  type Shape,
  type TextRule,
} from '@cotrace/core';
import type { Amount, ShownEntry, ShownRecord } from '../lineage/types.js';
import { bondOf, canonicalShape, changeOf, fitTogether, timeOf, traceIdOf } from './row-text.js';

/**
 * What the contract takes has at most 1 MiB, of which a number of four characters may become one of 22 in canonical
 * JSON. Longer texts are not looked at.
 */
export const MAX_RECORD_TEXT_BYTES = 8 * MAX_RECORD_BYTES;
const MAX_AMOUNTS = 1000;
const MEMBERS = ['step', 'eventTime', 'bond', 'change', 'traces', 'data', 'eventHash', 'eventID', 'corrects'];
const ENTRY_MEMBERS = ['id', 'role', 'lot', 'amounts'];
const ROLES: readonly ShownEntry['role'][] = [
  'subject',
  'input',
  'output',
  'parent',
  'child',
  'lot',
  'process',
];

const STEP: TextRule = { rule: 'printable ASCII without spaces', like: /^[\x21-\x7e]+$/, most: 512 };
const URI: TextRule = { rule: 'a URI', like: /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/, most: 512 };
const EVENT_HASH: TextRule = {
  rule: 'an event hash',
  like: /^ni:\/\/\/sha-256;[0-9a-f]{64}\?ver=CBV2\.0$/,
};
const UNIT: TextRule = { rule: 'a unit', like: /^[\x20-\x7e]{1,32}$/ };
/** Above 0, without leading or trailing zeros, at most 30 digits before the point and 15 behind it. */
const DECIMAL: TextRule = {
  rule: 'a decimal in its canonical form',
  like: /^(?!0$)(?:0|[1-9]\d{0,29})(?:\.\d{0,14}[1-9])?$/,
};

/** A record as a client sent it, of the form that the contract takes. */
export interface ReadRecord {
  /** What the record says, but for its recordId, which depends on who recorded it. */
  readonly said: Omit<ShownRecord, 'recordId'>;
  readonly eventID: string | null;
  readonly eventHash: string;
  /** Event ids or hashes of what an error declaration names as its correction; else null. */
  readonly corrects: readonly string[] | null;
  readonly data: JsonObject;
}

/** The record that a text is, or null where it is not canonical JSON of exactly the form that the contract takes. */
export function readRecordText(text: string): ReadRecord | null {
  return readOrNull(() => {
    const shape = canonicalShape(text, MAX_RECORD_TEXT_BYTES).only(MEMBERS);
    const nullable = <T>(name: string, read: (member: Shape) => T): T | null => {
      const member = shape.at(name);
      return member.isNull() ? null : read(member);
    };
    const eventHash = shape.at('eventHash').text(EVENT_HASH);
    const eventID = nullable('eventID', (member) => member.text(URI));
    const corrects = nullable('corrects', correctedBy);
    const said = {
      event: toHex(hashCanonical([eventHash, eventID])),
      time: timeOf(shape.at('eventTime')),
      wrong: corrects !== null,
      bond: nullable('bond', bondOf),
      change: nullable('change', changeOf),
      step: nullable('step', (member) => member.text(STEP)),
      traces: entriesOf(shape.at('traces')),
    };
    checkContainment(said, shape);
    checkLots(said.traces, shape);
    return { said, eventID, eventHash, corrects, data: shape.at('data').object() };
  });
}

/** The id of the record with that canonical text, recorded by the organisation: 64 lower-case hexadecimal digits. */
export function recordIdOf(mspId: string, text: string): string {
  return toHex(sha256(utf8(`[${JSON.stringify(mspId)},${text}]`)));
}

function correctedBy(shape: Shape): readonly string[] {
  const entries = shape.items(MAX_CORRECTED, 1).map((entry) => entry.text(URI));
  return new Set(entries).size === entries.length ? entries : shape.wrong('distinct');
}

function entriesOf(shape: Shape): ShownEntry[] {
  const seen = new Set<string>();
  const ids = new Set<string>();
  // Each identifier once in each role, and there again with each of its lots, which are identifiers themselves.
  const entries = shape.items(2 * MAX_IDENTIFIERS * ROLES.length, 1).map((item) => {
    const entry = entryOf(item.only(ENTRY_MEMBERS));
    const named = JSON.stringify([entry.id, entry.role, entry.lot]);
    if (seen.has(named)) item.wrong('named once');
    seen.add(named);
    ids.add(entry.id);
    return entry;
  });
  return ids.size <= 2 * MAX_IDENTIFIERS ? entries : shape.wrong('of fewer identifiers');
}

function entryOf(shape: Shape): ShownEntry {
  const [lot, amounts] = [shape.at('lot'), shape.at('amounts')];
  return {
    id: traceIdOf(shape.at('id')),
    role: shape.at('role').oneOf(ROLES),
    lot: lot.isNull() ? null : traceIdOf(lot),
    amounts: amounts.isNull() ? null : amountsOf(amounts),
  };
}

function amountsOf(shape: Shape): Amount[] {
  const amounts = shape.items(MAX_AMOUNTS, 1).map((item): Amount => {
    item.only(['value', 'unit']);
    const unit = item.at('unit');
    return { value: item.at('value').text(DECIMAL), unit: unit.isNull() ? null : unit.text(UNIT) };
  });
  const rise = amounts.every(({ unit }, at) => at === 0 || (amounts[at - 1]?.unit ?? '') <= (unit ?? ''));
  return rise ? amounts : shape.wrong('sorted by unit');
}

function checkContainment({ bond, change, traces }: ReadRecord['said'], shape: Shape): void {
  const parents = traces.filter(({ role }) => role === 'parent').length;
  const children = traces.filter(({ role }) => role === 'child').length;
  if (!fitTogether(bond, change)) shape.wrong('with a bond and change that fit');
  if ((bond !== null) !== parents + children > 0) shape.wrong('with a bond where it has a parent or child');
  if (parents > 1) shape.wrong('with one parent');
  if (change === 'empty' && (parents === 0 || children > 0)) shape.wrong('with a parent alone');
}

/** A lot stands in the record as an identifier of its own, and is one of the entry's own GTIN or ITIP. */
function checkLots(traces: readonly ShownEntry[], shape: Shape): void {
  const ids = new Set(traces.map(({ id }) => id));
  for (const { id, lot } of traces) {
    if (lot === null) continue;
    const [product] = lot.split('/10/');
    const own = id === product || id.startsWith(`${product}/21/`) || id.startsWith(`${product}/235/`);
    if (!ids.has(lot) || identify(lot).nature !== 'lot' || !own) shape.wrong('with lots of its own products');
  }
}
