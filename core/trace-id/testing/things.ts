import { checkDigit } from '../check-digit.js';
import type { Chance } from './chance.js';

const DIGITS = '0123456789';
const X = `!"%&'()*+,-./${DIGITS}:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz`;
const Y = `#-/${DIGITS}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;

/** A thing that GS1 identifies: its key, and all that may stand beside it. */
export interface Thing {
  readonly ai: string;
  readonly value: string;
  readonly qualifiers: readonly (readonly [ai: string, value: string])[];
}

/** What may qualify a key: alphabet, least and most characters. */
type Values = Readonly<Record<string, readonly [alphabet: string, least: number, most: number]>>;

const PRODUCT: Values = { '22': [X, 1, 20], '10': [X, 1, 20], '21': [X, 1, 20] };

/** By key: digits with the check digit, what follows them, and qualifiers. Written from the tables of GS1, not from the code. */
const KEYS: Readonly<
  Record<string, { digits: number; own: readonly [string, number, number]; beside: Values }>
> = {
  '00': { digits: 18, own: ['', 0, 0], beside: {} },
  '01': { digits: 14, own: ['', 0, 0], beside: { ...PRODUCT, '235': [X, 1, 28] } },
  '253': { digits: 13, own: [X, 0, 17], beside: {} },
  '255': { digits: 13, own: [DIGITS, 0, 12], beside: {} },
  '401': { digits: 0, own: [X, 1, 20], beside: {} },
  '402': { digits: 17, own: ['', 0, 0], beside: {} },
  '410': { digits: 13, own: ['', 0, 0], beside: {} },
  '411': { digits: 13, own: ['', 0, 0], beside: {} },
  '412': { digits: 13, own: ['', 0, 0], beside: {} },
  '413': { digits: 13, own: ['', 0, 0], beside: {} },
  '414': { digits: 13, own: ['', 0, 0], beside: { '254': [X, 1, 20] } },
  '415': { digits: 13, own: ['', 0, 0], beside: { '8020': [X, 1, 25] } },
  '416': { digits: 13, own: ['', 0, 0], beside: {} },
  '417': { digits: 13, own: ['', 0, 0], beside: {} },
  '8003': { digits: 13, own: [X, 0, 16], beside: {} },
  '8004': { digits: 0, own: [X, 1, 20], beside: {} },
  '8006': { digits: 14, own: [DIGITS, 4, 4], beside: PRODUCT },
  '8010': { digits: 0, own: [Y, 1, 20], beside: { '8011': [DIGITS, 1, 12] } },
  '8013': { digits: 0, own: [X, 1, 12], beside: {} },
  '8017': { digits: 18, own: ['', 0, 0], beside: { '8019': [DIGITS, 1, 10] } },
  '8018': { digits: 18, own: ['', 0, 0], beside: { '8019': [DIGITS, 1, 10] } },
};

export const ALL_KEYS = Object.keys(KEYS);

/** A thing with a key, at random; a third of the numbers begin with zeros. */
export function someThing(chance: Chance, ai: string): Thing {
  const rule = KEYS[ai];
  if (rule === undefined) throw new Error(`there is no key ${ai}`);
  const zeros = chance.once(3) ? '0'.repeat(chance.of([1, 2, 6])) : '';
  const body =
    rule.digits === 0
      ? chance.text(DIGITS, 9, 9)
      : (zeros + chance.text(DIGITS, 17, 17)).slice(0, rule.digits - 1);
  const checked = rule.digits === 0 ? body : body + checkDigit(body);
  const value = (ai === '8003' ? '0' : '') + checked + chance.text(...rule.own);
  const qualifiers = Object.entries(rule.beside).flatMap(([name, values]): [string, string][] => {
    if (chance.once(2)) return [];
    const text = ai === '414' && chance.once(5) ? '0' : chance.text(...values);
    return [[name, /^\.\.?$/.test(text) ? 'dots' : text]];
  });
  return { ai, value, qualifiers };
}

/** What CBV 2.0 (section 8.9.2) keeps of the qualifiers, by key, the first that is there; all of those keys that it does not list. */
const FINEST: Readonly<Record<string, readonly string[]>> = {
  '01': ['21', '235', '10'],
  '8006': ['21', '10'],
  '414': ['254'],
  '8010': ['8011'],
  '8017': [],
  '8018': [],
};

/** The TraceID that the design asks for. */
export function expectedTraceId({ ai, value, qualifiers }: Thing): string {
  const finest = (FINEST[ai] ?? ['8020']).find((name) => qualifiers.some(([own]) => own === name));
  const kept = qualifiers.filter(([name, text]) => name === finest && !(name === '254' && text === '0'));
  return `https://id.gs1.org/${[[ai, value] as const, ...kept].map(([name, text]) => `${name}/${reserved(text)}`).join('/')}`;
}

/** The TraceID of the lot beside a serial number; or null. */
export function expectedLot({ ai, value, qualifiers }: Thing): string | null {
  const found = new Map(qualifiers);
  const lot = found.get('10');
  const isItem = found.has('21') || found.has('235');
  return lot === undefined || !isItem ? null : expectedTraceId({ ai, value, qualifiers: [['10', lot]] });
}

function reserved(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!~*()]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%3B/g, ';')
    .replace(/%3D/g, '=');
}
