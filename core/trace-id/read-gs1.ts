import { asciiLower } from '../text/characters.js';
import { readHttp } from './digital-link.js';
import { readElementString } from './element-string.js';
import { readEpcUrn } from './epc-urn.js';
import type { Gs1Reading } from './gs1-identifier.js';

/** Reads a URI as GS1 does, EPC URN or Digital Link. Takes time linear in the length of `text`, which may be any. */
export function readUri(text: string): Gs1Reading {
  if (/^urn:epc:/i.test(text)) return readEpcUrn(text);
  if (/^https?:/i.test(text)) return readHttp(text);
  return { kind: 'other', text: normalUrn(text), doubt: null };
}

/** Reads an identifier as GS1 does: EPC URN, Digital Link, or element string. `text` is in NFC. */
export function readGs1(text: string): Gs1Reading {
  return text.startsWith('(') ? readElementString(text) : readUri(text);
}

/** Equal URNs written alike (RFC 8141, section 3.1; RFC 9562, section 4), and DIDs. Any other text as it is. */
function normalUrn(text: string): string {
  if (/^urn:uuid:[0-9a-z-]*$/i.test(text)) return asciiLower(text);
  return text.replace(/^(?:urn|did):[0-9a-z-]+:/i, asciiLower);
}
