import { toHex, utf8 } from '../bytes/bytes.js';
import { sha256 } from '../hash.js';

/** The key under which a domain's definition stands. */
export const DOMAIN_KEY = 'meta/domain';

/** What every key of a trace table row begins with. */
export const TRACE_PREFIX = 'trace/';

/** What every key of a mark begins with. */
export const MARK_PREFIX = 'mark/';

/** Most definitions that a domain may have had: their numbers are in keys, with as many digits. */
export const MAX_VERSIONS = 99_999_999;

/** Key of a version of a domain's definition, 1…`MAX_VERSIONS`. */
export function definitionKey(version: number): string {
  return `${DOMAIN_KEY}/${String(version).padStart(String(MAX_VERSIONS).length, '0')}`;
}

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

/** Key under which an organisation's records of an event stand, by the event's hash. */
export function eventKey(eventHash: string, mspId: string): string {
  return `evt/${eventHash}/${mspId}`;
}

/** What the keys of an event id begin with, whoever recorded it; the id is hashed, since it may be long. */
export function eventIdPrefix(eventID: string): string {
  return `eid/${toHex(sha256(utf8(eventID)))}/`;
}

/** Key under which an organisation's first record of an event id stands. */
export function eventIdKey(eventID: string, mspId: string): string {
  return eventIdPrefix(eventID) + mspId;
}

/** Key under which an organisation's declarations that an event is wrong stand; `event` as `eventOf` gives it. */
export function wrongKey(event: string, mspId: string): string {
  return `wrong/${event}/${mspId}`;
}
