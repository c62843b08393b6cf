export {
  digitalLink,
  encodeMinimal,
  percent,
  type Gs1Identifier,
  type Gs1Reading,
} from './gs1-identifier.js';
export { MAX_TRACE_ID_BYTES, canonicalTraceId, checkTraceId, readGs1 } from './trace-id.js';
