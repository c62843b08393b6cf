// RLP (Ethereum yellow paper, appendix B), written from the front: lengths are known before anything is written.

import { copyBytes } from './bytes';

/** Bytes before a string or list of `length` bytes; a single small byte has none, which the caller knows. */
export function headSize(length: u32): u32 {
  if (length <= 55) return 1;
  return length <= 0xff ? 2 : length <= 0xffff ? 3 : 4;
}

/** Writes the head of a string (`base` 0x80) or list (0xc0); answers where it ends. */
export function writeHead(to: usize, base: u32, length: u32): usize {
  if (length <= 55) {
    store<u8>(to, base + length);
    return to + 1;
  }
  const digits = headSize(length) - 1;
  store<u8>(to, base + 55 + digits);
  for (let i: u32 = 0; i < digits; i++) store<u8>(to + 1 + <usize>i, length >> (8 * (digits - 1 - i)));
  return to + 1 + <usize>digits;
}

/** Size of the RLP of a string. */
export function stringSize(bytes: usize, length: u32): u32 {
  return length == 1 && load<u8>(bytes) < 0x80 ? 1 : headSize(length) + length;
}

/** Writes the RLP of a string; answers where it ends. */
export function writeString(to: usize, bytes: usize, length: u32): usize {
  if (length != 1 || load<u8>(bytes) >= 0x80) to = writeHead(to, 0x80, length);
  copyBytes(to, bytes, length);
  return to + <usize>length;
}
