import type { JsonValue } from '@cotrace/core';
import { arrayOf, that, type Check } from './check.js';
import { isArray, isObject } from './json.js';
import { isUri } from './uri.js';

const one = that('a URI or an object', (value: JsonValue) => {
  return isObject(value) || (typeof value === 'string' && isUri(value));
});
const several = arrayOf(one, { unique: true });

/** A JSON-LD context: a URI, an object, or an array of different ones. */
export const jsonLdContext: Check = (value, path, faults) =>
  (isArray(value) ? several : one)(value, path, faults);
