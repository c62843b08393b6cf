export type { Nature } from './constrain.js';
export { hashTextOf, type Identity, type IdentityWarning } from './identity.js';
export { isLotNumber, isLotOf, lotOfProduct } from './lots.js';
export { MAX_TRACE_ID_BYTES, canonicalTraceId, checkTraceId, identify } from './trace-id.js';
