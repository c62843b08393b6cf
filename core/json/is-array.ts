import type { JsonValue } from './json-value.js';

/** Whether a JSON value is an array. (`Array.isArray` itself narrows a readonly array to `any[]`.) */
export function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
