import { concat } from '../bytes/bytes.js';
import { u16, u32 } from '../bytes/codec.js';
import { HASH_LENGTH, sha256 } from '../hash.js';
import { ROOT_TAG } from './layout.js';

const NO_NODE = new Uint8Array(HASH_LENGTH);

/**
 * The root of an MB+ tree (docs/formats.md, MB+ root). It binds order and number of entries, and with them the whole
 * shape. `top`: hash of the top node, null for a tree without entries.
 */
export function mbRoot(order: number, count: number, top: Uint8Array | null): Uint8Array {
  return sha256(concat(ROOT_TAG, u16(order), u32(count), top ?? NO_NODE));
}
