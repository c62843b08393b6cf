import { fromBase64url } from '../formats/base64url.js';
import { parseU64 } from '../formats/decimal.js';
import { fromHex } from '../bytes/bytes.js';
import type { ErrorCode, ErrorDetail } from '../errors.js';
import { CotraceError, isCotraceError } from '../errors.js';
import { isArray } from '../json/is-array.js';
import type { JsonObject, JsonValue } from '../json/json-value.js';

/** A place in a value: names of members and positions in lists, from the outside in. */
export type ShapePath = readonly (string | number)[];

/** What a value was read from, and how its errors are told. */
export interface ShapeSource {
  /** Code of the errors. */
  readonly code: ErrorCode;
  /** Code of the error of a list with too many items; otherwise `code`. */
  readonly tooLarge?: ErrorCode;
  /** Where a place is for people: a file, or a file and a line. Nothing where the field says enough. */
  readonly locate?: (path: ShapePath) => string;
}

/** What a text must be. */
export interface TextRule {
  /** In words, for the error: `a URI`. */
  readonly rule: string;
  readonly like?: RegExp;
  /** Most UTF-16 units. */
  readonly most?: number;
}

/** What an error has besides its message. */
interface Fault {
  readonly detail?: ErrorDetail;
  readonly cause?: unknown;
  readonly code?: ErrorCode | undefined;
  /** The place that people are shown, where it is not this value's. */
  readonly at?: ShapePath;
}

const MAX_SHOWN = 80;
const ANY_TEXT: TextRule = { rule: 'text' };

/**
 * A value from outside (JSON, YAML), read member by member. Errors are `CotraceError`s with the source's code, which say
 * where, what must be there, and what was found; their detail has `field`, such as `blocks[3].body`.
 */
export class Shape {
  readonly #value: JsonValue | undefined;
  readonly #source: ShapeSource;
  readonly #path: ShapePath;

  /** `path`: the place of `value`, empty for the whole. */
  constructor(value: JsonValue | undefined, source: ShapeSource, path: ShapePath = []) {
    this.#value = value;
    this.#source = source;
    this.#path = path;
  }

  /** Refuses members that are not among `names`: a misspelt one must not pass for one that was left out. */
  only(names: readonly string[]): this {
    const unknown = Object.keys(this.object()).find((name) => !names.includes(name));
    if (unknown === undefined) return this;
    const message = `has the unknown member ${shown(unknown)}; there are ${names.join(', ')}`;
    return this.#raise(message, { detail: { member: unknown }, at: [...this.#path, unknown] });
  }

  /** The names of the members. */
  names(): string[] {
    return Object.keys(this.object());
  }

  /** A member that must be there. */
  at(name: string): Shape {
    const members = this.object();
    if (Object.hasOwn(members, name) && members[name] !== undefined) return this.#child(name, members[name]);
    return this.#raise(`lacks the member ${name}`, { detail: { member: name } });
  }

  /** A member that may be left out, or null. */
  optional(name: string): Shape | undefined {
    const members = this.object();
    const value = Object.hasOwn(members, name) ? members[name] : undefined;
    return value === undefined || value === null ? undefined : this.#child(name, value);
  }

  /** The members, which must be an object. */
  object(): JsonObject {
    const value = this.#value;
    return typeof value === 'object' && value !== null && !isArray(value) ? value : this.wrong('an object');
  }

  /** The items of a list of `least` to `most` items; `rule` says in words what it lists. */
  items(most: number, least = 0, rule = 'a list'): Shape[] {
    const value = this.#value;
    if (!isArray(value)) return this.wrong(rule);
    if (value.length > most) {
      const detail = { max: most };
      this.#raise(`has ${value.length} items, more than ${most}`, { detail, code: this.#source.tooLarge });
    }
    if (value.length < least) this.wrong(`${rule} of at least ${least}`);
    return value.map((item, i) => this.#child(i, item));
  }

  text({ rule, like, most }: TextRule = ANY_TEXT): string {
    const value = this.#value;
    if (typeof value !== 'string') return this.wrong(rule);
    if (most !== undefined && value.length > most) this.wrong(`${rule}, of at most ${most} characters`);
    return like === undefined || like.test(value) ? value : this.wrong(rule);
  }

  oneOf<const W extends string>(words: readonly W[]): W {
    const word = words.find((candidate) => candidate === this.#value);
    return word ?? this.wrong(words.length === 1 ? JSON.stringify(words[0]) : `one of ${words.join(', ')}`);
  }

  integer(least: number, most: number): number {
    const value = this.#value;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      return this.wrong(`a whole number from ${least} to ${most}`);
    }
    return value;
  }

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
    try {
      return read(text);
    } catch (cause) {
      if (!isCotraceError(cause)) throw cause;
      return this.wrong(rule, cause);
    }
  }

  /** Throws the error of a value that is not what it must be. */
  wrong(rule: string, cause?: unknown): never {
    this.fail(`must be ${rule}, not ${shown(this.#value)}`, cause);
  }

  /** Throws an error about this value; `message` continues a sentence that begins with its field. */
  fail(message: string, cause?: unknown): never {
    this.#raise(message, { cause });
  }

  #raise(message: string, { detail, cause, code, at }: Fault): never {
    const field = fieldOf(this.#path);
    const place = this.#source.locate?.(at ?? this.#path) ?? '';
    const subject = [place, field].filter((part) => part !== '').join(': ') || 'it';
    const evidence = { field, ...(place !== '' && { place }), ...detail };
    throw new CotraceError(code ?? this.#source.code, `${subject} ${message}`, evidence, cause);
  }

  #child(step: string | number, value: JsonValue | undefined): Shape {
    return new Shape(value, this.#source, [...this.#path, step]);
  }
}

/** `blocks[3].body`; a name that is no word is quoted. */
function fieldOf(path: ShapePath): string {
  return path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`;
      const isWord = /^[\w-]{1,80}$/.test(step);
      return isWord ? (i === 0 ? step : `.${step}`) : `[${shown(step)}]`;
    })
    .join('');
}

function shown(value: JsonValue | undefined): string {
  if (isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, MAX_SHOWN + 1)) : String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
