import { hasCheckDigit } from './check-digit.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** First bytes of a compressed link that begins with a GTIN: AI 01, or a sequence of AIs with 01 as the first. */
const GTIN_FIRST = /^(?:01|0[A-F]|1[A-F])$/;

/**
 * Whether a path segment is likely a compressed Digital Link (URI syntax 1.2, section 8): it begins with a GTIN or an SSCC
 * whose check digit is right. One in ten that looks like it by chance is not.
 */
export function looksCompressed(segment: string): boolean {
  if (!/^[A-Za-z0-9_-]{10,100}$/.test(segment)) return false;
  const bits = Array.from(segment, (c) => ALPHABET.indexOf(c).toString(2).padStart(6, '0')).join('');
  const first = Number.parseInt(bits.slice(0, 8), 2).toString(16).toUpperCase().padStart(2, '0');
  if (first === '00') return isNumber(bits.slice(8, 8 + 60), 60, 18);
  return GTIN_FIRST.test(first) && isNumber(bits.slice(8, 8 + 47), 47, 14);
}

function isNumber(bits: string, length: number, digits: number): boolean {
  const text = BigInt(`0b${bits}`).toString().padStart(digits, '0');
  return bits.length === length && text.length === digits && hasCheckDigit(text);
}
