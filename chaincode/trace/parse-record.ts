import { recordOf, type ClientRecord } from '@cotrace/core';
import { asRefusal, parseArgument } from './arguments.js';

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
  return asRefusal(() =>
    recordOf(parseArgument(text, limits.recordBytes, 'record', 'BAD_RECORD'), limits.identifiers),
  );
}
