import { withCheckDigit } from './check-digit.js';
import { decodePercent } from './escapes.js';
import { broken, type Gs1Identifier, type Gs1Reading } from './gs1-identifier.js';
import { faultOfKey, faultOfQualifier, findKey, findQualifier } from './gs1-keys.js';
import { nearestWord } from './nearest-word.js';
import { asciiLower } from '../text/characters.js';

interface Parts {
  readonly prefix: string;
  readonly reference: string;
  /** What stands behind company prefix and reference. */
  readonly rest: readonly string[];
}

/** How the URN of an EPC scheme becomes a key (GS1 Tag Data Standard 2.0, sections 6.3 and 8). */
interface Scheme {
  readonly ai: string;
  /** Digits of company prefix and reference together; null where the reference is not only digits. */
  readonly digits: number | null;
  /** The AI of what `tail` leaves, or null where the key itself ends in it. */
  readonly qualifier: string | null;
  /** Number of dotted fields behind the reference. */
  readonly fields: number;
  /** How many of these end the key, with two digits each. */
  readonly counts: number;
  /** The key, but for the counts that end it. */
  readonly value: (parts: Parts) => string;
}

// The indicator or extension digit leads the reference in a URN, and the whole key in its own form.
const indicatorFirst = ({ prefix, reference }: Parts): string =>
  withCheckDigit(reference.slice(0, 1) + prefix + reference.slice(1));
const joined = ({ prefix, reference }: Parts): string => prefix + reference;
const checked = (parts: Parts): string => withCheckDigit(joined(parts));
const checkedWithSerial = (parts: Parts): string => checked(parts) + (parts.rest[0] ?? '');

function scheme(
  ai: string,
  digits: number | null,
  fields: number,
  qualifier: string | null,
  value: (parts: Parts) => string,
  counts = 0,
): Scheme {
  return { ai, digits, fields, counts, qualifier, value };
}

const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['id:sgtin', scheme('01', 13, 1, '21', indicatorFirst)],
  ['class:lgtin', scheme('01', 13, 1, '10', indicatorFirst)],
  ['id:upui', scheme('01', 13, 1, '235', indicatorFirst)],
  ['id:itip', scheme('8006', 13, 3, '21', indicatorFirst, 2)],
  ['id:sscc', scheme('00', 17, 0, null, indicatorFirst)],
  ['id:sgln', scheme('414', 12, 1, '254', checked)],
  ['id:pgln', scheme('417', 12, 0, null, checked)],
  ['id:grai', scheme('8003', 12, 1, null, (parts) => '0' + checkedWithSerial(parts))],
  ['id:gdti', scheme('253', 12, 1, null, checkedWithSerial)],
  ['id:sgcn', scheme('255', 12, 1, null, checkedWithSerial)],
  ['id:gsrn', scheme('8018', 17, 0, null, checked)],
  ['id:gsrnp', scheme('8017', 17, 0, null, checked)],
  ['id:gsin', scheme('402', 16, 0, null, checked)],
  ['id:giai', scheme('8004', null, 0, null, joined)],
  ['id:ginc', scheme('401', null, 0, null, joined)],
  ['id:cpi', scheme('8010', null, 1, '8011', joined)],
]);

/** Schemes that have no key of GS1, with the form of what follows (Tag Data Standard 2.0, section 6.3). */
const WITHOUT_LINK: ReadonlyMap<string, RegExp> = new Map([
  ['id:gid', /^(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,7})\.(?:0|[1-9]\d{0,10})$/],
  ['id:usdod', /^[0-9A-HJ-NP-Z]{5,6}\.(?:0|[1-9]\d{0,10})$/],
  ['id:adi', /^[0-9A-HJ-NP-Z]{5,6}\.(?:[A-Z0-9-]|%2F){0,32}\.(?:%23)?(?:[A-Z0-9-]|%2F){1,30}$/],
  ['id:bic', /^[A-Z]{3}[JUZ]\d{7}$/],
  ['id:imovn', /^\d{7}$/],
]);

const PATTERNS = ['sgtin', 'grai', 'gdti', 'sgcn', 'cpi', 'itip', 'upui'].map((name) => `idpat:${name}`);

const WORDS = [...SCHEMES.keys(), ...WITHOUT_LINK.keys(), ...PATTERNS];

/**
 * Reads an EPC URN (Tag Data Standard 2.0): a pure identity, a class, or a pattern that stands for one class. Scheme parts
 * may be in any case. `text` begins with `urn:epc:`; the list of what may follow is closed.
 */
export function readEpcUrn(text: string): Gs1Reading {
  const [, , rawKind = '', rawName = '', ...fields] = text.split(':');
  const [kind, name, body] = [asciiLower(rawKind), asciiLower(rawName), fields.join(':')];
  const word = `${kind}:${name}`;
  const urn = `urn:epc:${word}`;
  if (kind === 'tag') return readTag(name, body);
  if (kind === 'raw') return broken('is what is written in a tag, not an identifier: decode it first');
  if (kind === 'idpat') return readPattern(name, body);

  const form = WITHOUT_LINK.get(word);
  if (form !== undefined) {
    const normal = body.replace(/%[0-9A-Fa-f]{2}/g, (escape) => escape.toUpperCase());
    return form.test(normal)
      ? { kind: 'other', text: `${urn}:${normal}`, doubt: null }
      : broken(`is not a valid ${urn}: it does not have the fields of that scheme`);
  }
  const scheme = SCHEMES.get(word);
  if (scheme === undefined) return readUnknown(word, body);
  return asReading(parse(scheme, body, urn));
}

