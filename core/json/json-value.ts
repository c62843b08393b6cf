import { MalformedError, type ErrorCode } from '../errors.js';

/** What JSON can say. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** A JSON object. */
export type JsonObject = Readonly<Record<string, JsonValue>>;

/** How deep arrays and objects may nest: far above any format here, far below any call stack. */
export const MAX_JSON_DEPTH = 100;

/** Whether `text` has no lone surrogates, so that UTF-8 can carry it. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/**
 * Checks that `value` is what JSON itself can say: null, booleans, finite numbers, well-formed strings,
 * arrays without holes and plain objects, nested at most `MAX_JSON_DEPTH` deep. Throws `code`, naming the
 * place as a path from `$`.
 */
export function checkJsonValue(value: unknown, code: ErrorCode): asserts value is JsonValue {
  check(value, '$', 0, (place, why) => new MalformedError(code, `${place} ${why}`, { place }));
}

type Refusal = (place: string, why: string) => MalformedError;

function check(value: unknown, place: string, depth: number, refusal: Refusal): void {
  if (depth > MAX_JSON_DEPTH) throw refusal(place, `is nested deeper than ${MAX_JSON_DEPTH}`);
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') {
    if (!isWellFormed(value)) throw refusal(place, 'holds a lone surrogate');
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refusal(place, 'is not a finite number');
  } else if (typeof value !== 'object') {
    throw refusal(place, `is of type ${typeof value}`);
  } else if (Array.isArray(value)) {
    if (Object.keys(value).length !== value.length) throw refusal(place, 'is an array with holes or members');
    value.forEach((item: unknown, i) => check(item, `${place}[${i}]`, depth + 1, refusal));
  } else {
    if (!isPlainObject(value)) throw refusal(place, 'is not a plain object');
    for (const [name, member] of Object.entries(value)) {
      if (!isWellFormed(name)) throw refusal(place, 'has a member whose name holds a lone surrogate');
      check(member, `${place}.${name}`, depth + 1, refusal);
    }
  }
}

// The prototype of a plain object made in another realm (a worker, a test's sandbox) is not our Object.prototype.
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return plain && Object.getOwnPropertySymbols(value).length === 0;
}
