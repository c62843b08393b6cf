import { utf8 } from '../bytes/bytes.js';
import { MalformedError } from '../errors.js';
import type { JsonValue } from './json-value.js';
import { checkJsonValue } from './json-value.js';

/**
 * The value of a JSON text (RFC 8259) from someone who may be hostile. Beyond the grammar it refuses what
 * readers disagree about: a member named twice in one object, however its name is escaped; lone surrogates;
 * numbers beyond the range of a double. The text has at most `maxBytes` bytes of UTF-8, checked before it is
 * parsed, and nests at most `MAX_JSON_DEPTH` deep. `__proto__` is a member like any other.
 * Throws `TOO_LONG`, `BAD_JSON`, `DUPLICATE_MEMBER`.
 */
export function parseStrictJson(text: string, maxBytes: number): JsonValue {
  if (text.length > maxBytes || utf8(text).length > maxBytes) {
    throw new MalformedError('TOO_LONG', `the JSON text is longer than ${maxBytes} bytes`, { maxBytes });
  }
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

/** Where the string that begins at `start` ends: at the first quote behind an even number of backslashes. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); ; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return quote;
  }
}
