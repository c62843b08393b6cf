import { ASSIGNED } from './unicode-15.js';
import { SPACE } from './white-space.js';

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

/** Why a character that is not of ASCII, or a control, cannot be in an identifier; or null. */
export function faultOfCharacter(character: string): string | null {
  const codePoint = character.codePointAt(0) ?? 0;
  const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return 'holds a lone surrogate';
  if (!isAssigned(codePoint)) return `holds ${name}, which is not a character of Unicode 15.0`;
  if (HIDDEN.test(character)) return `holds ${name}, which nobody sees`;
  if (SPACE.test(character)) return `holds ${name}, white space that looks like another`;
  return null;
}
