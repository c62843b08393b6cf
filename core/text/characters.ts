import { ASSIGNED } from './unicode-15.js';

/** Where ranges of assigned code points begin and end (exclusive), by turns, rising. */
const BOUNDS: readonly number[] = boundsOf(ASSIGNED);

function boundsOf(table: string): number[] {
  let last = 0;
  return table
    .trim()
    .split(/\s+/)
    .map((step) => (last += Number.parseInt(step, 36)));
}

/** Whether Unicode 15.0 has a character at a code point; private use and surrogates count as characters there. */
export function isAssigned(codePoint: number): boolean {
  let [low, high] = [0, BOUNDS.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((BOUNDS[middle] ?? 0) <= codePoint) low = middle + 1;
    else high = middle;
  }
  return low % 2 === 1;
}

const SPACES = '\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff';
const SPACE = new RegExp(`[${SPACES}]`);

/**
 * What nobody sees, in Unicode 15.0: controls, formats (bidirectional ones too), what is ignored where a font does not know
 * it (Default_Ignorable_Code_Point), and letters and symbols that are blank.
 */
const HIDDEN = new RegExp(
  '[\\0-\\x1f\\x7f-\\x9f\\xad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u115f\\u1160\\u17b4\\u17b5' +
    '\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb' +
    '\\u{110bd}\\u{110cd}\\u{13430}-\\u{1343f}\\u{16fe4}\\u{1bca0}-\\u{1bca3}\\u{1d159}\\u{1d173}-\\u{1d17a}' +
    '\\u{e0000}-\\u{e0fff}]',
  'u',
);

/** `text` without the white space around it. */
export function trimSpace(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && SPACE.test(text.charAt(start))) start++;
  while (end > start && SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** `text` with the letters A to Z in lower case, and all others as they are. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Sorting the marks of one character takes time quadratic in their number (Unicode Standard Annex 15, section 13). */
const MOST_MARKS = 30;

/**
 * Why `text` cannot be an identifier: it has characters that nobody sees, white space other than U+0020, or what
 * Unicode 15.0 does not have; or null. Equal in every process, whatever Unicode it knows.
 */
export function faultOfCharacters(text: string): string | null {
  let inARow = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (codePoint > 0x1f && codePoint < 0x7f) {
      inARow = 0;
      continue;
    }
    const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) return 'holds a lone surrogate';
    if (!isAssigned(codePoint)) return `holds ${name}, which is not a character of Unicode 15.0`;
    if (HIDDEN.test(character)) return `holds ${name}, which nobody sees`;
    if (SPACE.test(character)) return `holds ${name}, white space that looks like another`;
    inARow = /\p{M}/u.test(character) ? inARow + 1 : 0;
    if (inARow > MOST_MARKS) return `has more than ${MOST_MARKS} combining marks in a row`;
  }
  return null;
}
