import type { RankTop } from './layers.js';

/** A tree among those that a rank tree holds: the consistency layer over the ranks, or the groups of the rank of that CheckNum. */
export type TreeName = 'ranks' | bigint;

/** Most nodes or leaves that one message asks for: 32 KiB of hashes, or 45 KiB of leaves. */
export const MAX_POSITIONS = 1024;
/** Most bytes of a group that one message carries. */
export const MAX_GROUP_SLICE = 1 << 20;

/** A part of a group's bytes. */
export interface GroupSlice {
  /** Length of the whole group, in bytes. */
  readonly total: number;
  /** From the offset asked for: `MAX_GROUP_SLICE` bytes, or what is left. */
  readonly bytes: Uint8Array;
}

/**
 * Another node of the domain, asked for its tree as it was when one height was frozen. Nothing that it says is believed
 * before it is checked; whoever implements this limits the size of messages and how long they may take.
 */
export interface RankPeer {
  /** Names the node in errors. */
  readonly name: string;
  top(): Promise<RankTop>;
  /** The hashes of the nodes at `level` (0: leaves) and `positions`, at most `MAX_POSITIONS`, rising. */
  nodes(tree: TreeName, level: number, positions: readonly number[]): Promise<readonly Uint8Array[]>;
  /** The data of the leaves at `positions`, at most `MAX_POSITIONS`, rising. */
  leaves(tree: TreeName, positions: readonly number[]): Promise<readonly Uint8Array[]>;
  group(blockNum: bigint, offset: number): Promise<GroupSlice>;
}
