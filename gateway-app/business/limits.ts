import type { RequestLimits } from '../node/rpc-method.js';

/** Limits and timeouts of a business node. Times are in milliseconds. */

/** How patient a node is with the origins of its blocks; `Patience` says what each is. */
export const PATIENCE = { watch: 500, withheld: 5000, stay: 15_000, suspension: 10_000 };

/** How far ahead of the node's height attestations are kept: a source that runs away waits. */
export const ATTESTATION_WINDOW = 256n;

/** How much is kept of one source beyond the next block: honest attestations have a few hundred bytes. */
export const MAX_SOURCE_BYTES = 16 * 1024 * 1024;

/** Different attestations kept of one source for one block: two prove that it equivocates. */
export const KEPT_PER_SOURCE = 2;

/** How many recent business blocks a docking node can hand on; a follower further behind asks a master. */
export const MAX_RING_BLOCKS = 64;

/** How many bytes of transactions they hold at most, but for the newest alone: a block may have 10 MB and more. */
export const MAX_RING_BYTES = 64 * 1024 * 1024;

/** Behind a quorum of masters without a new block for longer than this is a state. */
export const STALLED_MS = 30_000;

/** A master may be away for so long, as while both start, before a line is worth it. */
export const QUIET_MS = 10_000;

/** Kinds of refusals kept of one source, and of all: codes come from others, who may make up any number. */
export const REFUSAL_KINDS_PER_SOURCE = 8;
export const REFUSAL_KINDS = 50;

/**
 * Entries of a rank tree that are held at once where the tree is made for a state that is there already, and those of a
 * group more: some 50 MB.
 */
export const RANK_PORTION = 100_000;

/** Bytes of a store that are compressed together: rows of a domain are much alike, and larger portions make reading one row slower. */
export const STORE_BLOCK_BYTES = 16 * 1024;

/** Cycles that are listed as those at whose ends the state of a domain, or of `_lifecycle`, is not what was sealed: the first ones count. */
export const MAX_DIFFERENCES = 16;

/** Groups of a rank tree that are named as those in which a state differs at the end of one cycle. */
export const MAX_DIFFERING_GROUPS = 64;

/** How long one node is asked what differs, and how long it may take for one answer: until then the next header waits. */
export const LOCATE_MS = 30_000;
export const RANK_CALL_MS = 5000;

/** How long a master may take for the header of a cycle that is over, before the next one is asked, and how often that is looked at. */
export const HEADER_PATIENCE = { withheld: 10_000, watch: 1000 };

/** How long a master may take for the header of the cycle that the consortium has agreed on. */
export const HEADER_CALL_MS = 5000;

/** What requests may be: a domain's name and a number, or a key of a state, which has no limit of its own in Fabric. */
export const BUSINESS_REQUESTS = {
  empty: { bytes: 64, elements: 8 },
  place: { bytes: 512, elements: 8 },
  key: { bytes: 64 * 1024, elements: 8 },
} satisfies Record<string, RequestLimits>;
