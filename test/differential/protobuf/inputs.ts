import { ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { concat, fromHex, utf8 } from '@cotrace/core';
import type { Random } from '../../faults/random.js';
import { delimited, tagOf, varint } from './wire.js';

const NONE = new Uint8Array();
/** Values of varints about which implementations may differ. */
const NUMBERS = [0n, 1n, 2n, 127n, 128n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n].concat([
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
]);
/** Field numbers: of messages to 2^29−1, within unknown groups to 2^31−1, and what lies beyond both. */
const FIELD_NUMBERS = [
  0,
  1,
  2,
  3,
  15,
  16,
  99,
  18_999,
  19_000,
  2 ** 28,
  2 ** 29 - 1,
  2 ** 29,
  2 ** 31 - 1,
  2 ** 31,
].concat([2 ** 32 + 1, 2 ** 35]);
const TEXTS = [
  '',
  'a',
  'ü',
  '\u0000',
  '\ufeffa',
  '__proto__',
  'constructor',
  '1',
  '01',
  'metadata',
  '\u{10ffff}',
]
  .map(utf8)
  // A lone continuation byte, overlong, a surrogate, beyond Unicode, cut off.
  .concat(
    ['80', 'c080', 'e08080', 'eda080', 'f4908080', 'f0808080', 'c3', 'efbfbf', 'ff'].map((hex) =>
      fromHex(hex),
    ),
  );

/** Makes bytes that are messages of a type, nearly so, or not at all; the same ones from the same seed. */
export class Inputs {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  next(schema: DescMessage): Uint8Array {
    if (this.#chance(cycle(schema) === null ? 4000 : 40)) return this.#deep(schema);
    const message = this.#message(schema, this.#random.integer(0, 4));
    return this.#chance(3) ? this.#damaged(message) : message;
  }

  #chance(of: number): boolean {
    return this.#random.integer(0, of) === 0;
  }

  #message(schema: DescMessage, levels: number): Uint8Array {
    const fields: Uint8Array[] = [];
    for (let i = this.#random.integer(0, 6); i > 0; i--) fields.push(this.#field(schema, levels));
    return concat(...fields);
  }

  #field(schema: DescMessage, levels: number): Uint8Array {
    if (schema.fields.length === 0 || this.#chance(12)) return this.#unknown();
    const field = this.#random.one(schema.fields);
    // Now and then of any wire type, with anything in it.
    return this.#chance(12) ? this.#value(field.number) : this.#known(field, levels);
  }

  #known(field: DescField, levels: number): Uint8Array {
    const { number } = field;
    switch (field.fieldKind) {
      case 'message':
        return delimited(number, this.#nested(field.message, levels));
      case 'map': {
        const entry = [0, 0, 0].map(() => {
          if (this.#chance(4)) return NONE;
          if (this.#chance(8)) return this.#unknown();
          if (this.#chance(2)) return this.#scalar(1, field.mapKey);
          if (field.mapKind === 'message') return delimited(2, this.#nested(field.message, levels));
          return this.#scalar(2, field.mapKind === 'enum' ? ScalarType.INT32 : field.scalar);
        });
        return delimited(number, concat(...entry));
      }
      case 'list': {
        if (field.listKind === 'message') return delimited(number, this.#nested(field.message, levels));
        const scalar = field.listKind === 'enum' ? ScalarType.INT32 : field.scalar;
        return isDelimited(scalar) || this.#chance(2) ? this.#scalar(number, scalar) : this.#packed(number);
      }
      default:
        return this.#scalar(number, field.fieldKind === 'enum' ? ScalarType.INT32 : field.scalar);
    }
  }

  #nested(schema: DescMessage, levels: number): Uint8Array {
    return levels === 0 ? NONE : this.#message(schema, levels - 1);
  }

  #scalar(number: number, scalar: ScalarType): Uint8Array {
    if (scalar === ScalarType.STRING) return delimited(number, this.#text());
    if (scalar === ScalarType.BYTES) return delimited(number, this.#junk());
    return concat(tagOf(number, 0), this.#varint());
  }

  #packed(number: number): Uint8Array {
    return delimited(
      number,
      concat(...Array.from({ length: this.#random.integer(0, 4) }, () => this.#varint())),
    );
  }

  #text(): Uint8Array {
    const parts = Array.from({ length: this.#random.integer(0, 3) }, () => this.#random.one(TEXTS));
    // Most texts are ones that are accepted, so that what follows them is looked at too.
    return this.#chance(6) ? concat(...parts) : utf8(this.#random.one(['', 'a', 'ä', 'key', 'ns/x', '7']));
  }

  #varint(): Uint8Array {
    const value = this.#chance(2) ? BigInt(this.#random.integer(0, 300)) : this.#random.one(NUMBERS);
    return varint(value, this.#chance(8) ? this.#random.integer(1, 10) : 0);
  }

  #junk(): Uint8Array {
    return Uint8Array.from({ length: this.#random.integer(0, 9) }, () => this.#random.integer(0, 256));
  }

  /** A field that no type has, in any of the wire types. */
  #unknown(): Uint8Array {
    return this.#value(this.#chance(3) ? this.#random.one(FIELD_NUMBERS) : this.#random.integer(50, 90));
  }

  #value(number: number): Uint8Array {
    const type = this.#chance(20) ? this.#random.integer(0, 8) : this.#random.one([0, 1, 2, 3, 5]);
    return concat(tagOf(number, type), this.#content(number, type, 3));
  }

  #content(number: number, type: number, levels: number): Uint8Array {
    switch (type) {
      case 0:
        return this.#varint();
      case 1:
        return new Uint8Array(8).fill(7);
      case 2:
        return delimited(1, this.#junk()).slice(1);
      case 3: {
        const fields = Array.from({ length: levels === 0 ? 0 : this.#random.integer(0, 3) }, () => {
          const inner = this.#random.one(FIELD_NUMBERS);
          const innerType = this.#random.one([0, 1, 2, 3, 5]);
          return concat(tagOf(inner, innerType), this.#content(inner, innerType, levels - 1));
        });
        return concat(...fields, tagOf(this.#chance(20) ? 1 : number, 4));
      }
      default:
        return type === 5 ? new Uint8Array(4).fill(5) : NONE;
    }
  }

  /** Cut, a byte changed, put in or taken out, a part repeated, or bytes appended. */
  #damaged(bytes: Uint8Array): Uint8Array {
    const at = this.#random.integer(0, bytes.length + 1);
    const to = this.#random.integer(at, bytes.length + 1);
    const byte = Uint8Array.of(this.#random.integer(0, 256));
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    switch (this.#random.integer(0, 6)) {
      case 0:
        return before.slice();
      case 1:
        return concat(before, byte, after.subarray(1));
      case 2:
        return concat(before, byte, after);
      case 3:
        return concat(before, after.subarray(1));
      case 4:
        return concat(bytes, bytes.subarray(at, to));
      default:
        return concat(bytes, this.#chance(2) ? fromHex('7b8080808010017c') : this.#junk());
    }
  }

  /** Groups or messages within each other, about as many as Go allows. */
  #deep(schema: DescMessage): Uint8Array {
    const around = this.#random.one([10, 9998, 9999, 10_000, 10_001, 10_002]);
    const path = this.#chance(3) ? null : cycle(schema);
    if (path !== null)
      return nest(
        path,
        Math.floor(around / 2) + this.#random.integer(-2, 3),
        this.#chance(2) ? this.#unknown() : NONE,
      );
    const [open, close] = [tagOf(60, 3), tagOf(60, 4)];
    const groups = [open, close].map((tag) =>
      new Uint8Array(tag.length * around).map((_, i) => tag[i % tag.length] ?? 0),
    );
    return concat(...groups);
  }
}

/** Field numbers that lead from a message to one of the same type, or null; the types of this repository need one or two. */
function cycle(schema: DescMessage): readonly [number, number] | null {
  for (const outer of schema.fields) {
    if (outer.message === undefined) continue;
    // An entry of a map is a level of its own, and its value the field 2 of it.
    if (outer.fieldKind === 'map' && outer.message === schema) return [outer.number, 2];
    const inner = outer.message.fields.find(({ message }) => message === schema);
    if (inner !== undefined) return [outer.number, inner.number];
  }
  return null;
}

/** Messages within each other, each two levels written as the fields of `path`, with `innermost` in the last. */
function nest(path: readonly [number, number], levels: number, innermost: Uint8Array): Uint8Array {
  const heads: Uint8Array[] = [innermost];
  let length = innermost.length;
  for (let i = 0; i < 2 * levels; i++) {
    const head = concat(tagOf(i % 2 === 0 ? path[1] : path[0], 2), varint(length));
    heads.push(head);
    length += head.length;
  }
  return concat(...heads.reverse());
}

function isDelimited(scalar: ScalarType): boolean {
  return scalar === ScalarType.STRING || scalar === ScalarType.BYTES;
}
