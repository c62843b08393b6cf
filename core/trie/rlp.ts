import { concat } from '../bytes/bytes.js';
import { MalformedError } from '../errors.js';

/** RLP of a byte string (Ethereum yellow paper, appendix B). */
export function rlpBytes(bytes: Uint8Array): Uint8Array {
  const [first] = bytes;
  if (bytes.length === 1 && first !== undefined && first < 0x80) return bytes;
  return concat(rlpPrefix(0x80, bytes.length), bytes);
}

/** RLP of a list of items that are in RLP already. */
export function rlpList(items: readonly Uint8Array[]): Uint8Array {
  const length = items.reduce((sum, item) => sum + item.length, 0);
  return concat(rlpPrefix(0xc0, length), ...items);
}

function rlpPrefix(base: number, length: number): Uint8Array {
  if (length <= 55) return Uint8Array.of(base + length);
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return Uint8Array.of(base + 55 + digits.length, ...digits);
}

/** An item of a list: its whole RLP, and what it holds. */
export interface RlpItem {
  readonly isList: boolean;
  readonly rlp: Uint8Array;
  /** A string's bytes, or a list's items one after the other. */
  readonly payload: Uint8Array;
}

/**
 * The items of the list that is the whole of `bytes`, as views of it. Only the shortest coding of a length is
 * taken, as Ethereum's rules want. Throws `BAD_RLP`.
 */
export function readRlpList(bytes: Uint8Array): RlpItem[] {
  const list = readItem(bytes);
  if (!list.isList || list.rlp.length !== bytes.length) throw badRlp('is not one list', bytes);
  const items: RlpItem[] = [];
  for (let rest = list.payload; rest.length > 0;) {
    const item = readItem(rest);
    items.push(item);
    rest = rest.subarray(item.rlp.length);
  }
  return items;
}

function readItem(bytes: Uint8Array): RlpItem {
  const [first] = bytes;
  if (first === undefined) throw badRlp('is empty', bytes);
  if (first < 0x80) return { isList: false, rlp: bytes.subarray(0, 1), payload: bytes.subarray(0, 1) };
  const isList = first >= 0xc0;
  const code = first - (isList ? 0xc0 : 0x80);
  const digits = Math.max(0, code - 55);
  const start = 1 + digits;
  const length = digits === 0 ? code : readLength(bytes, digits);
  if (length > bytes.length - start) throw badRlp('ends too early', bytes);
  const item = {
    isList,
    rlp: bytes.subarray(0, start + length),
    payload: bytes.subarray(start, start + length),
  };
  if (!isList && length === 1 && (item.payload[0] ?? 0) < 0x80) {
    throw badRlp('encodes a small byte with a length', bytes);
  }
  return item;
}

/** A length of `digits` bytes behind the first. Four are enough for everything that memory holds. */
function readLength(bytes: Uint8Array, digits: number): number {
  if (digits > 4 || digits >= bytes.length) throw badRlp('has no such length', bytes);
  let length = 0;
  for (const digit of bytes.subarray(1, 1 + digits)) length = length * 256 + digit;
  if (bytes[1] === 0 || length <= 55) throw badRlp('encodes a length with too many bytes', bytes);
  return length;
}

function badRlp(what: string, bytes: Uint8Array): MalformedError {
  return new MalformedError('BAD_RLP', `the RLP ${what}`, { length: bytes.length });
}
