import { CotraceError } from '../errors.js';

/** The longest key, in bytes: a path of 1,024 half-bytes, which is also how deep a trie can get. */
export const MAX_TRIE_KEY = 512;
/** The longest value, in bytes. A state's values have 48, a trace head's 49 or fewer with their RLP. */
export const MAX_TRIE_VALUE = 65_535;

/** Checks a key's length. Throws `KEY_TOO_LONG`. */
export function checkKey(key: Uint8Array): void {
  if (key.length > MAX_TRIE_KEY) throw keyTooLong(key.length);
}

function keyTooLong(length: number): CotraceError {
  return new CotraceError('KEY_TOO_LONG', `a key of a trie has at most ${MAX_TRIE_KEY} bytes`, { length });
}

/**
 * Checks keys of `length` bytes that stand one after the other; answers how many. Throws `BAD_KEYS` where the length is not
 * a whole number from 1 on of which `keys` has a multiple, `KEY_TOO_LONG`.
 */
export function checkKeys(keys: Uint8Array, length: number): number {
  if (!Number.isInteger(length) || length < 1 || keys.length % length !== 0) {
    throw new CotraceError('BAD_KEYS', 'keys of one length must follow one another', {
      bytes: keys.length,
      length,
    });
  }
  if (length > MAX_TRIE_KEY) throw keyTooLong(length);
  return keys.length / length;
}

/** Checks a value's length. Throws `VALUE_TOO_LONG`. */
export function checkValue(value: Uint8Array): void {
  if (value.length > MAX_TRIE_VALUE) {
    throw new CotraceError('VALUE_TOO_LONG', `a value of a trie has at most ${MAX_TRIE_VALUE} bytes`, {
      length: value.length,
    });
  }
}
