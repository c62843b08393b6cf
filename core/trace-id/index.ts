export type { Nature } from './constrain.js';
export { hashTextOf, type Identity, type IdentityWarning } from './identity.js';
export { MAX_TRACE_ID_BYTES, canonicalTraceId, checkTraceId, identify } from './trace-id.js';
