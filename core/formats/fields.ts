import { utf8 } from '../bytes/bytes.js';
import { MalformedError } from '../errors.js';
import { HASH_LENGTH } from '../hash.js';
import { isWellFormed } from '../json/json-value.js';

/** Checks that a hash is 32 bytes long and returns it; `what` names it. Throws `BAD_HASH_LENGTH`. */
export function hashField(hash: Uint8Array, what: string): Uint8Array {
  if (hash.length !== HASH_LENGTH) {
    throw new MalformedError('BAD_HASH_LENGTH', `${what} is not ${HASH_LENGTH} bytes long`, {
      what,
      length: hash.length,
    });
  }
  return hash;
}

/** Checks that a name has 1…`max` bytes of UTF-8 and returns it; `what` names it. Throws `BAD_NAME`. */
export function nameField(name: string, what: string, max: number): string {
  if (name === '' || !isWellFormed(name) || name.length > max || utf8(name).length > max) {
    throw new MalformedError('BAD_NAME', `${what} is not 1 to ${max} bytes of UTF-8`, {
      name: name.slice(0, max),
    });
  }
  return name;
}
