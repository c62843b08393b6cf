import {
  type ErrorCode,
  CotraceError,
  fromBase64url,
  fromHex,
  isCotraceError,
  parseU64,
  type JsonValue,
} from '@cotrace/core';

/** A JSON value from a stranger, read member by member; errors carry `code` and say where. */
export class JsonShape {
  readonly #value: JsonValue;
  readonly #where: string;
  readonly #code: ErrorCode;

  constructor(value: JsonValue, where: string, code: ErrorCode) {
    this.#value = value;
    this.#where = where;
    this.#code = code;
  }

  /** Refuses members that are not among `names`. */
  only(names: readonly string[]): void {
    const unknown = Object.keys(this.#members()).find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new CotraceError(this.#code, `${this.#where}: unknown member ${unknown}`, { member: unknown });
    }
  }

  /** The names of the members. */
  names(): string[] {
    return Object.keys(this.#members());
  }

  /** Whether a member is there and not null. */
  has(name: string): boolean {
    const members = this.#members();
    return Object.hasOwn(members, name) && members[name] !== null;
  }

  /** The object that a member is. */
  object(name: string): JsonShape {
    return new JsonShape(this.#member(name), `${this.#where}: ${name}`, this.#code);
  }

  /** The items of a list with at most `max` of them. */
  list(name: string, max: number): JsonShape[] {
    const value = this.#member(name);
    if (!Array.isArray(value) || value.length > max) throw this.wrong(name, `a list of at most ${max}`);
    return value.map(
      (item: JsonValue, i) => new JsonShape(item, `${this.#where}: ${name}[${i}]`, this.#code),
    );
  }

  text(name: string): string {
    const value = this.#member(name);
    if (typeof value !== 'string') throw this.wrong(name, 'text');
    return value;
  }

  /** Text that matches `pattern`; `rule` says in words what that is. */
  textLike(name: string, pattern: RegExp, rule: string): string {
    return this.object(name).isTextLike(pattern, rule);
  }

  /** This value itself, as text that matches `pattern`. */
  isTextLike(pattern: RegExp, rule: string): string {
    const value = this.#value;
    if (typeof value !== 'string' || !pattern.test(value)) {
      throw new CotraceError(this.#code, `${this.#where} must be ${rule}`);
    }
    return value;
  }

  oneOf<const W extends string>(name: string, words: readonly W[]): W {
    const value = this.#member(name);
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw this.wrong(name, `one of ${words.join(', ')}`);
    return word;
  }

  /** Bytes in base64url, at most `max`. */
  bytes(name: string, max: number): Uint8Array {
    const text = this.text(name);
    return this.read(name, `at most ${max} bytes in base64url`, () => fromBase64url(text, max));
  }

  /** A list of at most `max` texts in base64url, each of at most `maxBytes` bytes. */
  listOfBytes(name: string, max: number, maxBytes: number): Uint8Array[] {
    return this.list(name, max).map((item) => {
      const text = item.#value;
      if (typeof text !== 'string') throw this.wrong(name, 'a list of texts');
      return this.read(name, `at most ${maxBytes} bytes in base64url`, () => fromBase64url(text, maxBytes));
    });
  }

  /** A hash, 64 lower-case hexadecimal digits. */
  hash(name: string): Uint8Array {
    const text = this.text(name);
    return this.read(name, '64 lower-case hexadecimal digits', () => fromHex(text, 32));
  }

  /** An unsigned integer of 64 bits as decimal text. */
  u64(name: string): bigint {
    const text = this.text(name);
    return this.read(name, 'a decimal number of 64 bits, as text', () => parseU64(text));
  }

  integer(name: string, least: number, most: number): number {
    const value = this.#member(name);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw this.wrong(name, `a whole number from ${least} to ${most}`);
    }
    return value;
  }

  /** The error of a member that is not what it must be. */
  wrong(name: string, expected: string, cause?: unknown): CotraceError {
    return new CotraceError(
      this.#code,
      `${this.#where}: ${name} must be ${expected}`,
      { member: name },
      cause,
    );
  }

  /** What `read` makes of member `name`; where it cannot, the error says what was expected. */
  read<T>(name: string, expected: string, read: () => T): T {
    try {
      return read();
    } catch (cause) {
      if (!isCotraceError(cause)) throw cause;
      throw this.wrong(name, expected, cause);
    }
  }

  #member(name: string): JsonValue {
    const members = this.#members();
    const value = Object.hasOwn(members, name) ? members[name] : undefined;
    if (value === undefined)
      throw new CotraceError(this.#code, `${this.#where}: ${name} is missing`, { member: name });
    return value;
  }

  #members(): Readonly<Record<string, JsonValue>> {
    if (typeof this.#value !== 'object' || this.#value === null || Array.isArray(this.#value)) {
      throw new CotraceError(this.#code, `${this.#where} must be an object`);
    }
    return this.#value as Readonly<Record<string, JsonValue>>;
  }
}
