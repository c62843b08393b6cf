import { hashTextOf, type JsonValue, trimSpace } from '@cotrace/core';
import type { JsonLdPrefixes } from './json-ld-prefixes.js';

const CBV = 'https://ref.gs1.org/cbv/';

// CBV 2.0, section 8.9.2: URNs of standard words are hashed as their web vocabulary URIs.
const CBV_URNS: readonly (readonly [string, string])[] = [
  ['urn:epcglobal:cbv:bizstep:', `${CBV}BizStep-`],
  ['urn:epcglobal:cbv:disp:', `${CBV}Disp-`],
  ['urn:epcglobal:cbv:btt:', `${CBV}BTT-`],
  ['urn:epcglobal:cbv:sdt:', `${CBV}SDT-`],
  ['urn:epcglobal:cbv:er:', `${CBV}ER-`],
];

/**
 * A scalar as the pre-hash string has it: trimmed, compact URIs expanded, numbers without superfluous zeros, GS1
 * identifiers as constrained Digital Links. Null says nothing and gives an empty text.
 */
export function hashValue(value: JsonValue, prefixes: JsonLdPrefixes): string {
  if (typeof value === 'number') return plainDecimal(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return '';
  const text = prefixes.expand(trimSpace(value));
  const urn = CBV_URNS.find(([start]) => text.startsWith(start));
  if (urn !== undefined) return urn[1] + text.slice(urn[0].length);
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(text)) return trimDecimal(text);
  return hashTextOf(text);
}

/** A word of a standard vocabulary, which `vocabulary` begins the URI of; anything else as `hashValue`. */
export function hashWord(value: JsonValue, vocabulary: string, prefixes: JsonLdPrefixes): string {
  const bare = typeof value === 'string' && !value.includes(':');
  return bare ? vocabulary + trimSpace(value) : hashValue(value, prefixes);
}

/** A decimal number without sign of plus, leading and trailing zeros. */
function trimDecimal(text: string): string {
  const [whole = '', fraction = ''] = text.replace(/^[+-]/, '').split('.');
  const digits = whole.replace(/^0+/, '') || '0';
  const rest = withoutTrailingZeros(fraction);
  const magnitude = rest === '' ? digits : `${digits}.${rest}`;
  return text.startsWith('-') && magnitude !== '0' ? `-${magnitude}` : magnitude;
}

// By hand: a regular expression tries /0+$/ anew at each zero of a long run that does not end the text.
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (digits.charAt(end - 1) === '0') end--;
  return digits.slice(0, end);
}

/** A finite number in decimal notation without exponent. */
function plainDecimal(value: number): string {
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(String(value));
  if (match === null) return trimDecimal(String(value));
  const [, sign = '', first = '', fraction = ''] = match;
  const exponent = Number(match[4]);
  const digits = first + fraction;
  if (exponent < 0) return trimDecimal(`${sign}0.${'0'.repeat(-exponent - 1)}${digits}`);
  return sign + digits.padEnd(exponent + 1, '0');
}
