import { equalBytes, toHex } from '../bytes/bytes.js';
import { MalformedError } from '../errors.js';
import { leafHash } from '../merkle/hashing.js';
import { readTraceKey } from '../records/trace-key.js';
import { compareEvents, comparePlaces, decodeEventLeaf, type TraceEvent } from './event-leaf.js';
import { treeOf, type EventTree, type TraceHead } from './head.js';
import { rootOfPath } from './paths.js';
import { rootOfPeaks } from '../merkle/peaks.js';

/** An event of a proof: its leaf's data, or only the leaf's hash where it is hidden. */
export type ShownEvent =
  | { readonly index: number; readonly leaf: Uint8Array }
  | { readonly index: number; readonly hidden: Uint8Array };

/** Events of one tree of a trace, by their indices, and the path that ties them to it. All of it is the prover's word. */
export interface ShownEvents {
  /** MSP id of the tree, or `SHARED_TREE`. */
  readonly mspId: string;
  readonly events: readonly ShownEvent[];
  readonly path: Uint8Array;
}

/**
 * Checks events of the trace `traceId` that a prover shows under its `head`, which must be trusted, and returns them in
 * their order; null stands for a hidden one. They are the tree's events at these indices: none is another trace's or
 * another organisation's, none is doubled or out of order. All events of the tree are there where there are as many as
 * its count, and it is not full.
 *
 * Throws `NO_TREE` where the head does not have such a tree; as `decodeEventLeaf`; `WRONG_TRACE`, `WRONG_ORGANISATION`,
 * `EVENT_ORDER`; as `rootOfPath`, and `ROOT_MISMATCH`. Cost is linear in what is shown.
 */
export function verifyEvents(
  traceId: string,
  head: TraceHead,
  { mspId, events, path }: ShownEvents,
): (TraceEvent | null)[] {
  const tree = head.find((candidate) => candidate.mspId === mspId);
  if (tree === undefined) {
    throw new MalformedError('NO_TREE', 'events are shown of an organisation that the head does not name', {
      mspId: mspId.slice(0, 255),
    });
  }
  const read = events.map((event) => ('leaf' in event ? decodeEventLeaf(event.leaf) : null));
  read.forEach((event, at) => {
    if (event !== null) checkEvent(event, events[at]?.index ?? 0, { traceId, head, tree });
  });
  checkRising(read);
  const root = rootOfPath({
    count: tree.count,
    indices: events.map(({ index }) => index),
    leafHashes: events.map((event) => ('leaf' in event ? leafHash(event.leaf) : event.hidden)),
    path,
  });
  const wanted = rootOfPeaks(tree.peaks);
  if (root !== null && !equalBytes(root, wanted)) {
    throw new MalformedError('ROOT_MISMATCH', 'the events shown are not those of the head', {
      computed: toHex(root),
      root: toHex(wanted),
    });
  }
  return read;
}

function checkEvent(
  event: TraceEvent,
  index: number,
  { traceId, head, tree }: { traceId: string; head: TraceHead; tree: EventTree },
): void {
  if (readTraceKey(event.key)?.traceId !== traceId) {
    throw new MalformedError('WRONG_TRACE', `event ${index} is one of another trace`, {
      index,
      key: event.key,
      traceId,
    });
  }
  if (treeOf(head, event.mspId) !== tree) {
    throw new MalformedError('WRONG_ORGANISATION', `event ${index} is one of another organisation`, {
      index,
      mspId: event.mspId,
      tree: tree.mspId,
    });
  }
  const after = comparePlaces(event, { blockNum: tree.lastBlock, txNum: tree.lastTx });
  if (index === tree.count - 1 ? after !== 0 : after > 0) {
    throw new MalformedError('EVENT_ORDER', `event ${index} does not fit the last place of its head`, {
      index,
      blockNum: String(event.blockNum),
      txNum: event.txNum,
      lastBlock: String(tree.lastBlock),
      lastTx: tree.lastTx,
    });
  }
}

function checkRising(read: readonly (TraceEvent | null)[]): void {
  let before: TraceEvent | null = null;
  for (const [at, event] of read.entries()) {
    if (event === null) continue;
    if (before !== null && compareEvents(before, event) >= 0) {
      throw new MalformedError('EVENT_ORDER', 'an event is shown twice or before an earlier one', {
        at,
        blockNum: String(event.blockNum),
        txNum: event.txNum,
      });
    }
    before = event;
  }
}
