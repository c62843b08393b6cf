import { canonicalJson, canonicalTraceId, isCotraceError, trimSpace, type JsonValue } from '@cotrace/core';
import { isDateTime } from './date-time.js';
import { at, type Faults, type Path } from './fault.js';
import { isArray, isObject } from './json.js';
import { isUri } from './uri.js';

/** A rule on a JSON value: adds what is wrong with `value`, which is at `path`, to `faults`. */
export type Check = (value: JsonValue, path: Path, faults: Faults) => void;

/** What is in a message for `value`, short. */
function shown(value: JsonValue): string {
  if (isArray(value)) return 'an array';
  if (isObject(value)) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** How to write what a value probably means; null where that is not known. */
type Spelling = (value: JsonValue) => string | null;

/** What `holds`; a message says that it `expected` that, and how to `spell` what was found. */
export function that(
  expected: string,
  holds: (value: JsonValue) => boolean,
  spell: Spelling = () => null,
): Check {
  return (value, path, faults) => {
    if (holds(value)) return;
    const spelling = spell(value);
    const hint = spelling === null ? '' : `; write ${spelling}`;
    faults.add(path, `expected ${expected}, found ${shown(value)}${hint}`);
  };
}

export const anyText = that('a text', (value) => typeof value === 'string');
export const anyNumber = that(
  'a number',
  (value) => typeof value === 'number',
  (value) =>
    typeof value === 'string' && /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/.test(value)
      ? `${value} without quotation marks`
      : null,
);
export const anyBoolean = that('true or false', (value) => typeof value === 'boolean');
export const uri = that('a URI', (value) => typeof value === 'string' && isUri(value), linkOf);

/** A URI without the white space around it, or an element string as a URI. */
function linkOf(value: JsonValue): string | null {
  if (typeof value !== 'string') return null;
  const trimmed = trimSpace(value);
  if (isUri(trimmed)) return trimmed;
  if (!trimmed.startsWith('(')) return null;
  try {
    const traceId = canonicalTraceId(value);
    return isUri(traceId) ? traceId : null;
  } catch (error) {
    if (!isCotraceError(error, 'BAD_TRACE_ID')) throw error;
    return null;
  }
}

export const dateTime = that(
  'a date and time with an offset, such as 2026-04-17T09:26:42.000-04:00',
  (value) => typeof value === 'string' && isDateTime(value),
);

/** A text that matches `pattern`. */
export function textLike(pattern: RegExp, expected: string, spell?: Spelling): Check {
  return that(expected, (value) => typeof value === 'string' && pattern.test(value), spell);
}

/** One of `words`. */
export function oneOf(words: readonly string[]): Check {
  return that(`one of ${words.join(', ')}`, (value) => words.some((word) => word === value));
}

/** A word of a standard vocabulary, or a URI (or CURIE) of somebody else that does not match `taken`. */
export function vocabulary(what: string, words: readonly string[], taken: RegExp): Check {
  const known = new Set<JsonValue>(words);
  const list = words.length > 20 ? '' : ` (${words.join(', ')})`;
  return that(
    `${what}${list}, or a URI of your own vocabulary`,
    (value) => known.has(value) || (typeof value === 'string' && isUri(value) && !taken.test(value)),
    // A URN of CBV 1.2 ends in the bare word, a URI of the web vocabulary in the word behind its kind. People capitalize.
    (value) => {
      if (typeof value !== 'string') return null;
      const word = taken.test(value) ? value.replace(/^.*[:/-]/s, '') : value;
      const plain = word.trim().toLowerCase().replaceAll(/[ -]/g, '_');
      return [word, plain].find((one) => known.has(one)) ?? null;
    },
  );
}

/** An array of at least `min` items, no two equal if `unique`. */
export function arrayOf(item: Check, { min = 0, unique = false } = {}): Check {
  return (value, path, faults) => {
    if (!isArray(value)) {
      faults.add(path, `expected an array, found ${shown(value)}`);
      return;
    }
    if (value.length < min) faults.add(path, `expected at least ${min} entry, found none`);
    const seen = new Set<string>();
    value.forEach((entry, i) => {
      item(entry, at(path, i), faults);
      if (!unique) return;
      const text = canonicalJson(entry);
      if (seen.has(text)) faults.add(at(path, i), 'expected no two equal entries, found this one again');
      seen.add(text);
    });
  };
}

export interface ObjectRule {
  readonly members: Readonly<Record<string, Check>>;
  readonly required?: readonly string[];
  /**
   * Members besides those named: `none`, `extensions` (their names are URIs or CURIEs), or `any`.
   */
  readonly others: 'none' | 'extensions' | 'any';
}

/** An object with the named members. */
export function objectOf({ members, required = [], others }: ObjectRule): Check {
  const known = new Map(Object.entries(members));
  return (value, path, faults) => {
    if (!isObject(value)) {
      faults.add(path, `expected an object, found ${shown(value)}`);
      return;
    }
    for (const name of required) {
      if (!Object.hasOwn(value, name)) faults.add(at(path, name), 'is required but missing');
    }
    for (const [name, inner] of Object.entries(value)) {
      const check = known.get(name);
      if (check !== undefined) check(inner, at(path, name), faults);
      else if (others === 'none') faults.add(at(path, name), `is not one of ${[...known.keys()].join(', ')}`);
      else if (others === 'extensions' && !isUri(name)) {
        faults.add(at(path, name), 'is not a standard field here; name an extension by prefix:name or URI');
      }
    }
  };
}

/** All of `checks`. */
export function all(...checks: readonly Check[]): Check {
  return (value, path, faults) => {
    for (const check of checks) check(value, path, faults);
  };
}
