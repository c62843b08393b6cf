import type { JsonValue } from '@cotrace/core';

/** A JSON object. */
export type JsonObject = Readonly<Record<string, JsonValue>>;

/** Whether a JSON value is an object. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isArray(value);
}

/** Whether a JSON value is an array. (`Array.isArray` itself narrows a readonly array to `any[]`.) */
export function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The own member `name` of `object`, never one of its prototype. */
export function member(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The items of an array; none of anything else. */
export function itemsOf(value: JsonValue | undefined): readonly JsonValue[] {
  return isArray(value) ? value : [];
}