function asReading(found: Gs1Identifier | string): Gs1Reading {
  return typeof found === 'string' ? broken(found) : { kind: 'identifier', identifier: found, link: null };
}

/** A tag says what the pure identity says, and how it is encoded: size, and but for a GID a filter. */
function readTag(name: string, body: string): Gs1Reading {
  const scheme = name.replace(/-.*$/s, '');
  const meant = `urn:epc:id:${scheme}:${scheme === 'gid' ? body : body.slice(body.indexOf('.') + 1)}`;
  return broken('names a tag; write the identity in it', ifRead(meant));
}

function readUnknown(word: string, body: string): Gs1Reading {
  const name = word.slice(word.indexOf(':'));
  const nearest = WORDS.find((known) => known.endsWith(name)) ?? nearestWord(word, WORDS);
  const why = `is not an EPC URN: there is no ${JSON.stringify(`urn:epc:${word.slice(0, 40)}`)}`;
  if (nearest === null) return broken(why);
  const meant = ifRead(`urn:epc:${nearest}:${body}`);
  return broken(meant === null ? `${why}, perhaps urn:epc:${nearest}` : why, meant);
}

/** `text` if it is a valid EPC URN. */
function ifRead(text: string): string | null {
  return readEpcUrn(text).kind === 'broken' ? null : text;
}

/** The class of a pattern is what an identity of it leaves without its serial. */
function readPattern(name: string, body: string): Gs1Reading {
  const urn = `urn:epc:idpat:${name}`;
  if (!PATTERNS.includes(`idpat:${name}`)) {
    const nearest = nearestWord(`idpat:${name}`, PATTERNS);
    const perhaps = nearest === null ? '' : `, perhaps urn:epc:${nearest}`;
    return broken(`is not a pattern that stands for one class${perhaps}`);
  }
  const scheme = SCHEMES.get(`id:${name}`);
  const stars = body.split('*', 3).length - 1;
  if (scheme === undefined || stars !== 1 || !body.endsWith('.*')) {
    const meant = stars === 0 ? ifRead(`urn:epc:id:${name}:${body}`) : null;
    return broken(`is not one class: a pattern names one only if just its last field is *`, meant);
  }
  return asReading(parse({ ...scheme, fields: scheme.fields - 1, qualifier: null }, body.slice(0, -2), urn));
}

/** The identifier of a URN's body, or why it is none. */
function parse(
  { ai, digits, fields, counts, qualifier, value }: Scheme,
  body: string,
  urn: string,
): Gs1Identifier | string {
  const parts = split(body, fields);
  if (parts === null) return `is not a valid ${urn}: a field is missing or badly encoded`;
  if (!/^\d{6,12}$/.test(parts.prefix))
    return `is not a valid ${urn}: its company prefix is not 6 to 12 digits`;
  const joinedDigits = parts.prefix + parts.reference;
  if (digits !== null && !(joinedDigits.length === digits && /^\d+$/.test(joinedDigits))) {
    return `is not a valid ${urn}: company prefix and reference are not ${digits} digits`;
  }
  if (digits === null && parts.reference === '') return `is not a valid ${urn}: its reference is empty`;
  if (fields > 0 && parts.rest.includes('')) return `is not a valid ${urn}: a field is empty`;
  const counted = parts.rest.slice(0, counts);
  if (counted.some((count) => !/^\d{2}$/.test(count))) {
    return `is not a valid ${urn}: its piece and total are not two digits each`;
  }

  const key = findKey(ai);
  if (key === null) return `is not a valid ${urn}`;
  const identifier = { ai, value: value(parts) + counted.join(''), qualifiers: [] };
  const fault = faultOfKey(key, identifier.value);
  if (fault !== null) return fault;
  const last = parts.rest[fields - 1];
  // An extension of 0 in an SGLN says that there is none (Tag Data Standard, section 6.3.3).
  if (qualifier === null || last === undefined || (ai === '414' && last === '0')) return identifier;
  const found = findQualifier(key, qualifier);
  if (found === null || faultOfQualifier(found, last) !== null)
    return `is not a valid ${urn}: its last field is not allowed`;
  return { ...identifier, qualifiers: [{ ai: qualifier, value: last }] };
}

/** Splits at dots; the last field takes the dots that are left. */
function split(body: string, fields: number): Parts | null {
  const raw: string[] = [];
  let from = 0;
  for (let i = 0; i < fields + 1; i++) {
    const dot = body.indexOf('.', from);
    if (dot < 0) return null;
    raw.push(body.slice(from, dot));
    from = dot + 1;
  }
  raw.push(body.slice(from));
  const decoded = raw.map(decodePercent);
  const [prefix, reference, ...rest] = decoded.filter((part) => part !== null);
  if (decoded.includes(null) || prefix === undefined || reference === undefined) return null;
  return { prefix, reference, rest };
}
