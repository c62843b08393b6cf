import { concat, utf8 } from '../bytes/bytes.js';
import { u32, u64 } from '../bytes/codec.js';
import { HASH_LENGTH, sha256 } from '../hash.js';
import { hashField } from '../formats/fields.js';

const PART_TAG = utf8('cotrace.part.v2\0');
const GROUP_KIND = utf8('g');
const RANK_KIND = utf8('r');

/** A group, as the tree of its rank has it. */
export interface GroupLeaf {
  /** Its block, 0…2^64−1. */
  readonly blockNum: bigint;
  /** Hash of the group, 32 bytes. */
  readonly group: Uint8Array;
}

/** A rank, as the consistency layer has it. */
export interface RankLeaf {
  /** Its cycle, 0…2^64−1. */
  readonly checkNum: bigint;
  /** Places of its tree: blocks of the cycle. */
  readonly groups: number;
  /** Root of its tree, 32 bytes. */
  readonly hc: Uint8Array;
}

/** Leaf data of a group in the tree of its rank, 41 bytes (docs/formats.md, Group leaf). Throws `BAD_HASH_LENGTH`. */
export function encodeGroupLeaf({ blockNum, group }: GroupLeaf): Uint8Array {
  return concat(GROUP_KIND, u64(blockNum), hashField(group, 'group hash'));
}

/** Leaf data of a rank in the consistency layer, 45 bytes (docs/formats.md, Rank leaf). Throws `BAD_HASH_LENGTH`, `OUT_OF_RANGE`. */
export function encodeRankLeaf({ checkNum, groups, hc }: RankLeaf): Uint8Array {
  return concat(RANK_KIND, u64(checkNum), u32(groups), hashField(hc, 'Hc'));
}

/** Leaf data of the place of a block without entries: the place tells the block, so that all are the same. */
export const EMPTY_GROUP_LEAF: Uint8Array = encodeGroupLeaf({
  blockNum: 0n,
  group: new Uint8Array(HASH_LENGTH),
});

/** Leaf data of the place of a cycle without entries. */
export const EMPTY_RANK_LEAF: Uint8Array = encodeRankLeaf({
  checkNum: 0n,
  groups: 0,
  hc: new Uint8Array(HASH_LENGTH),
});

/** The top of the consistency layer. */
export interface RankTop {
  /** Number of ranks, those without entries too: one for each cycle from 0 to that of the newest block; 0 before the first block. */
  readonly ranks: number;
  /** Merkle root over their leaves, by CheckNum; of none `H("")`. */
  readonly root: Uint8Array;
}

/** `Hpart`, the digest of a domain's state at one height (docs/formats.md, Digest of a domain). Throws `BAD_HASH_LENGTH`, `OUT_OF_RANGE`. */
export function partDigest({ ranks, root }: RankTop): Uint8Array {
  return sha256(PART_TAG, u32(ranks), hashField(root, 'root'));
}
