import { MalformedError } from '../errors.js';

const U64_MAX = 0xffffffffffffffffn;

/** The decimal text of an unsigned integer of 64 bits, as JSON carries it. Throws `OUT_OF_RANGE`. */
export function formatU64(value: bigint): string {
  if (value < 0n || value > U64_MAX) {
    throw new MalformedError('OUT_OF_RANGE', `${value} does not fit u64`, { value: String(value) });
  }
  return String(value);
}

/** The integer of a decimal text: digits alone, no leading zero, at most 2^64−1. Throws `BAD_U64`. */
export function parseU64(text: string): bigint {
  const value = /^(?:0|[1-9][0-9]{0,19})$/.test(text) ? BigInt(text) : undefined;
  if (value === undefined || value > U64_MAX) {
    throw new MalformedError('BAD_U64', 'expected a decimal number, 0 to 2^64-1', {
      text: text.slice(0, 40),
    });
  }
  return value;
}
