/** A tree among those that a rank tree holds: the consistency layer over the ranks, or the groups of the rank of that CheckNum. */
export type TreeName = 'ranks' | bigint;

/** Most nodes that one message asks for: 32 KiB of hashes. */
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
  /** The root of the consistency layer. */
  root(): Promise<Uint8Array>;
  /** The hashes of the nodes at `level` (0: leaves) and `positions`, at most `MAX_POSITIONS`, rising. */
  nodes(tree: TreeName, level: number, positions: readonly number[]): Promise<readonly Uint8Array[]>;
  /** A part of a group that is not empty. */
  group(blockNum: bigint, offset: number): Promise<GroupSlice>;
}
