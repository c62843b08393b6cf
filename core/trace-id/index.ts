export type { Gs1Identifier, Gs1Reading } from './gs1-identifier.js';
export { digitalLink, encodeMinimal, percent } from './gs1-identifier.js';
export { MAX_TRACE_ID_BYTES, canonicalTraceId, checkTraceId, readGs1 } from './trace-id.js';
