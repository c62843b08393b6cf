export { canonicalDecimal, MAX_AMOUNTS, sortedAmounts } from './amounts.js';
export * from './event-time.js';
export * from './keys.js';
export * from './record.js';
export * from './record-limits.js';
export { recordOf, URI } from './record-shape.js';
export * from './rows-and-marks.js';
export { MAX_TRACE_KEY_BYTES, readTraceKey, type TraceKey } from './trace-key.js';
export { shortTraceId, typedKey, typedTraceId } from './typed-trace-id.js';
