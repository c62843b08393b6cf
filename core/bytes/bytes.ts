import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { MalformedError } from '../errors.js';

/** Concatenation of byte strings. */
export const concat = concatBytes;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Above this length, a text that grows by two characters at a time costs more than linear time: its parts outlive the collector's young ones. */
const LONG = 1024;
const HEX_DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Lower-case hexadecimal of bytes. */
export function toHex(bytes: Uint8Array): string {
  if (bytes.length <= LONG) return bytesToHex(bytes);
  const digits = new Uint8Array(2 * bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const octet = bytes[i] ?? 0;
    digits[2 * i] = HEX_DIGITS[octet >> 4] ?? 0;
    digits[2 * i + 1] = HEX_DIGITS[octet & 15] ?? 0;
  }
  return strictUtf8.decode(digits);
}

const encoder = new TextEncoder();

/** Text up to this length, in UTF-16 units, takes at most three times as many bytes. */
const SHORT = 1024;
const short = new Uint8Array(3 * SHORT);

/** UTF-8 bytes of text. */
export function utf8(text: string): Uint8Array {
  // Copying short text takes half the time of having the encoder make an array.
  if (text.length <= SHORT) return short.slice(0, encoder.encodeInto(text, short).written);
  const { buffer, byteOffset, byteLength } = encoder.encode(text);
  // Of this realm, wherever the encoder is from.
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Text of UTF-8 bytes. Throws `BAD_UTF8` on bytes that are not valid UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (cause) {
    throw new MalformedError('BAD_UTF8', 'bytes are not valid UTF-8', { length: bytes.length }, cause);
  }
}

/** Bytes of hexadecimal text; `length`, if given, is the number of bytes wanted. Throws `BAD_HEX`. */
export function fromHex(text: string, length?: number): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text) || (length !== undefined && text.length !== 2 * length)) {
    const wanted = length === undefined ? 'an even number of' : String(2 * length);
    throw new MalformedError('BAD_HEX', `expected ${wanted} lower-case hexadecimal digits`, {
      text: text.slice(0, 80),
    });
  }
  return hexToBytes(text);
}

/** Whether two byte strings are the same. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Order of two byte strings, as `Array.sort` wants it. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
