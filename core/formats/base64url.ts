import { MalformedError } from '../errors.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NO_DIGIT = 0xff;
const DIGITS = new Uint8Array(128).fill(NO_DIGIT);
for (let i = 0; i < ALPHABET.length; i++) DIGITS[ALPHABET.charCodeAt(i)] = i;

/** Unpadded base64url of bytes (RFC 4648, section 5). */
export function toBase64url(bytes: Uint8Array): string {
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const digits = Math.min(bytes.length - at, 3) + 1;
    for (let i = 0; i < digits; i++) chunks.push(ALPHABET.charAt((group >>> (18 - 6 * i)) & 63));
  }
  return chunks.join('');
}

/**
 * Bytes of unpadded base64url, at most `maxBytes` of them, which is checked before anything is decoded. Every byte
 * string has exactly one text: padding, white space, other alphabets and tail bits that are not zero are refused.
 * Throws `TOO_LONG`, `BAD_BASE64URL`.
 */
export function fromBase64url(text: string, maxBytes: number): Uint8Array {
  const length = Math.floor((text.length * 3) / 4);
  if (length > maxBytes) {
    throw new MalformedError('TOO_LONG', `${length} bytes of base64url, more than ${maxBytes}`, {
      length,
      maxBytes,
    });
  }
  if (text.length % 4 === 1) throw badText(text, text.length - 1);
  const bytes = new Uint8Array(length);
  let bits = 0;
  let pending = 0;
  let filled = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = DIGITS[text.charCodeAt(at)] ?? NO_DIGIT;
    if (digit === NO_DIGIT) throw badText(text, at);
    bits = ((bits << 6) | digit) & 0xfff;
    pending += 6;
    if (pending >= 8) {
      pending -= 8;
      bytes[filled++] = (bits >>> pending) & 0xff;
    }
  }
  if ((bits & ((1 << pending) - 1)) !== 0) throw badText(text, text.length - 1);
  return bytes;
}

function badText(text: string, at: number): MalformedError {
  return new MalformedError('BAD_BASE64URL', `not canonical base64url at character ${at}`, {
    at,
    character: text.charAt(at),
  });
}
