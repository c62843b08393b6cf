import { MalformedError } from '../errors.js';
import { HASH_LENGTH, sha256 } from '../hash.js';

/** The largest number of leaves of a tree: sizes travel as `u32`. */
export const MAX_TREE_SIZE = 0xffffffff;

const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = Uint8Array.of(1);

/** Hash of a leaf: `H(0x00 || data)` (RFC 6962, section 2.1). `data` may be of any length. */
export function leafHash(data: Uint8Array): Uint8Array {
  return sha256(LEAF_PREFIX, data);
}

/** Hash of an inner node: `H(0x01 || left || right)` (RFC 6962, section 2.1). Both are 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE_PREFIX, left, right);
}

/**
 * Checks that `size` is the size of a tree that has a leaf to prove: an integer, 1…2^32−1.
 * Throws `BAD_TREE_SIZE`.
 */
export function checkTreeSize(size: number): void {
  if (!Number.isInteger(size) || size < 1 || size > MAX_TREE_SIZE) {
    throw new MalformedError('BAD_TREE_SIZE', 'a tree with a leaf to prove must have 1 to 2^32-1 leaves', {
      size,
    });
  }
}

/** Checks that every one of `hashes` is 32 bytes long. Throws `BAD_HASH_LENGTH`, naming `what` and its place. */
export function checkHashes(hashes: readonly Uint8Array[], what: string): void {
  hashes.forEach((hash, at) => {
    if (hash.length !== HASH_LENGTH) {
      throw new MalformedError('BAD_HASH_LENGTH', `${what} ${at} is not ${HASH_LENGTH} bytes long`, {
        at,
        length: hash.length,
      });
    }
  });
}
