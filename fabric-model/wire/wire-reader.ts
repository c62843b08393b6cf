import { MalformedError, fromUtf8 } from '@cotrace/core';

/** Wire types of protobuf, as numbered in its encoding specification. */
export const WIRE = { varint: 0, bit64: 1, bytes: 2, startGroup: 3, endGroup: 4, bit32: 5 } as const;

/** Field numbers of messages, and what Go's `ConsumeTag` lets pass within groups that nobody knows. */
const MAX_FIELD_NUMBER = 2 ** 29 - 1;
const MAX_NUMBER_IN_GROUP = 2 ** 31 - 1;
/** How many unknown groups may lie within each other: Go counts down from 10,000 and refuses below 0. */
const MAX_GROUP_DEPTH = 10_001;

const EMPTY = new Uint8Array();

/**
 * Reads protobuf's wire format between two offsets of a byte string and accepts exactly what Go's
 * `protowire` accepts. Every length is checked against the enclosing message before it is used.
 * All methods throw `MalformedError` with code `BAD_PROTOBUF`.
 */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  readonly end: number;
  at: number;
  /** Low and high 32 bits, unsigned, of the varint read last. */
  low = 0;
  high = 0;

  constructor(bytes: Uint8Array, what: string, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#what = what;
    this.at = at;
    this.end = end;
  }

  /** A reader of the next `length` bytes, which this one skips; `what` names them in errors. */
  nested(what: string): WireReader {
    const length = this.#length();
    const reader = new WireReader(this.#bytes, what, this.at, this.at + length);
    this.at += length;
    return reader;
  }

  /** Reads a varint of at most 64 bits into `low` and `high`. */
  varint(): void {
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      if (this.at >= this.end) throw this.error('a varint ends too early');
      const byte = this.#bytes[this.at++] ?? 0;
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else if (i < 9) high |= bits << (7 * i - 32);
      else if (byte > 1) throw this.error('a varint is longer than 64 bits');
      else high |= bits << 31;
      if (byte < 0x80) break;
    }
    this.low = low >>> 0;
    this.high = high >>> 0;
  }

  /** Reads a varint as an unsigned 64-bit integer. */
  uint64(): bigint {
    this.varint();
    return this.high === 0 ? BigInt(this.low) : (BigInt(this.high) << 32n) | BigInt(this.low);
  }

  /** Reads a field's tag: its number, 1…`max` (2^29−1), and its wire type. */
  tag(max = MAX_FIELD_NUMBER): { number: number; type: number } {
    this.varint();
    const number = this.high * 2 ** 29 + (this.low >>> 3);
    if (number < 1 || number > max) throw this.error('a field number is out of range');
    return { number, type: this.low & 7 };
  }

  /** Reads length-delimited bytes: a view of the bytes read from, not a copy. */
  bytes(): Uint8Array {
    const length = this.#length();
    this.at += length;
    return length === 0 ? EMPTY : this.#bytes.subarray(this.at - length, this.at);
  }

  /** Reads length-delimited text, which must be valid UTF-8; nothing is normalised. */
  text(): string {
    const bytes = this.bytes();
    try {
      return fromUtf8(bytes);
    } catch (cause) {
      throw this.error('a text is not valid UTF-8', cause);
    }
  }

  /** Skips the value of a field and returns its bytes as they stand. */
  skip(number: number, type: number): Uint8Array {
    const start = this.at;
    switch (type) {
      case WIRE.varint:
        this.varint();
        break;
      case WIRE.bit64:
        this.#advance(8);
        break;
      case WIRE.bytes:
        this.#advance(this.#length());
        break;
      case WIRE.startGroup:
        this.#skipGroup(number);
        break;
      case WIRE.bit32:
        this.#advance(4);
        break;
      default:
        throw this.error('a field has no valid wire type');
    }
    return this.#bytes.subarray(start, this.at);
  }

  error(message: string, cause?: unknown): MalformedError {
    return new MalformedError('BAD_PROTOBUF', `${this.#what}: ${message}`, { at: this.at }, cause);
  }

  /** Open groups are kept in a list, so that hostile nesting cannot exhaust the call stack. */
  #skipGroup(number: number): void {
    const open = [number];
    while (open.length > 0) {
      const tag = this.tag(MAX_NUMBER_IN_GROUP);
      if (tag.type === WIRE.endGroup) {
        if (open.pop() !== tag.number) throw this.error('a group does not end as it began');
      } else if (tag.type === WIRE.startGroup) {
        open.push(tag.number);
        if (open.length > MAX_GROUP_DEPTH) throw this.error('groups are nested too deeply');
      } else this.skip(tag.number, tag.type);
    }
  }

  #length(): number {
    this.varint();
    if (this.high !== 0 || this.low > this.end - this.at) throw this.error('a length exceeds what is left');
    return this.low;
  }

  #advance(count: number): void {
    if (count > this.end - this.at) throw this.error('a field ends too early');
    this.at += count;
  }
}

/** The same bytes as a plain `Uint8Array`: views of a Node `Buffer` would compare unequal to others. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array
    ? bytes
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
