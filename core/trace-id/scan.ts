import { MAX_ELEMENTS, ofElements } from './element-string.js';
import { broken, type Gs1Reading } from './gs1-identifier.js';

/** FNC1 as scanners send it inside a message (GS1 General Specifications, section 7.8.3). */
const GS = '\x1d';

/** How FNC1 is written where the character itself cannot be. */
const WRITTEN_GS = /␝|\^\]|\{GS\}|<GS>/g;

/** Symbology identifiers (ISO/IEC 15424, as in GS1 General Specifications, section 5.1.3) by what follows them. */
const ELEMENTS = new Set(['C1', 'e0', 'e1', 'd2', 'Q3', 'J1']);
const GTIN_DIGITS: ReadonlyMap<string, readonly number[]> = new Map([
  ['E0', [12, 13]],
  ['E4', [8]],
  ['I1', [14]],
]);
const ADDRESSES = new Set(['d1', 'Q1']);

/** What a scan is, in terms of other forms of identifiers. */
export type Scan =
  /** What its elements say; the elements are as a bracketed string has them. */
  | { readonly kind: 'elements'; readonly reading: Gs1Reading; readonly elements: string | null }
  /** Another text that was scanned. */
  | { readonly kind: 'text'; readonly text: string };

/**
 * Reads what a scanner sends: a symbology identifier, or FNC1 alone, and data of GS1; null where a text is not a scan.
 * Separators may be GS (0x1D) or how people write it, such as ␝.
 */
export function readScan(text: string): Scan | null {
  const [, symbology, body = ''] = /^\](\w\w)(.*)$/s.exec(text) ?? [];
  if (symbology === undefined) {
    const data = text.replace(WRITTEN_GS, GS);
    return data.startsWith(GS) ? elementsOf(data) : null;
  }
  // Some software writes what it has read as people do.
  if (body.startsWith('(') || ADDRESSES.has(symbology)) return { kind: 'text', text: body };
  if (ELEMENTS.has(symbology)) return elementsOf(body.replace(WRITTEN_GS, GS));
  const lengths = GTIN_DIGITS.get(symbology);
  if (lengths === undefined)
    return refused(`is a scan of a symbology (]${symbology}) that carries no GS1 identifier`);
  return /^\d+$/.test(body) && lengths.includes(body.length)
    ? elementsOf(`01${body.padStart(14, '0')}`)
    : refused(`is not a valid scan: ]${symbology} must be followed by ${lengths.join(' or ')} digits`);
}

/** What a text says if it is data of GS1 with what marks it as a scan lost; null where it is none with a valid key. */
export function readUnmarked(text: string): Gs1Reading | null {
  const scan = /^\d{2}/.test(text) ? elementsOf(text.replace(WRITTEN_GS, GS)) : null;
  return scan?.kind === 'elements' && scan.reading.kind === 'identifier' ? scan.reading : null;
}

function refused(why: string): Scan {
  return { kind: 'elements', reading: broken(why), elements: null };
}

function elementsOf(data: string): Scan {
  const elements = split(data);
  if (typeof elements === 'string') return refused(elements);
  const shown = elements.map(([ai, value]) => `(${ai})${value}`).join('');
  const reading = ofElements(elements);
  if (reading !== null) return { kind: 'elements', reading, elements: shown };
  return refused(`names no product, place or party: it has ${shown === '' ? 'nothing' : shown} and no key`);
}

/** Digits of an AI by its first two, where they are not two (GS1 General Specifications, section 3.2). */
const AI_LENGTHS: readonly (readonly [RegExp, number])[] = [
  [/^(?:23|24|25|40|41|42|71)/, 3],
  [/^(?:3[1-69]|43|7[02]|8[0-2])/, 4],
  [/^(?:0[0-3]|1[0-35-7]|2[0-2]|30|37|9\d)/, 2],
];

/** Characters of AI and value together, by the first two digits, of elements that need no separator (section 7.8.5, figure 7.8.5-2). */
const PREDEFINED: readonly (readonly [RegExp, number])[] = [
  [/^00/, 20],
  [/^0[1-3]/, 16],
  [/^1[1-9]/, 8],
  [/^20/, 4],
  [/^3[1-6]/, 10],
  [/^41/, 16],
];

/** Longest value of an element (AI 8200 has 70 characters, AIs 91 to 99 have 90). */
const MAX_VALUE = 90;

/** The elements of GS1 data, or why it has none. */
function split(data: string): [string, string][] | string {
  const elements: [string, string][] = [];
  let rest = data.replace(/^\x1d+/, '');
  while (rest !== '') {
    if (elements.length === MAX_ELEMENTS) return `has more than ${MAX_ELEMENTS} elements`;
    const length = lengthIn(AI_LENGTHS, rest);
    const ai = rest.slice(0, length ?? 2);
    if (length === null || !/^\d+$/.test(ai) || ai.length < length) {
      return `is not a valid scan: no element begins with ${JSON.stringify(rest.slice(0, 4))}; is a separator missing?`;
    }
    const end = endOf(rest);
    if (end > rest.length) return `is not a valid scan: its (${ai}) is cut`;
    const value = rest.slice(length, end);
    if (value === '' || value.length > MAX_VALUE || value.includes(GS))
      return `is not a valid scan: its (${ai}) is wrong`;
    elements.push([ai, value]);
    rest = rest.slice(end).replace(/^\x1d+/, '');
  }
  return elements;
}

function endOf(data: string): number {
  const predefined = lengthIn(PREDEFINED, data);
  if (predefined !== null) return predefined;
  const separator = data.indexOf(GS);
  return separator < 0 ? data.length : separator;
}

function lengthIn(table: readonly (readonly [RegExp, number])[], data: string): number | null {
  return table.find(([prefix]) => prefix.test(data))?.[1] ?? null;
}

/** Keys that are digits alone, with what people call them and the lengths in which they are written. */
const CANDIDATES: readonly (readonly [ai: string, name: string, lengths: readonly number[]])[] = [
  ['01', 'GTIN', [8, 12, 13, 14]],
  ['414', 'GLN of a place', [13]],
  ['417', 'GLN of a party', [13]],
  ['402', 'shipment', [17]],
  ['00', 'SSCC', [18]],
  ['8018', 'service relation', [18]],
];

/** What digits alone may be: each possibility as people write it, such as `01/09521141012345`, and its name. */
export function bareDigits(digits: string): readonly { readonly name: string; readonly path: string }[] {
  return CANDIDATES.flatMap(([ai, name, lengths]) => {
    const reading = lengths.includes(digits.length) ? ofElements([[ai, digits]]) : null;
    return reading?.kind === 'identifier' ? [{ name, path: `${ai}/${reading.identifier.value}` }] : [];
  });
}
