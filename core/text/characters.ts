import { faultOfCharacter } from './unicode.js';

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
    if (/[ -~]/.test(character)) {
      inARow = 0;
      continue;
    }
    const fault = faultOfCharacter(character);
    if (fault !== null) return fault;
    inARow = /\p{M}/u.test(character) ? inARow + 1 : 0;
    if (inARow > MOST_MARKS) return `has more than ${MOST_MARKS} combining marks in a row`;
  }
  return null;
}
