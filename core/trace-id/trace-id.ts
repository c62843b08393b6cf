import { utf8 } from '../bytes/bytes.js';
import { CotraceError } from '../errors.js';
import { faultOfCharacters } from '../text/characters.js';
import { trimSpace } from '../text/white-space.js';
import { likelyLink } from './digital-link.js';
import { readMisspelt } from './gs1-claim.js';
import { splitHttp } from './http-uri.js';
import { hashTextOf, identityOf, type Identity } from './identity.js';
import { readGs1 } from './read-gs1.js';

/** Longest TraceID, in bytes of UTF-8. */
export const MAX_TRACE_ID_BYTES = 512;

/**
 * Longest identifier that is read at all, in UTF-16 units: percent-encoding triples a text at most, and what is
 * cut from a Digital Link (stem, attributes) may be as long again.
 */
export const MAX_TEXT = 4 * MAX_TRACE_ID_BYTES;

/**
 * The identity of an identifier, however it is written (formats.md, "TraceID"): an EPC URN, a Digital Link on any host, an
 * element string, or a URI or text of others. White space around it does not count. `traceId` is its own canonical form.
 * Throws `BAD_TRACE_ID` for what cannot be an identifier, and for what claims to be one of GS1 and is none; the detail holds
 * `traceId`, and `meant` where what was meant can be told.
 */
export function identify(text: string): Identity {
  if (text.length > MAX_TEXT) throw refuse(text, `is longer than ${MAX_TEXT} characters`);
  const trimmed = trimSpace(text);
  if (trimmed === '') throw refuse(text, 'is empty');
  const fault = faultOfCharacters(trimmed);
  if (fault !== null) throw refuse(text, fault);

  const normal = trimmed.normalize('NFC');
  const misspelt = readMisspelt(normal);
  if (misspelt !== null && 'kind' in misspelt) throw refuse(text, misspelt.why, misspelt.meant);
  const reading = readGs1(normal);
  if (reading.kind === 'broken') throw refuse(text, reading.why, reading.meant);
  const hashText = hashTextOf(trimmed);
  if (reading.kind === 'identifier') return { hashText, ...identityOf(reading.identifier, reading.link) };

  if (utf8(reading.text).length > MAX_TRACE_ID_BYTES) {
    throw refuse(text, `is longer than ${MAX_TRACE_ID_BYTES} bytes`);
  }
  const doubt =
    reading.doubt === null
      ? misspelt
      : { doubt: reading.doubt, meant: likelyLink(splitHttp(normal)?.path ?? '') };
  const warnings =
    doubt === null
      ? []
      : [{ message: `is read as a URI, not as a GS1 identifier: it ${doubt.doubt}`, meant: doubt.meant }];
  return { traceId: reading.text, hashText, nature: 'instance', lot: null, warnings };
}

/** The TraceID of an identifier: see `identify`. `canonicalTraceId(canonicalTraceId(x))` is `canonicalTraceId(x)`. */
export function canonicalTraceId(text: string): string {
  return identify(text).traceId;
}

/**
 * Checks that `text` is a TraceID in its canonical form. Throws `BAD_TRACE_ID`; the detail holds `traceId`, and
 * `canonical` where another form would be right.
 */
export function checkTraceId(text: string): void {
  const { traceId } = identify(text);
  if (traceId === text) return;
  throw badTraceId(text, `is not in canonical form, which is ${traceId}`, { canonical: traceId });
}

function refuse(text: string, why: string, meant: string | null = null): CotraceError {
  return meant === null
    ? badTraceId(text, why, {})
    : badTraceId(text, `${why}; perhaps ${meant} is meant`, { meant });
}

/** The refusal of a text as an identifier; `why` says what it is. */
export function badTraceId(
  text: string,
  why: string,
  detail: Readonly<Record<string, string>>,
): CotraceError {
  const shown = text.slice(0, MAX_TRACE_ID_BYTES).replace(/\p{Surrogate}/gu, '\ufffd');
  return new CotraceError('BAD_TRACE_ID', `identifier ${JSON.stringify(shown)} ${why}`, {
    traceId: shown,
    ...detail,
  });
}
