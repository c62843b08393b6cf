import { isArray, isObject, type JsonObject, type JsonValue } from '@cotrace/core';

export { isArray, isObject, type JsonObject };

/** The own member `name` of `object`, never one of its prototype. */
export function member(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The items of an array; none of anything else. */
export function itemsOf(value: JsonValue | undefined): readonly JsonValue[] {
  return isArray(value) ? value : [];
}
