import { concat } from '@cotrace/core';
import { varint } from './varint.js';
import { WIRE } from './wire-reader.js';

/** A field of bytes as protobuf writes it: nothing where there are none. `number` is 1 to 15. */
export function lengthDelimited(number: number, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  return concat(Uint8Array.of((number << 3) | WIRE.bytes), varint(bytes.length), bytes);
}
