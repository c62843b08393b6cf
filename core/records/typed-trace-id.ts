import { TRACE_PREFIX } from './keys.js';
import { canonicalTraceId, readGs1 } from '../trace-id/trace-id.js';

/** The host of canonical Digital Links, which traces are printed without: what follows tells identifiers apart. */
const GS1_ORIGIN = 'https://id.gs1.org/';
/** A primary key's application identifier with a value, such as `01/09521234500049`. */
const GS1_PATH = /^\d{2,4}\/\d{4}/;

/**
 * The TraceID of an identifier as a person types it: in any form that `canonicalTraceId` takes, or as traces are
 * printed, a Digital Link without its host. Throws `BAD_TRACE_ID`.
 */
export function typedTraceId(text: string): string {
  const link = GS1_ORIGIN + text;
  const isPath = GS1_PATH.test(text) && readGs1(link).kind !== 'other';
  return canonicalTraceId(isPath ? link : text);
}

/** A TraceID as traces are printed: the shortest form that `typedTraceId` takes back. */
export function shortTraceId(traceId: string): string {
  if (!traceId.startsWith(GS1_ORIGIN) || readGs1(traceId).kind !== 'identifier') return traceId;
  const path = traceId.slice(GS1_ORIGIN.length);
  return GS1_PATH.test(path) ? path : traceId;
}

/** A key of a domain's state as a person types it: one of a trace row names its identifier in any form. */
export function typedKey(key: string): string {
  if (!key.startsWith(TRACE_PREFIX)) return key;
  return TRACE_PREFIX + typedTraceId(key.slice(TRACE_PREFIX.length));
}
