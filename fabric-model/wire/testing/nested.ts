import { concat } from '@cotrace/core';

/** A length as protobuf writes it. */
export function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

/**
 * Messages within each other, put together from the inside without encoding the whole each time: `levels` times, what
 * `head` gives for the length of what follows it is put in front of `innermost`.
 */
export function nested(
  innermost: Uint8Array,
  levels: number,
  head: (length: number) => readonly number[],
): Uint8Array {
  const parts = [innermost];
  let length = innermost.length;
  for (let i = 0; i < levels; i++) {
    const part = Uint8Array.from(head(length));
    parts.push(part);
    length += part.length;
  }
  return concat(...parts.reverse());
}
