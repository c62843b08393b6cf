import { utf8 } from '../bytes/bytes.js';
import { CotraceError } from '../errors.js';
import { isWellFormed } from '../json/json-value.js';
import { readDigitalLink } from './digital-link.js';
import { readElementString } from './element-string.js';
import { readEpcUrn } from './epc-urn.js';
import { digitalLink, encodeMinimal, type Gs1Reading } from './gs1-identifier.js';

/** Longest TraceID, in bytes of UTF-8. */
export const MAX_TRACE_ID_BYTES = 512;

/**
 * Longest identifier that is read at all, in UTF-16 units: percent-encoding triples a text at most, and what is
 * cut from a Digital Link (stem, attributes) may be as long again.
 */
const MAX_TEXT = 4 * MAX_TRACE_ID_BYTES;

/**
 * Sorting the marks of one character takes time quadratic in their number; 30 are more than any writing has (Unicode
 * Standard Annex 15, Stream-Safe Text Format).
 */
const TOO_MANY_MARKS = /\p{M}{31}/u;

/** Reads an identifier as GS1 does: EPC URN, Digital Link, or element string. `text` is in NFC. */
export function readGs1(text: string): Gs1Reading {
  if (/^urn:epc:/i.test(text)) return readEpcUrn(text);
  if (/^https?:/i.test(text)) return readDigitalLink(text);
  return readElementString(text);
}

/**
 * The TraceID of an identifier, however it is written (formats.md, "TraceID"). A GS1 identifier (EPC URN, Digital
 * Link on any host, element string) becomes the Digital Link on `https://id.gs1.org`: primary key first,
 * qualifiers in GS1 order, minimal percent-encoding in upper-case hexadecimal. EPC patterns stay, with their scheme
 * names in lower case; any other text comes back in NFC. `canonicalTraceId(canonicalTraceId(x))` is
 * `canonicalTraceId(x)`.
 * Throws `BAD_TRACE_ID` for what cannot be a TraceID, and for what claims to be a GS1 identifier and is none.
 */
export function canonicalTraceId(text: string): string {
  if (text.length > MAX_TEXT) throw refuse(text, `is longer than ${MAX_TEXT} characters`);
  if (!isWellFormed(text)) throw refuse(text, 'holds a lone surrogate');
  if (TOO_MANY_MARKS.test(text)) throw refuse(text, 'has more than 30 combining marks in a row');
  const normal = text.normalize('NFC');
  const reading = readGs1(normal);
  if (reading.kind === 'broken') throw refuse(text, reading.why);
  const canonical = write(reading, normal);
  const fault = faultOfText(canonical);
  if (fault !== null) throw refuse(text, fault);
  return canonical;
}

/**
 * Checks that `text` is a TraceID in its canonical form. Throws `BAD_TRACE_ID`; the detail holds `traceId`, and
 * `canonical` where another form would be right.
 */
export function checkTraceId(text: string): void {
  const canonical = canonicalTraceId(text);
  if (canonical !== text)
    throw refuse(text, `is not in canonical form, which is ${canonical}`, { canonical });
}

function write(reading: Gs1Reading, text: string): string {
  if (reading.kind === 'identifier') return digitalLink(reading.identifier, encodeMinimal);
  return reading.kind === 'pattern' ? reading.text : text;
}

function faultOfText(text: string): string | null {
  if (text === '') return 'is empty';
  if (utf8(text).length > MAX_TRACE_ID_BYTES) return `is longer than ${MAX_TRACE_ID_BYTES} bytes`;
  if (/[\p{Cc}\p{Cf}]/u.test(text)) return 'holds a control or format character';
  if (/^\p{White_Space}|\p{White_Space}$/u.test(text)) return 'begins or ends with white space';
  return null;
}

function refuse(text: string, why: string, detail: { readonly canonical?: string } = {}): CotraceError {
  const shown = text.slice(0, MAX_TRACE_ID_BYTES).replace(/\p{Surrogate}/gu, '\ufffd');
  return new CotraceError('BAD_TRACE_ID', `identifier ${JSON.stringify(shown)} ${why}`, {
    traceId: shown,
    ...detail,
  });
}
