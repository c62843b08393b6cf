/** Limits and timeouts of the embedded network. Times are in milliseconds. */

/** How long a chaincode may run for one proposal: Fabric's `chaincode.executetimeout`. */
export const EXECUTE_MS = 30_000;

/** How long a chaincode service may take to be reached. */
export const STARTUP_MS = 3_000;

/** How long a gateway waits for another organisation's peer: `peer.gateway.endorsementTimeout`. */
export const PEER_ENDORSEMENT_MS = 10_000;

/** How far the clock of a client may be off: `peer.authentication.timewindow` of core.yaml. */
export const TIME_WINDOW_MS = 15 * 60_000;

/** How long a connection is tried to learn why a chaincode service could not be reached. */
export const DIAL_MS = 1000;

/** Largest message that a peer or orderer takes: Fabric's `comm.DefaultMaxRecvMsgSize`. */
export const FABRIC_MESSAGE_BYTES = 100 * 1024 * 1024;
