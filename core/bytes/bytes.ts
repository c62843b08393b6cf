import { MalformedError } from '../errors.js';

/** Concatenation of byte strings. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const HEX_DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Lower-case hexadecimal of bytes. A text that grew by two characters at a time would cost more than linear time. */
export function toHex(bytes: Uint8Array): string {
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

const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text of UTF-8 bytes. Throws `BAD_UTF8` with the offset of the first character that is not valid UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (cause) {
    const offset = firstInvalid(bytes);
    throw new MalformedError(
      'BAD_UTF8',
      `bytes are not valid UTF-8 from byte ${offset} on`,
      { length: bytes.length, offset },
      cause,
    );
  }
}

/** Where bytes that are not UTF-8 first differ from what they are taken for, with U+FFFD (ef bf bd) for what is invalid. */
function firstInvalid(bytes: Uint8Array): number {
  const taken = utf8(lenientUtf8.decode(bytes));
  let at = 0;
  while (at < bytes.length && bytes[at] === taken[at]) at++;
  // A character that was cut may begin as U+FFFD does.
  if (bytes[at - 1] === 0xef) return at - 1;
  return bytes[at - 2] === 0xef && bytes[at - 1] === 0xbf ? at - 2 : at;
}

/** Bytes of hexadecimal text; `length`, if given, is the number of bytes wanted. Throws `BAD_HEX`. */
export function fromHex(text: string, length?: number): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text) || (length !== undefined && text.length !== 2 * length)) {
    const wanted = length === undefined ? 'an even number of' : String(2 * length);
    throw new MalformedError('BAD_HEX', `expected ${wanted} lower-case hexadecimal digits`, {
      text: text.slice(0, 80),
    });
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (digitAt(text, 2 * i) << 4) | digitAt(text, 2 * i + 1);
  return bytes;
}

function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 0x3a ? code - 0x30 : code - 0x57;
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
