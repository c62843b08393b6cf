import { concat, utf8 } from '../bytes/bytes.js';
import { Reader, u32, u64 } from '../bytes/codec.js';
import { HASH_LENGTH, sha256 } from '../hash.js';
import { hashField } from '../formats/fields.js';

const PART_TAG = utf8('cotrace.part.v1\0');
const GROUP_KIND = utf8('g');
const GROUP_LEAF_LENGTH = 1 + 8 + HASH_LENGTH;
const RANK_KIND = utf8('r');

/** What a layer says of one group (id: its block) or one rank (id: its CheckNum). */
export interface LayerRecord {
  readonly id: bigint;
  /** Entries of the group, or groups of the rank; at least 1. */
  readonly count: number;
  /** Hash of the group, or `Hc` of the rank, 32 bytes. */
  readonly hash: Uint8Array;
}

/** Leaf data of a group in the tree of its rank, 41 bytes (docs/formats.md, Group leaf); the id is 0…2^64−1. Throws `BAD_HASH_LENGTH`. */
export function encodeGroupLeaf({ id, hash }: Omit<LayerRecord, 'count'>): Uint8Array {
  const leaf = new Uint8Array(GROUP_LEAF_LENGTH);
  leaf.set(GROUP_KIND);
  new DataView(leaf.buffer).setBigUint64(1, id);
  leaf.set(hashField(hash, 'group hash'), 9);
  return leaf;
}

/** Throws `TRUNCATED`, `BAD_TAG`, `TRAILING_BYTES`. */
export function decodeGroupLeaf(data: Uint8Array): Omit<LayerRecord, 'count'> {
  const reader = new Reader(data, 'a group leaf');
  reader.expect(GROUP_KIND);
  const leaf = { id: reader.u64(), hash: reader.take(HASH_LENGTH) };
  reader.end();
  return leaf;
}

/** Leaf data of a rank in the consistency layer, 45 bytes (docs/formats.md, Rank leaf). Throws `BAD_HASH_LENGTH`, `OUT_OF_RANGE`. */
export function encodeRankLeaf({ id, count, hash }: LayerRecord): Uint8Array {
  return concat(RANK_KIND, u64(id), u32(count), hashField(hash, 'Hc'));
}

/** Throws `TRUNCATED`, `BAD_TAG`, `TRAILING_BYTES`. */
export function decodeRankLeaf(data: Uint8Array): LayerRecord {
  const reader = new Reader(data, 'a rank leaf');
  reader.expect(RANK_KIND);
  const leaf = { id: reader.u64(), count: reader.u32(), hash: reader.take(HASH_LENGTH) };
  reader.end();
  return leaf;
}

/** The top of the consistency layer. */
export interface RankTop {
  /** Number of ranks that have an entry. */
  readonly ranks: number;
  /** Merkle root over their leaves, by CheckNum; of none `H("")`. */
  readonly root: Uint8Array;
}

/** `Hpart`, the digest of a domain's state at one height (docs/formats.md, Digest of a domain). Throws `BAD_HASH_LENGTH`, `OUT_OF_RANGE`. */
export function partDigest({ ranks, root }: RankTop): Uint8Array {
  return sha256(PART_TAG, u32(ranks), hashField(root, 'root'));
}
