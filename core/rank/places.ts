import { checkNum } from '../formats/rev.js';
import { EmptyRoots } from './empty-roots.js';
import { EMPTY_GROUP_LEAF, EMPTY_RANK_LEAF, partDigest } from './layers.js';
import { numbered } from './pages.js';

/** A Merkle tree in which everything has a place of its own, and how its pages are named. */
export interface PlacedTree {
  /** What the names of its pages begin with. */
  readonly prefix: string;
  /** Number of places, empty ones too: 0…2^32−1. */
  readonly size: number;
  readonly empty: EmptyRoots;
}

const noGroups = new EmptyRoots(EMPTY_GROUP_LEAF);
const noRanks = new EmptyRoots(EMPTY_RANK_LEAF);

/** The first main block of cycle `cycle`, where a cycle has `c` blocks; cycle 0 has block 0 alone. */
export function firstBlock(cycle: bigint, c: number): bigint {
  return cycle === 0n ? 0n : (cycle - 1n) * BigInt(c) + 1n;
}

/** Number of blocks of cycle `cycle`: the places of its rank. */
export function blocksOf(cycle: bigint, c: number): number {
  return cycle === 0n ? 1 : c;
}

/** Number of ranks after block `newest`, or -1 before the first: one for each cycle from 0 on. */
export function ranksAfter(newest: bigint, c: number): number {
  return newest < 0n ? 0 : Number(checkNum(newest, c)) + 1;
}

/** The consistency layer, of so many ranks. */
export function consistencyLayer(ranks: number): PlacedTree {
  return { prefix: 'r', size: ranks, empty: noRanks };
}

/** The tree of the groups of rank `cycle`. */
export function rankTree(cycle: bigint, c: number): PlacedTree {
  return { prefix: `i/${numbered(cycle)}`, size: blocksOf(cycle, c), empty: noGroups };
}

/** The place of a block's group in the tree of its rank. */
export function placeOf(blockNum: bigint, c: number): number {
  return Number(blockNum - firstBlock(checkNum(blockNum, c), c));
}

/**
 * `Hpart` after block `newest`, or -1 before the first, of a state that never had an entry: 32 bytes. `c`: the checking height.
 * Throws as `checkNum` does.
 */
export function emptyPart(newest: bigint, c: number): Uint8Array {
  const ranks = ranksAfter(newest, c);
  return partDigest({ ranks, root: consistencyLayer(ranks).empty.over(ranks) });
}
