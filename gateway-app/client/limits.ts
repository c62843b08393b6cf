/**
 * Limits and timeouts of a client. A person waits for it, and any minority of nodes may be silent: what asks one node is
 * short, what waits for the network is long. Times are in milliseconds. `docs/operations.md` lists those that users meet.
 */

/** How long a party has its turn before the next one is asked as well. */
export const TURN_MS = 500;

/** How much longer for each part of the answer that has come: a long answer is waited for, a trickle is not. */
export const TURN_PER_PART_MS = 10;
export const LONGEST_TURN_MS = 10_000;

/** How long those are waited for that have not answered when enough others have, before they are named. */
export const GRACE_MS = 500;

/** What a short question to a master may take. */
export const SHORT_CALL_MS = 5000;

/** How long a master that is behind is waited for: as the one that answers, and before it is named. */
export const BEHIND_MS = 2000;
export const NAMED_BEHIND_MS = 500;

/** Between two questions to masters that are waited for. */
export const MASTERS_PAUSE_MS = 50;

/** How long a node that was at fault is asked last and not waited for. */
export const REMEMBERED_MS = 10_000;

/** How long a business node may take to read a state: nobody else can be asked. */
export const READ_STATE_MS = 1500;

/** A ledger that is still lower than a node was so long ago has lost blocks. */
export const ROLLED_BACK_MS = 1000;

/** How long something may take before it is told that it is waited for, and how often the same line is told again. */
export const TOLD_AFTER_MS = 2000;
export const TOLD_AGAIN_MS = 10_000;

/** How often progress of a capture is told. */
export const PROGRESS_MS = 1000;

/** How long one record is tried: long enough for a peer or an ordering service to come back. */
export const CAPTURE_MS = 120_000;

/** Pauses between tries of one record grow from the first to the longest: about five tries in the first second. */
export const FIRST_RETRY_MS = 40;
export const LONGEST_RETRY_MS = 1000;

/** How long an endorsement may take before it is found out who is silent. */
export const ENDORSEMENT_MS = 700;

/** How long an organisation that did not endorse is left out. */
export const LEFT_OUT_MS = 30_000;

/** How long an organisation's chaincode may take to answer a query when it is tried: at first, at most. */
export const TRIAL_MS = 500;
export const LONGEST_TRIAL_MS = 4000;

/** How long the ordering service may take to answer, and how often a transaction is submitted that it does not answer. */
export const ORDERING_ANSWER_MS = 1000;
export const SUBMISSIONS = 6;

/** How long the ledger may stand still before a transaction is submitted again that was taken. */
export const STANDSTILL_MS = 2000;

/** How often that is done: 5 times 2 s outlast an election of a leader, which takes five to ten seconds. */
export const REPEATS = 5;

/** How long masters may take to reach the peer's newest block. */
export const TIP_REACHED_MS = 1000;

/** How long the peer may take to say what its newest block is. */
export const TIP_MS = 1500;

/** How long to wait for the other masters to attest the newest blocks, where they are known to come. */
export const ATTESTED_MS = 10_000;

/** How long where nobody but the master that named the blocks knows of them, or too few masters answer. */
export const SHORT_ATTESTED_MS = 700;

/** Between two questions for attestations that are waited for. */
export const ATTESTED_PAUSE_MS = 100;

/** How long a master may take to say how far its peer is. */
export const PEER_STATUS_MS = 500;

/** The most blocks whose attestations are asked for at once: half of what a master takes (`MAX_ITEMS`). */
export const BLOCKS_PER_REQUEST = 500;

/** A master's proof may take this long, and be silent so long: masters tell of their progress every second. */
export const LONGEST_TRACE_MS = 120_000;
export const SILENT_TRACE_MS = 5000;

/** How often a master may tell of the progress of one proof: far more often than an honest one does in that time. */
export const MOST_PROGRESS = 1000;

/** What is kept of a text that a peer or an orderer sends. */
export const MAX_ANSWER_TEXT = 400;

/** Between two questions to nodes that are waited for, in milliseconds: a person does not notice it. */
export const NODES_PAUSE_MS = 100;

/** Headers of 64 checking cycles as the contract shows them: some 500 bytes each. */
export const MAX_HEADERS_BYTES = 64 * 1024;
