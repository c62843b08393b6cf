import type { JsonValue } from '@cotrace/core';
import { isCotraceError, parseStrictJson } from '@cotrace/core';
import { isArray } from './is-array.js';
import type { RefusalCode } from './refusal.js';
import { Refusal } from './refusal.js';

/**
 * Parses an argument that may be hostile. Throws `TOO_LARGE` beyond `maxBytes` of UTF-8, `code` for what is
 * not strict JSON.
 */
export function parseArgument(text: string, maxBytes: number, name: string, code: RefusalCode): JsonValue {
  try {
    return parseStrictJson(text, maxBytes);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    const kind = error.code === 'TOO_LONG' ? 'TOO_LARGE' : code;
    throw new Refusal(kind, `${name}: ${error.message}`, { field: name, ...error.detail }, error);
  }
}

/** Reads the members of JSON objects that must have exactly the named ones, naming the field in its refusals. */
export class MemberReader {
  readonly #code: RefusalCode;

  constructor(code: RefusalCode) {
    this.#code = code;
  }

  refuse(field: string, expected: string): never {
    throw new Refusal(this.#code, `${field} must be ${expected}`, { field });
  }

  /** The members of `value`: all of `names`, and no other. */
  object<Name extends string>(
    value: JsonValue | undefined,
    field: string,
    names: readonly Name[],
  ): Readonly<Record<Name, JsonValue>> {
    const object = this.anyObject(value, field);
    const unknown = Object.keys(object).find((name) => !names.some((known) => known === name));
    if (unknown !== undefined) {
      throw new Refusal(this.#code, `${field} has the unknown member ${unknown}`, { field, member: unknown });
    }
    const missing = names.find((name) => !Object.hasOwn(object, name));
    if (missing !== undefined) {
      throw new Refusal(this.#code, `${field} lacks the member ${missing}`, { field, member: missing });
    }
    return object;
  }

  anyObject(value: JsonValue | undefined, field: string): Readonly<Record<string, JsonValue>> {
    if (typeof value !== 'object' || value === null || isArray(value)) return this.refuse(field, 'an object');
    return value;
  }

  array(value: JsonValue, field: string, max: number): readonly JsonValue[] {
    if (!isArray(value)) return this.refuse(field, 'an array');
    if (value.length > max) {
      throw new Refusal('TOO_LARGE', `${field} has more than ${max} entries`, { field, max });
    }
    return value;
  }

  /** A text of 1…`max` UTF-16 units that matches `pattern`. */
  text(value: JsonValue, field: string, max: number, pattern: RegExp, expected: string): string {
    if (typeof value !== 'string' || value.length > max || !pattern.test(value)) {
      return this.refuse(field, `${expected}, of at most ${max} characters`);
    }
    return value;
  }

  integer(value: JsonValue, field: string, min: number, max: number): number {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      return this.refuse(field, `an integer from ${min} to ${max}`);
    }
    return value;
  }

  boolean(value: JsonValue, field: string): boolean {
    return typeof value === 'boolean' ? value : this.refuse(field, 'true or false');
  }
}
