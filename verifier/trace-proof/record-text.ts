import {
  eventOf,
  MAX_IDENTIFIERS,
  readOrNull,
  recordOf,
  sha256,
  toHex,
  utf8,
  type ClientRecord,
} from '@cotrace/core';
import type { ShownRecord } from '../lineage/types.js';
import { canonicalJsonOf, MAX_RECORD_TEXT_BYTES } from '../proof/stored-form.js';

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
