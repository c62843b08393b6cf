import {
  canonicalJson,
  eventOf,
  fromUtf8,
  isArray,
  isObject,
  MAX_IDENTIFIERS,
  parseStrictJson,
  readOrNull,
  recordOf,
  sha256,
  toHex,
  utf8,
  type ClientRecord,
  type JsonValue,
} from '@cotrace/core';
import type { ShownRecord } from '../lineage/types.js';
import { canonicalJsonOf, LINK, MAX_RECORD_TEXT_BYTES } from '../proof/stored-form.js';

/** A record as a client sent it, of the form that the contract takes. */
export interface ReadRecord {
  /** What the record says, but for its recordId, which depends on who recorded it. */
  readonly said: Omit<ShownRecord, 'recordId'>;
  readonly record: ClientRecord;
}

/** The record that a text is, or null where it is not canonical JSON of exactly the form that the contract takes. */
export function readRecordText(text: string): ReadRecord | null {
  return readOrNull(() => {
    const record = recordOf(canonicalJsonOf(text, MAX_RECORD_TEXT_BYTES), MAX_IDENTIFIERS);
    const { eventTime: time, corrects, bond, change, step, traces } = record;
    const said = { event: eventOf(record), time, wrong: corrects !== null, bond, change, step, traces };
    return { said, record };
  });
}

/** The id of the record with that canonical text, recorded by the organisation: 64 lower-case hexadecimal digits. */
export function recordIdOfText(mspId: string, text: string): string {
  return toHex(sha256(utf8(`[${JSON.stringify(mspId)},${text}]`)));
}

/**
 * The canonical text of the record `recordId` of the organisation `mspId`, from what a transaction put at `rec/<recordId>`.
 * Null where it did not put that record. The links that the contract adds to each entry are nothing that anybody told:
 * whether they are as the contract makes them does not matter.
 */
export function recordTextIn(mspId: string, recordId: string, stored: Uint8Array): string | null {
  if (stored.length > MAX_RECORD_TEXT_BYTES) return null;
  return readOrNull(() => {
    const record = parseStrictJson(fromUtf8(stored), MAX_RECORD_TEXT_BYTES);
    if (!isObject(record) || !isArray(record['traces'])) return null;
    const text = canonicalJson({ ...record, traces: record['traces'].map(withoutLink) });
    return recordIdOfText(mspId, text) === recordId ? text : null;
  });
}

function withoutLink(trace: JsonValue): JsonValue {
  if (!isObject(trace)) return trace;
  return Object.fromEntries(Object.entries(trace).filter(([name]) => !LINK.includes(name)));
}
