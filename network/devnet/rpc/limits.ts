/** Largest message that a peer or orderer takes: Fabric's `comm.DefaultMaxRecvMsgSize`. */
export const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;
