import { concat } from '@cotrace/core';
import { WIRE } from './wire-reader.js';

/** A field of bytes as protobuf writes it: nothing where there are none. `number` is 1 to 15. */
export function lengthDelimited(number: number, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  const head = [(number << 3) | WIRE.bytes];
  let rest = bytes.length;
  for (; rest > 0x7f; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
  return concat(Uint8Array.from([...head, rest]), bytes);
}
