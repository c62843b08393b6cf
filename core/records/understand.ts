import { trimSpace } from '../text/white-space.js';
import type { Nature } from '../trace-id/constrain.js';
import { likelyLink } from '../trace-id/digital-link.js';
import { digitalLink, type Gs1Reading } from '../trace-id/gs1-identifier.js';
import { bareDigits, readScan, readUnmarked } from '../trace-id/scan.js';
import { badTraceId, canonicalTraceId, identify, MAX_TEXT } from '../trace-id/trace-id.js';
import { TRACE_PREFIX } from './keys.js';
import { shortTraceId, unabridged } from './typed-trace-id.js';

/** What a text that a person typed or scanned was understood as. */
export interface Understood {
  readonly traceId: string;
  readonly nature: Nature;
  /** The TraceID of the lot that is named beside a serial number; or null. */
  readonly lot: string | null;
  /** What was read of a scan, as a bracketed string; null where it was none. */
  readonly elements: string | null;
  /** What is odd about it, in sentences. */
  readonly warnings: readonly string[];
}

/**
 * What an identifier is that a person types or scans (formats.md, "Typed identifiers"): any form that `identify` takes, the form
 * in which traces are printed, or what a scanner sends. What may be several things, such as bare digits, is not guessed.
 * Throws `BAD_TRACE_ID`; where another spelling was likely meant, the message has it.
 */
export function understand(typed: string): Understood {
  const text = trimSpace(typed);
  const scan = text.length > MAX_TEXT ? null : readScan(text);
  if (scan === null) return understandText(text, null);
  if (scan.kind === 'text') return understandText(trimSpace(scan.text), null);
  return understandText(linkOf(text, scan.reading), scan.elements);
}

/** A key of a domain's state as a person types it: one of a trace row names its identifier as `understand` reads it. */
export function typedKey(key: string): string {
  if (!key.startsWith(TRACE_PREFIX)) return key;
  return TRACE_PREFIX + understand(key.slice(TRACE_PREFIX.length)).traceId;
}

/** What is said of a text before it is answered: how it was understood, unless it was typed as its trace is printed, and what is odd. */
export function understoodText(typed: string, understood: Understood): readonly string[] {
  const { traceId, nature, lot, elements, warnings } = understood;
  const short = shortTraceId(traceId);
  if ([traceId, short].includes(trimSpace(typed)) && lot === null) return warnings;
  const said =
    `understood as ${short} (${nature})` +
    (lot === null ? '' : `, of lot ${shortTraceId(lot)}`) +
    (elements === null ? '' : `, from ${elements}`);
  return [said, ...warnings];
}

/** Whether a TraceID is a text of somebody's own, neither a URI nor an identifier of GS1. */
export function isName(traceId: string): boolean {
  return !hasScheme(traceId);
}

function hasScheme(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(text);
}

function understandText(text: string, elements: string | null): Understood {
  const meant = unabridged(text);
  if (text.length <= MAX_TEXT && meant === text) refuseAmbiguous(text);
  const { traceId, nature, lot, warnings } = identify(meant);
  return {
    traceId,
    nature,
    lot,
    elements,
    warnings: warnings.map(({ message, meant: other }) =>
      other === null ? message : `${message}; perhaps ${other} is meant`,
    ),
  };
}

function linkOf(text: string, reading: Gs1Reading): string {
  if (reading.kind === 'identifier') return digitalLink(reading.identifier);
  throw badTraceId(text, reading.kind === 'broken' ? reading.why : 'names no key', {});
}

function refuseAmbiguous(text: string): void {
  const digits = /^\d[\d -]*$/.test(text) ? text.replace(/[ -]/g, '') : null;
  const lost = readUnmarked(digits ?? text);
  if (lost?.kind === 'identifier') {
    const meant = canonicalTraceId(digitalLink(lost.identifier));
    throw badTraceId(
      text,
      `looks like a scan; write ${shortTraceId(meant)} if it is one, or put ]C1 before it`,
      {
        meant,
      },
    );
  }
  if (digits !== null) throw badTraceId(text, whatDigitsMayBe(digits), {});
  const path = text.replace(/[?#].*$/s, '').replace(/^(?=\d{8,14}\/)/, '01/');
  const link = hasScheme(text) ? null : likelyLink(path);
  if (link !== null) {
    const meant = canonicalTraceId(link);
    const hint = `perhaps ${shortTraceId(meant)} is meant; in double quotes it is taken as it is`;
    throw badTraceId(text, `is neither an address nor a key; ${hint}`, { meant });
  }
  if (/^\(\d{2,4}\)/.test(text) && identify(text).traceId === text) {
    throw badTraceId(text, 'has no key, such as (01), to say what it belongs to', {});
  }
}

function whatDigitsMayBe(digits: string): string {
  const found = bareDigits(digits).map(({ name, path }) => `${path} (${name})`);
  if (found.length > 0)
    return `is only digits, which do not say what they identify; write ${found.join(' or ')}`;
  return (
    `is ${digits.length} digits and no GTIN, GLN or SSCC with a right check digit; write what it is before it, ` +
    `such as 01/ before a GTIN, and a lot behind that with /10/`
  );
}
