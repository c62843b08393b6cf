export {
  compareEvents,
  decodeEventLeaf,
  encodeEventLeaf,
  eventLeafHash,
  MAX_EVENT_LEAF_BYTES,
  type TraceEvent,
} from './event-leaf.js';
export { growthProof, verifyGrowth } from './growth.js';
export {
  decodeHead,
  encodeHead,
  extendHead,
  isFull,
  MAX_HEAD_ORGANISATIONS,
  SHARED_TREE,
  treeOf,
  type EventTree,
  type TraceHead,
} from './head.js';
export { eventPath, newestIndices, type PerfectNodes } from './paths.js';
export { rootOfPeaks } from './peaks.js';
export { verifyEvents, type ShownEvent, type ShownEvents } from './shown-events.js';
