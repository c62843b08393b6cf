export { buildFbTree, buildMbTree } from './build.js';
export type { IndexEntry } from './entry.js';
export { DEFAULT_ORDER, MAX_ENTRIES, MAX_KEY_BYTES, MAX_ORDER, MIN_ORDER } from './layout.js';
export { onlyTraceId, traceIdsBetween, traceIdsWithPrefix, type KeyRange } from './key-range.js';
export { MbTree } from './mb-tree.js';
export { entriesOfRecord, type IndexRecord } from './records.js';
export { FbTree } from './tree.js';
export { impliedUpstream, joinedTraceId, MAX_CODED_PARTS, suffixedTraceId } from './codings.js';
export { verifyMbProof, type MbProofClaim, type ProvenRange } from './verify.js';
