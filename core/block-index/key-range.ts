import { compareBytes, concat, utf8 } from '../bytes/bytes.js';
import { MalformedError } from '../errors.js';
import { isWellFormed } from '../json/json-value.js';
import { MAX_KEY_BYTES } from './layout.js';

/** What is searched for or proven: the TraceIDs from `from` on and below `to`, by the order of their bytes. */
export interface KeyRange {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

/** Sorts behind every text: no byte of UTF-8 is as high. */
const ABOVE_ALL = Uint8Array.of(0xff);

/** The range of one TraceID. Throws `BAD_KEY` unless it is 1…512 bytes of UTF-8. */
export function onlyTraceId(traceId: string): KeyRange {
  const from = keyOf(traceId);
  if (from.length === 0) throw badKey(traceId);
  return { from, to: concat(from, Uint8Array.of(0)) };
}

/** The range of all TraceIDs that begin with `prefix`: with the empty one, of all. Throws `BAD_KEY` above 512 bytes. */
export function traceIdsWithPrefix(prefix: string): KeyRange {
  const from = keyOf(prefix);
  const last = from.at(-1);
  // The last byte of a text is below 0xff, so one more never carries.
  return { from, to: last === undefined ? ABOVE_ALL : concat(from.subarray(0, -1), Uint8Array.of(last + 1)) };
}

/**
 * The range of the TraceIDs that are not before `from`, but before `to`; null for no bound. Throws `BAD_KEY`, and
 * `BAD_RANGE` where `to` is before `from`.
 */
export function traceIdsBetween(from: string | null, to: string | null): KeyRange {
  const range = { from: keyOf(from ?? ''), to: to === null ? ABOVE_ALL : keyOf(to) };
  checkRange(range);
  return range;
}

/** Throws `BAD_RANGE` where a range ends before it begins. */
export function checkRange({ from, to }: KeyRange): void {
  if (compareBytes(from, to) > 0) throw new MalformedError('BAD_RANGE', 'a range ends before it begins');
}

function keyOf(text: string): Uint8Array {
  if (text.length > MAX_KEY_BYTES || !isWellFormed(text)) throw badKey(text);
  const key = utf8(text);
  if (key.length > MAX_KEY_BYTES) throw badKey(text);
  return key;
}

export function badKey(text: string): MalformedError {
  return new MalformedError('BAD_KEY', `a TraceID has 1 to ${MAX_KEY_BYTES} bytes of UTF-8`, {
    traceId: text.slice(0, MAX_KEY_BYTES),
  });
}
