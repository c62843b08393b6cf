import { utf8 } from '../bytes/bytes.js';
import { MalformedError } from '../errors.js';
import { MAX_JSON_DEPTH, checkJsonValue, type JsonValue } from './json-value.js';

/**
 * The value of a JSON text (RFC 8259) from someone who may be hostile. Beyond the grammar it refuses what
 * readers disagree about: a member named twice in one object, however its name is escaped; lone surrogates;
 * numbers beyond the range of a double. The text has at most `maxBytes` bytes of UTF-8, nests at most
 * `MAX_JSON_DEPTH` deep, and has at most `MAX_JSON_MEMBERS` members in one object, all checked before it is parsed.
 * `__proto__` is a member like any other.
 * Throws `TOO_LONG`, `BAD_JSON`, `DUPLICATE_MEMBER`.
 */
export function parseStrictJson(text: string, maxBytes: number): JsonValue {
  if (text.length > maxBytes || utf8(text).length > maxBytes) {
    throw new MalformedError('TOO_LONG', `the JSON text is longer than ${maxBytes} bytes`, { maxBytes });
  }
  checkBounds(text);
  const value = parse(text);
  checkJsonValue(value, 'BAD_JSON');
  checkMembers(text);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MalformedError('BAD_JSON', 'the text is not JSON', { start: text.slice(0, 80) }, cause);
  }
}

/** The most members that one object may have: beyond, engines take more than linear time for an object. */
export const MAX_JSON_MEMBERS = 10_000;

/** Judges nesting and members of a text that may not be JSON; where it is not, what is counted does not matter. */
function checkBounds(text: string): void {
  const enclosing: number[] = [];
  let commas = 0;
  for (let at = 0; at < text.length; at++) {
    const mark = text[at];
    if (mark === '{' || mark === '[') {
      if (enclosing.length > MAX_JSON_DEPTH) {
        throw new MalformedError('BAD_JSON', `the JSON text nests deeper than ${MAX_JSON_DEPTH} levels`, {
          at,
        });
      }
      enclosing.push(commas);
      // Arrays may have any number of items.
      commas = mark === '{' ? 0 : Number.NEGATIVE_INFINITY;
    } else if (mark === '}' || mark === ']') {
      commas = enclosing.pop() ?? 0;
    } else if (mark === ',') {
      commas += 1;
      if (commas >= MAX_JSON_MEMBERS) {
        throw new MalformedError('BAD_JSON', `an object has more than ${MAX_JSON_MEMBERS} members`, { at });
      }
    } else if (mark === '"') {
      at = endOfString(text, at);
    }
  }
}

/** Looks for members named twice in `text`, which is known to be JSON. Each character is visited once. */
function checkMembers(text: string): void {
  const enclosing: (Set<string> | null)[] = [];
  let names: Set<string> | null = null;
  let nameNext = false;
  for (let at = 0; at < text.length; at++) {
    const mark = text[at];
    if (mark === '{' || mark === '[') {
      enclosing.push(names);
      names = mark === '{' ? new Set() : null;
      nameNext = mark === '{';
    } else if (mark === '}' || mark === ']') {
      names = enclosing.pop() ?? null;
    } else if (mark === ',') {
      nameNext = names !== null;
    } else if (mark === '"') {
      const end = endOfString(text, at);
      if (nameNext) addName(names, String(JSON.parse(text.slice(at, end + 1))), at);
      nameNext = false;
      at = end;
    }
  }
}

function addName(names: Set<string> | null, name: string, at: number): void {
  if (names?.has(name) === true) {
    throw new MalformedError('DUPLICATE_MEMBER', `member ${name} occurs twice in one object`, { name, at });
  }
  names?.add(name);
}

/** Where the string that begins at `start` ends: at the first quote behind an even number of backslashes, or with the text. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); ; quote = text.indexOf('"', quote + 1)) {
    if (quote < 0) return text.length;
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return quote;
  }
}
