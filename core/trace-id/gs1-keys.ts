import { asciiLower } from '../text/characters.js';
import { checkDigit, hasCheckDigit } from './check-digit.js';

/** A key qualifier: the application identifier (AI), its short name in older Digital Links, its values. */
export interface Gs1Qualifier {
  readonly ai: string;
  readonly name: string;
  readonly pattern: RegExp;
}

/** A primary key of GS1: see `Gs1Qualifier`; `checked` leading digits end in a check digit, 0 where there is none. */
export interface Gs1Key extends Gs1Qualifier {
  readonly checked: number;
  /** In the order in which a Digital Link names them. */
  readonly qualifiers: readonly Gs1Qualifier[];
}

// The 82 characters of GS1 AI data (General Specifications, figure 7.11-1), and the 39 of a component/part.
const X = '[!"%-?A-Z_a-z]';
const Y = '[#\\-/0-9A-Z]';

function qualifier(ai: string, name: string, pattern: string): Gs1Qualifier {
  return { ai, name, pattern: new RegExp(`^${pattern}$`) };
}

function key(
  ai: string,
  name: string,
  pattern: string,
  checked: number,
  ...qualifiers: readonly Gs1Qualifier[]
): Gs1Key {
  return { ...qualifier(ai, name, pattern), checked, qualifiers };
}

const variant = qualifier('22', 'cpv', `${X}{1,20}`);
const lot = qualifier('10', 'lot', `${X}{1,20}`);
const serial = qualifier('21', 'ser', `${X}{1,20}`);
const thirdParty = qualifier('235', 'tpx', `${X}{1,28}`);
const locationExtension = qualifier('254', 'glnx', `${X}{1,20}`);
const unitExtension = qualifier('7040', 'uic', `\\d${X}{3}`);
const relation = qualifier('8019', 'srin', '\\d{1,10}');

/**
 * Primary keys of GS1 Digital Link 1.3 (URI syntax, section 4.3) with their qualifiers in the order of section 4.4.
 * Keys that begin with a company prefix and have no check digit begin with four digits at least.
 */
const KEYS: readonly Gs1Key[] = [
  key('00', 'sscc', '\\d{18}', 18),
  key('01', 'gtin', '\\d{14}', 14, variant, lot, serial, thirdParty),
  key('253', 'gdti', `\\d{13}${X}{0,17}`, 13),
  key('255', 'gcn', '\\d{13}\\d{0,12}', 13),
  key('401', 'ginc', `\\d{4}${X}{0,26}`, 0),
  key('402', 'gsin', '\\d{17}', 17),
  key('410', 'shipTo', '\\d{13}', 13),
  key('411', 'billTo', '\\d{13}', 13),
  key('412', 'purchasedFrom', '\\d{13}', 13),
  key('413', 'shipFor', '\\d{13}', 13),
  key('414', 'gln', '\\d{13}', 13, locationExtension, unitExtension),
  key('415', 'payTo', '\\d{13}', 13, qualifier('8020', 'refno', `${X}{1,25}`)),
  key('416', 'glnProd', '\\d{13}', 13),
  key('417', 'party', '\\d{13}', 13, unitExtension),
  key('8003', 'grai', `0\\d{13}${X}{0,16}`, 14),
  key('8004', 'giai', `\\d{4}${X}{0,26}`, 0),
  key('8006', 'itip', '\\d{18}', 14, variant, lot, serial),
  key('8010', 'cpid', `\\d{4}${Y}{0,26}`, 0, qualifier('8011', 'cpsn', '\\d{1,12}')),
  key('8013', 'gmn', `\\d{4}${X}{0,21}`, 0),
  key('8017', 'gsrnp', '\\d{18}', 18, relation),
  key('8018', 'gsrn', '\\d{18}', 18, relation),
];

/** The most qualifiers that a key has; in an identifier each stands once. */
export const MAX_QUALIFIERS = Math.max(...KEYS.map(({ qualifiers }) => qualifiers.length));

/** The primary key that an AI or a short name (in any case) stands for. */
export function findKey(nameOrAi: string): Gs1Key | null {
  return findNamed(KEYS, nameOrAi);
}

/** The qualifier of `key` that an AI or a short name (in any case) stands for. */
export function findQualifier(key: Gs1Key, nameOrAi: string): Gs1Qualifier | null {
  return findNamed(key.qualifiers, nameOrAi);
}

function findNamed<T extends Gs1Qualifier>(entries: readonly T[], nameOrAi: string): T | null {
  const lower = asciiLower(nameOrAi);
  return entries.find(({ ai, name }) => ai === lower || asciiLower(name) === lower) ?? null;
}

/** A GTIN of 8, 12 or 13 digits as one of 14; other values as they are. */
export function padGtin(key: Gs1Key, value: string): string {
  return key.ai === '01' && /^(?:\d{8}|\d{12,13})$/.test(value) ? value.padStart(14, '0') : value;
}

/** Why `value` is none of `qualifier`, or null if it is one. Software takes a path segment of dots alone for a way up the path. */
export function faultOfQualifier({ name, ai, pattern }: Gs1Qualifier, value: string): string | null {
  return pattern.test(value) && !/^\.\.?$/.test(value) ? null : `has no valid ${name} (${ai})`;
}

/** Why `value` is none of `key`, or null if it is one. */
export function faultOfKey(key: Gs1Key, value: string): string | null {
  if (!key.pattern.test(value)) return `is not a valid ${key.name} (${key.ai})`;
  if (key.checked > 0 && !hasCheckDigit(value.slice(0, key.checked))) {
    const digits = value.slice(0, key.checked - 1);
    return `has a wrong check digit in its ${key.name} (${key.ai}): after ${digits} it should be ${checkDigit(digits)}`;
  }
  return null;
}
