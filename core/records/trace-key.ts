import { utf8 } from '../bytes/bytes.js';
import { isWellFormed } from '../json/json-value.js';
import { MAX_TRACE_ID_BYTES } from '../trace-id/trace-id.js';
import { MARK_PREFIX, TRACE_PREFIX } from './keys.js';

/** Longest key of a row or mark, in bytes: `mark/`, a TraceID, a space and a record id. */
export const MAX_TRACE_KEY_BYTES = 5 + 512 + 1 + 64;

const RECORD_ID_AFTER_SPACE = / ([0-9a-f]{64})$/;

/** What a key of a domain's state says where it is that of a row or mark of a trace. */
export interface TraceKey {
  /** 1 to 512 bytes of UTF-8; not necessarily canonical, since any chaincode may write any key. */
  readonly traceId: string;
  /** Of a mark, 64 lower-case hexadecimal digits; null for a row. */
  readonly recordId: string | null;
}

/**
 * The row or mark that a state key is of: `trace/<traceId>`, or `mark/<traceId> <recordId>`, read from its end since
 * a TraceID may hold spaces. Null for every other key, and where no TraceID could be that long or that short. A
 * function of the key's bytes alone: it does not ask whether the TraceID is canonical, which rests on tables of Unicode
 * that change.
 */
export function readTraceKey(key: string): TraceKey | null {
  if (key.length > MAX_TRACE_KEY_BYTES || !isWellFormed(key)) return null;
  if (key.startsWith(TRACE_PREFIX)) return traceKeyOf(key.slice(TRACE_PREFIX.length), null);
  if (!key.startsWith(MARK_PREFIX)) return null;
  const end = RECORD_ID_AFTER_SPACE.exec(key);
  const recordId = end?.[1];
  if (end === null || recordId === undefined) return null;
  return traceKeyOf(key.slice(MARK_PREFIX.length, end.index), recordId);
}

function traceKeyOf(traceId: string, recordId: string | null): TraceKey | null {
  return traceId === '' || utf8(traceId).length > MAX_TRACE_ID_BYTES ? null : { traceId, recordId };
}
