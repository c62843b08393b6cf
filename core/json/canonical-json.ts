import canonicalizeModule from 'canonicalize';
import { utf8 } from '../bytes/bytes.js';
import { sha256 } from '../hash.js';
import { checkJsonValue, type JsonValue } from './json-value.js';

// The package's types declare an ES default export; what is imported is the CommonJS function itself.
const serialise = canonicalizeModule as unknown as (value: JsonValue) => string;

/**
 * The canonical JSON text of `value` (RFC 8785). Anything that JSON cannot say (undefined members, NaN,
 * bigint, lone surrogates, dates, classes) and anything nested deeper than `MAX_JSON_DEPTH` is refused,
 * never dropped or converted, so that two different values never share a text. Throws
 * `NO_CANONICAL_JSON`, naming the place.
 */
export function canonicalJson(value: unknown): string {
  checkJsonValue(value, 'NO_CANONICAL_JSON');
  return serialise(value);
}

/**
 * `H` of the canonical JSON text of `value` in UTF-8, 32 bytes. A record's id is its lower-case
 * hexadecimal form. Throws `NO_CANONICAL_JSON`.
 */
export function hashCanonical(value: unknown): Uint8Array {
  return sha256(utf8(canonicalJson(value)));
}
