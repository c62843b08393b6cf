export {
  compareEvents,
  comparePlaces,
  decodeEventLeaf,
  encodeEventLeaf,
  eventLeafHash,
  eventMspId,
  MAX_EVENT_LEAF_BYTES,
  type TraceEvent,
} from './event-leaf.js';
export { growthProof, verifyGrowth } from './growth.js';
export {
  addEvent,
  decodeHead,
  encodeHead,
  extendHead,
  isFull,
  MAX_HEAD_ORGANISATIONS,
  SHARED_TREE,
  treeOf,
  type AddedEvent,
  type EventTree,
  type TraceHead,
} from './head.js';
export { eventPath, newestIndices, type PerfectNodes } from './paths.js';
export { rootOfPeaks, type PerfectNode } from '../merkle/peaks.js';
export { verifyEvents, type ShownEvent, type ShownEvents } from './shown-events.js';
