import { toHex, utf8 } from '../bytes/bytes.js';
import { sha256 } from '../hash.js';

/** The key under which a domain's definition stands. */
export const DOMAIN_KEY = 'meta/domain';

/** What every key of a trace table row begins with. */
export const TRACE_PREFIX = 'trace/';

/** What every key of a mark begins with. */
export const MARK_PREFIX = 'mark/';

/** Key of a record; `recordId` is 64 lower-case hexadecimal digits. */
export function recordKey(recordId: string): string {
  return `rec/${recordId}`;
}

/** Key of the newest row of a trace, in the domain's own namespace. */
export function traceKey(traceId: string): string {
  return TRACE_PREFIX + traceId;
}

/** Key of a mark of a trace: written like a row, but reading nothing. `recordId` is 64 lower-case hexadecimal digits. */
export function markKey(traceId: string, recordId: string): string {
  return `${MARK_PREFIX}${traceId} ${recordId}`;
}

/** Key under which the first record of an event stands, by the event's hash. */
export function eventKey(eventHash: string): string {
  return `evt/${eventHash}`;
}

/** Key under which the first record of an event stands, by the event's own id (hashed: it may be long). */
export function eventIdKey(eventID: string): string {
  return `eid/${toHex(sha256(utf8(eventID)))}`;
}

/** Key under which a declaration of error stands. */
export function declarationKey(recordId: string): string {
  return `dec/${recordId}`;
}
