import { utf8 } from '../bytes/bytes.js';
import { MalformedError } from '../errors.js';
import { HASH_LENGTH } from '../hash.js';

/** Smallest order of a tree. */
export const MIN_ORDER = 4;
/** Largest order of a tree. */
export const MAX_ORDER = 256;
/** Order of a tree where none is configured: point proofs of 3 to 5 KB, and building is no slower than at any other. */
export const DEFAULT_ORDER = 32;

/**
 * Most entries of a tree, 2^24 − 1: far above what a block holds, and products of two positions in a tree still are
 * exact numbers.
 */
export const MAX_ENTRIES = 0xffffff;

/** Longest TraceID, in bytes of UTF-8 (docs/formats.md, Records and traces). */
export const MAX_KEY_BYTES = 512;

export const FB_TAG = utf8('cotrace.fbtree.v1\0');
export const MB_TAG = utf8('cotrace.mbtree.v1\0');
export const ROOT_TAG = utf8('cotrace.mbroot.v1\0');
export const PROOF_TAG = utf8('cotrace.mbproof.v1\0');

/** Fields behind the tag of a tree: `u16 order`, `u32 entries`, `u32 top`. */
export const HEADER_LENGTH = FB_TAG.length + 2 + 4 + 4;

/** First byte of a leaf and of an inner node. */
export const LEAF_KIND = 0x6c;
export const INNER_KIND = 0x6e;

/** Bytes of a node besides its prefix, its items and its tails: kind, `u32` prefix length, `u16` number of items. */
export const NODE_FRAME = 1 + 4 + 2;

/** Bytes of an entry in a leaf's table: `u32 end`, `u32 txNum`, `u8 flags`, txId. */
export const ENTRY_STRIDE = 4 + 4 + 1 + HASH_LENGTH;
/** Bytes of a child in an inner node's table: `u32 end`, `u32 pointer`, and with hashes the child's. */
export const CHILD_STRIDE = 4 + 4;
export const HASHED_CHILD_STRIDE = CHILD_STRIDE + HASH_LENGTH;

/** The entry's tail begins with a previous block hash. */
export const HAS_PREVIOUS = 1;
/** The entry files a product under an upstream identifier. */
export const IS_UPSTREAM = 2;

/** Checks an order. Throws `BAD_ORDER` unless it is an integer, 4…256. */
export function checkOrder(order: number): void {
  if (!Number.isInteger(order) || order < MIN_ORDER || order > MAX_ORDER) {
    throw new MalformedError('BAD_ORDER', `the order of a tree is ${MIN_ORDER} to ${MAX_ORDER}`, { order });
  }
}

/** Checks a number of entries. Throws `BAD_ENTRY_COUNT` above 2^24 − 1. */
export function checkEntryCount(count: number): void {
  if (count > MAX_ENTRIES) {
    throw new MalformedError('BAD_ENTRY_COUNT', `a tree has at most ${MAX_ENTRIES} entries`, { count });
  }
}
