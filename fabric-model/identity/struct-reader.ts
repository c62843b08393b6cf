import { MalformedError } from '@cotrace/core';
import { TAG, bitsOf, booleanOf, integerOf, type Bits } from './der.js';
import { oidText } from './oid.js';
import { STRING_TAGS, stringOf } from './string.js';
import { timeOf } from './time.js';

/** Identifier of an element whose tag takes several octets: none that is looked for. */
const OTHER = -1;
const CONTEXT = 0xa0;

interface Header {
  readonly identifier: number;
  /** Where the contents begin. */
  readonly start: number;
  readonly length: number;
}

/**
 * Reads the fields of a structure as Go's `encoding/asn1` does, which differs from `DerReader` (and `crypto/x509`): optional fields
 * must still begin like an element, tags may take several octets, elements after the last field are ignored. Fabric reads revocation
 * lists with it, and certificates whose signature it rewrites.
 *
 * Every method throws `BAD_DER`. Source: Go 1.26 encoding/asn1 `parseField`.
 */
export class StructReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  get empty(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Contents of the next field, which must have one of these identifiers. */
  field(...identifiers: readonly number[]): Uint8Array {
    const content = this.optional(...identifiers);
    if (content === null) throw this.#error('a field is missing');
    return content;
  }

  /** Contents of the next field if it has one of these identifiers. */
  optional(...identifiers: readonly number[]): Uint8Array | null {
    if (this.empty) return null;
    const header = this.#header(this.#at);
    return identifiers.includes(header.identifier) ? this.#take(header) : null;
  }

  /** The same within an explicit tag of this number. */
  optionalExplicit(tag: number, identifier: number): Uint8Array | null {
    if (this.empty) return null;
    const outer = this.#header(this.#at);
    if (outer.start === this.#bytes.length) throw this.#error('an explicit tag without a child');
    if (outer.identifier === CONTEXT + tag && outer.length > 0) {
      // As in Go, where the explicit tag ends does not matter.
      const inner = this.#header(outer.start);
      return inner.identifier === identifier ? this.#take(inner) : null;
    }
    if (outer.length === 0 && (outer.identifier | 0x20) === CONTEXT + tag)
      throw this.#error('an empty explicit tag');
    return null;
  }

  /** Identifier and contents of the next field, whatever it is. */
  any(): { readonly identifier: number; readonly content: Uint8Array } {
    if (this.empty) throw this.#error('a field is missing');
    const header = this.#header(this.#at);
    return { identifier: header.identifier, content: this.#take(header) };
  }

  /** The next field, a SEQUENCE unless another identifier is given, to read. */
  inside(identifier: number = TAG.sequence): StructReader {
    return new StructReader(this.field(identifier), this.#what);
  }

  /** The elements of the next field, a SEQUENCE OF or SET OF structures. */
  *each(identifier: number = TAG.sequence): Generator<StructReader> {
    const list = this.inside(identifier);
    while (!list.empty) yield list.inside();
  }

  integer(): Uint8Array {
    return integerOf(this.field(TAG.integer), this.#what);
  }

  oid(): string {
    return oidText(this.field(TAG.objectIdentifier));
  }

  bits(): Bits {
    return bitsOf(this.field(TAG.bitString), this.#what);
  }

  /** Checks the next field as a BIT STRING if it has this implicit identifier. */
  optionalBits(identifier: number): void {
    const content = this.optional(identifier);
    if (content !== null) bitsOf(content, this.#what);
  }

  /** The next field if it is a BOOLEAN, false otherwise. */
  optionalBoolean(): boolean {
    const content = this.optional(TAG.boolean);
    return content !== null && booleanOf(content, this.#what);
  }

  /** Checks the next field, a time. */
  time(): void {
    this.#checkTime(this.any());
  }

  /** Checks the next field if it is a time. */
  optionalTime(): void {
    if (this.empty) return;
    const { identifier } = this.#header(this.#at);
    if (identifier === TAG.utcTime || identifier === TAG.generalizedTime) this.time();
  }

  /** Checks the next field as a value of any type. */
  anyValue(): void {
    const value = this.any();
    const { identifier, content } = value;
    if (STRING_TAGS.includes(identifier)) stringOf(identifier, content);
    else if (identifier === TAG.boolean) booleanOf(content, this.#what);
    else if (identifier === TAG.integer) this.checkInt64(content);
    else if (identifier === TAG.bitString) bitsOf(content, this.#what);
    else if (identifier === TAG.objectIdentifier) oidText(content);
    else if (identifier === TAG.utcTime || identifier === TAG.generalizedTime) this.#checkTime(value);
  }

  /** The next INTEGER if there is one, of at most 64 bits. */
  optionalInt64(): void {
    const content = this.optional(TAG.integer);
    if (content !== null) this.checkInt64(content);
  }

  /** Checks the contents of an INTEGER of at most 64 bits. */
  checkInt64(content: Uint8Array): void {
    if (integerOf(content, this.#what).length > 8) throw this.#error('an integer that is too large');
  }

  #checkTime({ identifier, content }: { readonly identifier: number; readonly content: Uint8Array }): void {
    if (identifier !== TAG.utcTime && identifier !== TAG.generalizedTime)
      throw this.#error('a time is missing');
    timeOf(content, { utc: identifier === TAG.utcTime, fractions: true });
  }

  #take({ start, length }: Header): Uint8Array {
    if (length > this.#bytes.length - start) throw this.#error('a field is longer than what is there');
    this.#at = start + length;
    return this.#bytes.subarray(start, this.#at);
  }

  #header(at: number): Header {
    const first = this.#bytes[at] ?? 0;
    const isLong = (first & 0x1f) === 0x1f;
    const lengthAt = isLong ? this.#tagEnd(at + 1) : at + 1;
    const octet = this.#bytes[lengthAt];
    if (octet === undefined) throw this.#error('a field without a length');
    if (octet === 0x80) throw this.#error('a field of indefinite length');
    const octets = octet < 0x80 ? 0 : octet & 0x7f;
    let length = octets === 0 ? octet : 0;
    for (let i = 1; i <= octets; i++) {
      const digit = this.#bytes[lengthAt + i];
      if (digit === undefined || length >= 2 ** 23) throw this.#error('a field of huge length');
      length = length * 256 + digit;
      if (length === 0) throw this.#error('a length that is not in its shortest form');
    }
    if (octet >= 0x80 && length < 0x80) throw this.#error('a length that is not in its shortest form');
    return { identifier: isLong ? OTHER : first, start: lengthAt + 1 + octets, length };
  }

  /** Where a tag of several octets ends. */
  #tagEnd(from: number): number {
    let tag = 0;
    for (let at = from; at < this.#bytes.length; at++) {
      const octet = this.#bytes[at] ?? 0;
      if ((at === from && octet === 0x80) || tag >= 2 ** 24) break;
      tag = tag * 128 + (octet & 0x7f);
      if (octet >= 0x80) continue;
      if (tag < 0x1f) break;
      return at + 1;
    }
    throw this.#error('a tag that cannot be read');
  }

  #error(why: string): MalformedError {
    return new MalformedError('BAD_DER', `${this.#what}: ${why}`, { at: this.#at });
  }
}
