/** Name of the chaincode event that a capture emits. */
export const CAPTURED_EVENT = 'captured';
