import { MalformedError } from '../errors.js';
import { concat, fromUtf8, utf8 } from './bytes.js';

const U32_MAX = 0xffffffff;
const U64_MAX = 0xffffffffffffffffn;

function rangeError(type: string, value: number | bigint): MalformedError {
  return new MalformedError('OUT_OF_RANGE', `${String(value)} does not fit ${type}`, {
    value: String(value),
  });
}

/** Big-endian unsigned integer of 1 byte, 0…255. */
export function u8(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xff) throw rangeError('u8', value);
  return Uint8Array.of(value);
}

/** Big-endian unsigned integer of 2 bytes, 0…65535. */
export function u16(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff) throw rangeError('u16', value);
  return Uint8Array.of(value >>> 8, value & 0xff);
}

/** Big-endian unsigned integer of 4 bytes, 0…2^32−1. */
export function u32(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > U32_MAX) throw rangeError('u32', value);
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

/** Big-endian unsigned integer of 8 bytes, 0…2^64−1. */
export function u64(value: bigint): Uint8Array {
  if (value < 0n || value > U64_MAX) throw rangeError('u64', value);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

/** Length-prefixed bytes: `u32 length || bytes`; text is taken as UTF-8. */
export function lp(value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === 'string' ? utf8(value) : value;
  return concat(u32(bytes.length), bytes);
}

/**
 * Reads a byte string from its front. Every length is checked against what is left before anything
 * is taken, so that hostile lengths allocate nothing. `what` names the format in errors.
 */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  #at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#what = what;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** The next `length` bytes, as a copy. Throws `TRUNCATED`. */
  take(length: number): Uint8Array {
    const at = this.#pass(length);
    return this.#bytes.slice(at, at + length);
  }

  u8(): number {
    return this.#view.getUint8(this.#pass(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#pass(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#pass(4));
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#pass(8));
  }

  /** Length-prefixed bytes of at most `max` bytes. Throws `TOO_LONG`, `TRUNCATED`. */
  lp(max: number): Uint8Array {
    const length = this.u32();
    if (length > max) {
      throw new MalformedError('TOO_LONG', `a field of ${this.#what} is longer than ${max} bytes`, {
        at: this.#at,
        length,
      });
    }
    return this.take(length);
  }

  /** Length-prefixed UTF-8 text of at most `max` bytes. */
  text(max: number): string {
    return fromUtf8(this.lp(max));
  }

  /** Takes `bytes` and checks that they are the ones expected. Throws `BAD_TAG`. */
  expect(bytes: Uint8Array): void {
    const at = this.#pass(bytes.length);
    if (bytes.some((byte, i) => byte !== this.#bytes[at + i])) {
      throw new MalformedError('BAD_TAG', `${this.#what} does not begin with its tag`, { at });
    }
  }

  /** Checks that nothing is left. Throws `TRAILING_BYTES`. */
  end(): void {
    if (this.left > 0) {
      throw new MalformedError('TRAILING_BYTES', `${this.#what} has ${this.left} extra bytes`, {
        at: this.#at,
      });
    }
  }

  /** Goes on behind the next `length` bytes; where they begin. Throws `TRUNCATED`. */
  #pass(length: number): number {
    const at = this.#at;
    if (length > this.left) {
      throw new MalformedError('TRUNCATED', `${this.#what} ends too early`, {
        at,
        wanted: length,
        left: this.left,
      });
    }
    this.#at = at + length;
    return at;
  }
}
