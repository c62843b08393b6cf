/** Timeouts of starting Fabric's own programs and asking them to join channels, in milliseconds. */

/** How long an ordering node may take to answer when it is asked to join a channel. */
export const JOIN_MS = 15_000;

/** How long a peer may take to answer an administrator's call: it may be installing a package. */
export const PEER_ADMIN_MS = 30_000;

/** Between two looks at what is waited for. */
export const LOOK_PAUSE_MS = 100;

/** How long an ordering node may take to follow a leader: an election takes five to ten seconds, of a BFT network twenty. */
export const LEADER_MS = 60_000;

/** How long one call to an ordering node may take while a leader is waited for. */
export const LEADER_CALL_MS = 5_000;

/** How long an ordering node may take to send a block, or to take an envelope. */
export const ORDERER_CALL_MS = 15_000;

/** How long a configuration that was taken may take to be in force. */
export const UPDATE_MS = 30_000;

/** How long a program that was told to end may take before it is killed. */
export const PROGRAM_END_MS = 10_000;
