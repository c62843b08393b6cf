import { MalformedError, concat, fromHex, toHex } from '@cotrace/core';

/** Identifier octets of the ASN.1 types that certificates, revocation lists and signatures use. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  t61String: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One element: its identifier octet, its contents, and the whole. Views of the bytes that were read, not copies. */
export class DerElement {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #contentAt: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, start: number, contentAt: number, end: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#contentAt = contentAt;
    this.#end = end;
  }

  get tag(): number {
    return this.#bytes[this.#start] ?? 0;
  }

  get content(): Uint8Array {
    return this.#bytes.subarray(this.#contentAt, this.#end);
  }

  get raw(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** A reader over the contents. */
  reader(what: string): DerReader {
    return new DerReader(this.#bytes, what, this.#contentAt, this.#end);
  }
}

/**
 * Reads DER elements from the front of a byte string: single-byte tags, definite lengths of at most four
 * octets in the shortest form. What follows the last element read is the caller's to judge (`end`), because
 * Fabric's Go code ignores it in some places and refuses it in others.
 *
 * Every method throws `BAD_DER`. Source: golang.org/x/crypto/cryptobyte `asn1.go`, encoding/asn1.
 */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  readonly #end: number;
  #at: number;

  /** Reads the bytes from `start` to before `end`, all of them by default; `what` names them in errors. */
  constructor(bytes: Uint8Array, what: string, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#what = what;
    this.#at = start;
    this.#end = end;
  }

  get empty(): boolean {
    return this.#at === this.#end;
  }

  /** Whether the next element has this tag. */
  next(tag: number): boolean {
    return this.#at < this.#end && this.#bytes[this.#at] === tag;
  }

  /** The next element, which must have this tag. */
  element(tag: number): DerElement {
    const start = this.#at;
    if (!this.next(tag)) throw this.#error(`tag ${tag} expected`);
    const { length, size } = this.#length(start + 1);
    const content = start + 1 + size;
    if (length > this.#end - content) throw this.#error('an element is longer than what is there');
    this.#at = content + length;
    return new DerElement(this.#bytes, start, content, this.#at);
  }

  /** The next element if it has this tag. */
  optional(tag: number): DerElement | null {
    return this.next(tag) ? this.element(tag) : null;
  }

  /** The next element of any tag. */
  any(): DerElement {
    const tag = this.empty ? undefined : this.#bytes[this.#at];
    if (tag === undefined || (tag & 0x1f) === 0x1f)
      throw this.#error('an element with a single-byte tag expected');
    return this.element(tag);
  }

  /** A reader over the contents of the next element, a SEQUENCE unless another tag is given. */
  inside(tag: number = TAG.sequence): DerReader {
    return this.element(tag).reader(this.#what);
  }

  /** Big-endian two's complement of the next INTEGER, in its shortest form. */
  integer(): Uint8Array {
    return integerOf(this.element(TAG.integer).content, this.#what);
  }

  /** The next INTEGER, which must be zero or more. */
  unsigned(): Uint8Array {
    const content = this.integer();
    if ((content[0] ?? 0) >= 0x80) throw this.#error('a negative integer');
    return content;
  }

  /** The next INTEGER, which must be from 0 to 2^63 - 1; rounded above 2^53. */
  count(): number {
    const content = this.unsigned();
    if (content.length > 8) throw this.#error('an integer that is too large');
    return Number(bigintOf(content));
  }

  /** The next BOOLEAN. */
  boolean(): boolean {
    return booleanOf(this.element(TAG.boolean).content, this.#what);
  }

  /** The octets of the next BIT STRING; its unused bits are zero. */
  bits(): Uint8Array {
    return bitsOf(this.element(TAG.bitString).content, this.#what).octets;
  }

  /** The bits of the next BIT STRING, shifted so that the last one is the lowest bit of the last octet. */
  bitString(): Uint8Array {
    return rightAligned(bitsOf(this.element(TAG.bitString).content, this.#what));
  }

  /** Checks that nothing is left. */
  end(): void {
    if (!this.empty) throw this.#error('octets after the end');
  }

  #length(at: number): { length: number; size: number } {
    const first = at < this.#end ? this.#bytes[at] : undefined;
    if (first === undefined) throw this.#error('an element without a length');
    if (first < 0x80) return { length: first, size: 1 };
    const octets = first & 0x7f;
    if (octets === 0 || octets > 4 || at + octets >= this.#end) {
      throw this.#error('an element of indefinite or huge length');
    }
    let length = 0;
    for (let i = 1; i <= octets; i++) length = length * 256 + (this.#bytes[at + i] ?? 0);
    if (length < 0x80 || this.#bytes[at + 1] === 0)
      throw this.#error('a length that is not in its shortest form');
    return { length, size: 1 + octets };
  }

  #error(why: string): MalformedError {
    return new MalformedError('BAD_DER', `${this.#what}: ${why}`, { at: this.#at });
  }
}

/** A BIT STRING: its octets, and how many of the last one's low bits do not count; these are zero. */
export interface Bits {
  readonly octets: Uint8Array;
  readonly unused: number;
}

/** Contents of an INTEGER, which must be in their shortest form. Throws `BAD_DER`. */
export function integerOf(content: Uint8Array, what: string): Uint8Array {
  const [first, second] = content;
  if (first === undefined) throw malformed(what, 'an integer without octets');
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw malformed(what, 'an integer that is not in its shortest form');
  }
  return content;
}

/** Value of the contents of a BOOLEAN. Throws `BAD_DER`. */
export function booleanOf(content: Uint8Array, what: string): boolean {
  const [value] = content;
  if (content.length !== 1 || (value !== 0 && value !== 0xff))
    throw malformed(what, 'a boolean that is neither true nor false');
  return value === 0xff;
}

/** Bits of the contents of a BIT STRING. Throws `BAD_DER`. */
export function bitsOf(content: Uint8Array, what: string): Bits {
  const [unused] = content;
  const octets = content.subarray(1);
  const last = octets.at(-1);
  if (unused === undefined || unused > 7 || (last === undefined && unused !== 0)) {
    throw malformed(what, 'a bit string with a wrong number of unused bits');
  }
  if (last !== undefined && (last & ((1 << unused) - 1)) !== 0)
    throw malformed(what, 'a bit string whose unused bits are not zero');
  return { octets, unused };
}

/** Octets of a BIT STRING, shifted so that its last bit is the lowest one of the last octet. */
export function rightAligned({ octets, unused }: Bits): Uint8Array {
  if (unused === 0) return octets;
  return octets.map((octet, i) => ((octets[i - 1] ?? 0) << (8 - unused)) | (octet >> unused));
}

/** Hexadecimal of the contents of an INTEGER that is zero or more, without leading zeros. */
export function hexOfUnsigned(content: Uint8Array): string {
  return toHex(content).replace(/^0+(?=.)/, '');
}

function malformed(what: string, why: string): MalformedError {
  return new MalformedError('BAD_DER', `${what}: ${why}`);
}

/** Unsigned number of big-endian bytes; none is zero. */
export function bigintOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/** One DER element: tag, shortest length, contents. Contents of less than 2^32 bytes. */
export function derElement(tag: number, content: Uint8Array): Uint8Array {
  const octets: number[] = [];
  for (let rest = content.length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  const length = content.length < 0x80 ? [content.length] : [0x80 | octets.length, ...octets];
  const element = new Uint8Array(1 + length.length + content.length);
  element.set([tag, ...length]);
  element.set(content, 1 + length.length);
  return element;
}

/** DER INTEGER of a number that is zero or more. */
export function derUnsigned(value: bigint): Uint8Array {
  const digits = value.toString(16);
  const octets = fromHex(digits.length % 2 === 0 ? digits : `0${digits}`);
  // The first bit is the sign: an octet that has it set needs a zero before it.
  return derElement(TAG.integer, (octets[0] ?? 0) < 0x80 ? octets : concat(Uint8Array.of(0), octets));
}
