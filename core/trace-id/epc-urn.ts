import { withCheckDigit } from './check-digit.js';
import { faultOfKey, findKey, findQualifier } from './gs1-keys.js';
import { OTHER, broken, decodePercent, type Gs1Identifier, type Gs1Reading } from './gs1-identifier.js';

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
): Scheme {
  return { ai, digits, fields, qualifier, value };
}

const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['id:sgtin', scheme('01', 13, 1, '21', indicatorFirst)],
  ['class:lgtin', scheme('01', 13, 1, '10', indicatorFirst)],
  ['id:upui', scheme('01', 13, 1, '235', indicatorFirst)],
  [
    'id:itip',
    scheme('8006', 13, 3, '21', (parts) => indicatorFirst(parts) + parts.rest.slice(0, 2).join('')),
  ],
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

const PATTERN_SCHEMES = new Set(['sgtin', 'grai', 'gdti', 'sgcn', 'cpi', 'itip', 'upui']);

/** Reads an EPC URN: an identity, a class or a pattern. Scheme names may be in any case. */
export function readEpcUrn(text: string): Gs1Reading {
  const match = /^urn:epc:([a-z]+):([a-z0-9-]+):(.*)$/i.exec(text);
  if (match === null) return OTHER;
  const [kind, name, body] = [(match[1] ?? '').toLowerCase(), (match[2] ?? '').toLowerCase(), match[3] ?? ''];
  if (kind === 'idpat') return readPattern(name, body);
  const found = SCHEMES.get(`${kind}:${name}`);
  if (found === undefined) return OTHER;
  const identifier = parse(found, body, `urn:epc:${kind}:${name}`);
  return typeof identifier === 'string' ? broken(identifier) : { kind: 'identifier', identifier };
}

function readPattern(name: string, body: string): Gs1Reading {
  const rest = body.replace(/%[0-9a-f]{2}/gi, (hex) => hex.toUpperCase());
  const found = PATTERN_SCHEMES.has(name) && body.endsWith('.*') ? SCHEMES.get(`id:${name}`) : undefined;
  // The class of a pattern is what an identity of it leaves without its serial.
  const ofClass =
    found === undefined
      ? ''
      : parse({ ...found, fields: found.fields - 1, qualifier: null }, body.slice(0, -2), '');
  return {
    kind: 'pattern',
    text: `urn:epc:idpat:${name}:${rest}`,
    classOf: typeof ofClass === 'string' ? null : ofClass,
  };
}

/** The identifier of a URN's body, or why it is none. */
function parse(
  { ai, digits, fields, qualifier, value }: Scheme,
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

  const key = findKey(ai);
  if (key === null) return `is not a valid ${urn}`;
  const identifier = { ai, value: value(parts), qualifiers: [] };
  const fault = faultOfKey(key, identifier.value);
  if (fault !== null) return fault;
  const last = parts.rest[fields - 1];
  // An extension of 0 in an SGLN says that there is none (Tag Data Standard, section 6.3.3).
  if (qualifier === null || last === undefined || (ai === '414' && last === '0')) return identifier;
  if (findQualifier(key, qualifier)?.pattern.test(last) !== true)
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
