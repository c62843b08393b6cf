import { MAX_HEAD_ORGANISATIONS, MAX_TRACE_ID_BYTES } from '@cotrace/core';
import { MAX_RECORDERS } from '@cotrace/verifier';
import { MAX_KEYS } from '../node/limits.js';
import type { RequestLimits } from '../node/rpc-method.js';

/** Limits and timeouts of a master. Times are in milliseconds. */

/** The most blocks or TraceIDs that one request may ask for. */
export const MAX_ITEMS = 1000;

/** The most bytes of values in one answer: some way below what a message may have. */
export const MAX_VALUE_BYTES = 16 * 1024 * 1024;

/** The most newest events that a proof shows: of each of 49 trees as many are looked at. */
export const MAX_NEWEST = 10_000;

/** The most of a lineage that a proof shows; of whoever has most, trees of events are left out. */
export const MOST_SHOWN = { events: 30_000, bytes: 64 * 1024 * 1024 };

/**
 * The most that one proof may take: what is read, as far as needed and as much again ahead, and trees that are left out
 * afterwards. `visits` are events gone over again while a lineage grows.
 */
export const PROOF_LIMITS = {
  traces: 20_000,
  events: 6 * MOST_SHOWN.events,
  bytes: 6 * MOST_SHOWN.bytes,
  visits: 1_000_000,
  seconds: 120,
};

/** How many traces are read ahead of a lineage that is still small. */
export const READ_AHEAD = 16;

/** How often a proof starts again where blocks changed what it had read. */
export const PROOF_TRIES = 5;

/** How long a proof has the master's thread before it lets others have it. */
export const PROOF_TURN_MS = 15;

/** How many proofs are made at a time, and for one caller. */
export const PROOFS_AT_A_TIME = { all: 8, caller: 2 };

/** Rows of events that are read from the store at once. */
export const ROWS_A_READ = 1000;

/** Transactions of which a proof remembers what they wrote. */
export const READ_TRANSACTIONS = 64;

/** Longest row that a proof shows: far more than the contract writes. */
export const MAX_SHOWN_ROW_BYTES = 64 * 1024;

/** What a part of a proof has, so that it stays below 4 MiB; a longer text comes in pieces. */
export const PART = { bytes: 1024 * 1024, entries: 1000 };

/** How often a caller is told how far its proof is. */
export const PROOF_PROGRESS_MS = 1000;

/** How many cycles back proofs under the root at a cycle's end can be made. */
export const KEPT_CYCLES = 8;

/** The most of them, while later ones wait to be sealed. */
export const MOST_KEPT_CYCLES = 64;

/** The most checking cycles that one request may ask for. */
export const MAX_CYCLES = 100;

/** How often a master looks whether it is its turn on the checking channel. */
export const INITIATOR_MS = 250;

/** How long the own copy of a channel may take to show what was committed there, and how often it is looked at. */
export const SEEN_MS = 2000;
export const SEEN_LOOK_MS = 25;

/** How long a master waits between two tries of one thing on the checking channel. */
export const RETRY_MS = { least: 200, most: 2000 };

/** How many parts of a cycle are recorded at a time. */
export const PARTS_AT_A_TIME = 16;

/** How many ends of cycles rank trees are kept of. */
export const KEPT_FREEZES = 8;

/**
 * Old nodes of the trie that a block lets go: so many for each that it keeps, and so many besides. What no cycle needs any more
 * is gone some blocks later, and never grows.
 */
export const LET_GO = { each: 2, besides: 256 };

/** Nodes of the trie up to here change with every other block, and are few enough to be remembered: at most 70,000. */
export const REMEMBERED_DEPTH = 4;

/** How many blocks are taken in before their hashes are worked out, where nobody waits for them. */
export const BLOCKS_A_COMMIT = 32n;

/** How often a start that reads many blocks says how far it is. */
export const START_PROGRESS_MS = 5000;

/** Threads of the state trie by default: the cores, at most so many. */
export const DEFAULT_TRIE_THREADS = 4;

/** Changed keys after which the trie is saved: some seconds' work at a start. */
export const SAVE_AFTER = 100_000;

/** How many of the newest blocks are compared with other masters': others may be some blocks behind. */
export const COMPARED_BLOCKS = 8;

/** A block that arrived so long ago says that the ledger is not cut off. */
export const FRESH_MS = 30_000;

/** How long a tip is given again: one signature a second, however many ask. */
export const SAME_TIP_MS = 1000;

/** How long something may be so before it is a state; `MasterPatience` says what each is. */
export const MASTER_PATIENCE = {
  watch: 3000,
  silence: 10_000,
  rolledBack: 6000,
  stalled: 30_000,
  permanent: 30_000,
};

/** What requests may be: a domain's name and numbers, lists of numbers of up to ten bytes, identifiers, keys. */
export const MASTER_REQUESTS = {
  empty: { bytes: 64, elements: 8 },
  place: { bytes: 512, elements: 8 },
  numbers: { bytes: 16 * MAX_ITEMS, elements: MAX_ITEMS },
  traceId: { bytes: 1024, elements: 8 },
  traceIds: { bytes: MAX_ITEMS * (MAX_TRACE_ID_BYTES + 8), elements: MAX_ITEMS },
  // A question with the names of 1,000 organisations.
  proof: { bytes: MAX_TRACE_ID_BYTES + 260 * MAX_RECORDERS + 256, elements: MAX_RECORDERS + 8 },
  // Two heads with all the trees that they may have.
  growth: {
    bytes: MAX_TRACE_ID_BYTES + 2 * (MAX_HEAD_ORGANISATIONS + 1) * 300,
    elements: 4 * (MAX_HEAD_ORGANISATIONS + 1) + 8,
  },
  // A key of a state has no limit of its own in Fabric.
  keys: { bytes: 512 * 1024, elements: 3 * MAX_KEYS },
} satisfies Record<string, RequestLimits>;
