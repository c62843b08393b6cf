import { GS1_ORIGIN } from '../trace-id/gs1-identifier.js';
import { findKey } from '../trace-id/gs1-keys.js';
import { canonicalTraceId } from '../trace-id/trace-id.js';

/** Whether a text begins with the AI of a primary key, as `01/09521234500049` does: it is a link without its host, or a mistake. */
export function isGs1Path(text: string): boolean {
  const ai = /^(\d{2,4})\//.exec(text)?.[1];
  return ai !== undefined && findKey(ai) !== null;
}

/** What `identify` takes for a text that may be written as traces are printed: in quotes, or a Digital Link without its host. */
export function unabridged(text: string): string {
  if (/^"(?:[^"]|"")*"$/.test(text)) return text.slice(1, -1).replaceAll('""', '"');
  return isGs1Path(text) ? GS1_ORIGIN + text : text;
}

/**
 * The TraceID of an identifier in an order: in any form that `canonicalTraceId` takes, or as traces are printed. What people
 * type and scan beside that, `understand` reads. Throws `BAD_TRACE_ID`.
 */
export function typedTraceId(text: string): string {
  return canonicalTraceId(unabridged(text));
}

/**
 * A TraceID as traces are printed: the shortest form that `typedTraceId` takes back, so that no two are printed alike. In
 * double quotes is what would be taken for an identifier of GS1, or for several words of a sentence or a list.
 */
export function shortTraceId(traceId: string): string {
  const path = traceId.startsWith(GS1_ORIGIN) ? traceId.slice(GS1_ORIGIN.length) : '';
  if (isGs1Path(path)) return path;
  return isGs1Path(traceId) || /[\s",;]/.test(traceId) ? `"${traceId.replaceAll('"', '""')}"` : traceId;
}
