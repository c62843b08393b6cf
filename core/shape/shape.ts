import { fromBase64url } from '../formats/base64url.js';
import { parseU64 } from '../formats/decimal.js';
import { fromHex } from '../bytes/bytes.js';
import { isCotraceError } from '../errors.js';
import { isArray } from '../json/is-array.js';
import { isObject } from '../json/is-object.js';
import type { JsonObject, JsonValue } from '../json/json-value.js';
import {
  cut,
  itemsOf,
  listed,
  shapeError,
  shown,
  type Fault,
  type Place,
  type ShapeSource,
} from './shape-error.js';

/** What a text must be. */
export interface TextRule {
  /** In words, for the error: `a URI`. */
  readonly rule: string;
  readonly like?: RegExp;
  /** Fewest UTF-16 units; 0 if left out. */
  readonly least?: number;
  /** Most UTF-16 units. */
  readonly most?: number;
}

const ANY_TEXT: TextRule = { rule: 'text' };

/**
 * A value from outside (JSON, YAML), read member by member. Errors are `CotraceError`s with the source's code, which say
 * where, what must be there, and what was found; their detail has `field`, such as `blocks[3].body`, `member` where
 * one is missing or unknown, and `place` where the source has one.
 */
export class Shape {
  readonly #value: JsonValue | undefined;
  readonly #source: ShapeSource;
  readonly #place: Place | null;

  /** `place`: where the value is in the whole; null for the whole itself. */
  constructor(value: JsonValue | undefined, source: ShapeSource, place: Place | null = null) {
    this.#value = value;
    this.#source = source;
    this.#place = place;
  }

  /** Refuses members that are not among `names`: a misspelt one must not pass for one that was left out. */
  only(names: readonly string[]): this {
    const known = new Set(names);
    const unknown = this.names().find((name) => !known.has(name));
    if (unknown === undefined) return this;
    const message = `has the unknown member ${shown(unknown)}; it may have ${listed(names)}`;
    return this.#raise(message, {
      detail: { member: cut(unknown) },
      at: { step: unknown, outer: this.#place },
    });
  }

  /** The names of the members. */
  names(): string[] {
    return Object.keys(this.object());
  }

  /** A member that must be there: whatever reads it throws where it is missing. */
  at(name: string): Shape {
    const members = this.object();
    return this.#child(name, Object.hasOwn(members, name) ? members[name] : undefined);
  }

  /** A member that may be left out, or null. */
  optional(name: string): Shape | null {
    const members = this.object();
    const value = Object.hasOwn(members, name) ? members[name] : undefined;
    return value === undefined || value === null ? null : this.#child(name, value);
  }

  /** A member that may be left out, or null, and then has no members. */
  section(name: string): Shape {
    return this.optional(name) ?? this.#child(name, {});
  }

  /** The members, which must be an object. */
  object(): JsonObject {
    return isObject(this.#value) ? this.#value : this.wrong('an object');
  }

  /** The items of a list of `least` to `most` items; `rule` says in words what it lists. */
  items(most: number, least = 0, rule = `a list of at most ${itemsOf(most)}`): Shape[] {
    const value = this.#value;
    if (!isArray(value)) return this.wrong(rule);
    if (value.length > most) {
      const message = `must have at most ${itemsOf(most)}, not ${value.length}`;
      this.#raise(message, { detail: { max: most }, code: this.#source.tooLarge });
    }
    if (value.length < least) this.fail(`must have at least ${itemsOf(least)}, not ${value.length}`);
    return value.map((item, i) => this.#child(i, item));
  }

  /** Text that follows a rule; any text, the empty one too, where none is given. */
  text({ rule, like, least = 0, most = Infinity }: TextRule = ANY_TEXT): string {
    const value = this.#value;
    if (typeof value !== 'string') return this.wrong(rule);
    if (value.length > most) this.wrong(`${rule}, of at most ${most} characters`);
    if (value.length < least || like?.test(value) === false) this.wrong(rule);
    return value;
  }

  /** One of some words; if it is the only one, the value can be nothing else. */
  oneOf<const W extends string>(words: readonly W[]): W {
    const word = words.find((candidate) => candidate === this.#value);
    return word ?? this.wrong(words.length === 1 ? JSON.stringify(words[0]) : `one of ${listed(words)}`);
  }

  /** A whole number from `least` to `most`, both included. */
  integer(least: number, most: number): number {
    const value = this.#value;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      return this.wrong(`a whole number from ${least} to ${most}`);
    }
    return value;
  }

  /** True or false. */
  boolean(): boolean {
    return typeof this.#value === 'boolean' ? this.#value : this.wrong('true or false');
  }

  /** Whether it is null. */
  isNull(): boolean {
    return this.#value === null;
  }

  /** Bytes in base64url, at most `most`. */
  bytes(most: number): Uint8Array {
    return this.parse(`at most ${most} bytes in base64url`, (text) => fromBase64url(text, most));
  }

  /** Bytes as lower-case hexadecimal digits, at most `most` bytes. */
  hex(most: number): Uint8Array {
    const rule = `at most ${most} bytes in lower-case hexadecimal`;
    const text = this.text({ rule });
    if (text.length > 2 * most) this.wrong(rule);
    return this.check(rule, () => fromHex(text));
  }

  /** A hash, 64 lower-case hexadecimal digits. */
  hash(): Uint8Array {
    return this.parse('64 lower-case hexadecimal digits', (text) => fromHex(text, 32));
  }

  /** An unsigned integer of 64 bits as decimal text. */
  u64(): bigint {
    return this.parse('a decimal number of 64 bits, as text', parseU64);
  }

  /** What `read` makes of a text; where it throws a Cotrace error, the error says that `rule` was wanted. */
  parse<T>(rule: string, read: (text: string) => T): T {
    const text = this.text({ rule });
    return this.check(rule, () => read(text));
  }

  /** What `read` makes of this value; where it throws a Cotrace error, the error says that `rule` was wanted. */
  check<T>(rule: string, read: () => T): T {
    try {
      return read();
    } catch (cause) {
      if (!isCotraceError(cause)) throw cause;
      return this.wrong(rule, cause);
    }
  }

  /** Throws the error of a value that is not what it must be, or is missing. */
  wrong(rule: string, cause?: unknown): never {
    if (this.#value !== undefined) this.fail(`must be ${rule}, not ${shown(this.#value)}`, cause);
    const outer = this.#place?.outer ?? null;
    const member = this.#place?.step;
    const detail = typeof member === 'string' ? { member: cut(member) } : {};
    this.#raise(`is missing; it must be ${rule}`, { detail, cause, whole: outer, at: outer });
  }

  /** Throws an error about this value; `message` continues a sentence that begins with its field. */
  fail(message: string, cause?: unknown): never {
    this.#raise(message, { cause });
  }

  #raise(message: string, fault: Fault): never {
    throw shapeError(this.#source, this.#place, message, fault);
  }

  #child(step: string | number, value: JsonValue | undefined): Shape {
    return new Shape(value, this.#source, { step, outer: this.#place });
  }
}
