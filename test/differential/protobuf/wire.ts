import { concat } from '@cotrace/core';

/** A varint of 0…2^64−1; `longer`: how many bytes more than it needs. */
export function varint(value: bigint | number, longer = 0): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  for (let i = 0; i < longer; i++) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(0);
  }
  return Uint8Array.from(bytes);
}

export function tagOf(number: number, wireType: number): Uint8Array {
  return varint((BigInt(number) << 3n) | BigInt(wireType));
}

/** A length-delimited field. */
export function delimited(number: number, content: Uint8Array): Uint8Array {
  return concat(tagOf(number, 2), varint(content.length), content);
}
