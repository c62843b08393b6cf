import {
  CotraceError,
  growthProof,
  isCotraceError,
  traceTrieKey,
  type EventTree,
  type TraceHead,
} from '@cotrace/core';
import type { GrowthRequest, TreeCount } from '../gen/cotrace/cotrace_pb.js';
import type { EventRows } from './event-rows.js';

/**
 * The proof that a later head of a trace extends an earlier one, from the nodes of its trees, which never change. Throws
 * `BAD_REQUEST` for heads that cannot be, and `NOT_FOUND` for events that this master does not have.
 */
export function growthOf(events: EventRows, { traceId, older, newer }: GrowthRequest): Uint8Array {
  const traceKey = traceTrieKey(traceId);
  const heads = [headOf(older), headOf(newer)] as const;
  try {
    return growthProof(...heads, (mspId) => events.nodes({ traceKey, mspId }));
  } catch (cause) {
    if (isCotraceError(cause, 'HEAD_ROLLED_BACK')) throw bad(cause);
    if (!isCotraceError(cause, 'EVENTS_DAMAGED')) throw cause;
    throw new CotraceError('NOT_FOUND', 'this master does not have that many events of the trace', {}, cause);
  }
}

/** Where nodes stand follows from the counts alone. */
function headOf(trees: readonly TreeCount[]): TraceHead {
  return trees.map(({ mspId, count }): EventTree => {
    if (count < 1) throw bad(null);
    return { mspId, count, lastBlock: 0n, lastTx: 0, peaks: [] };
  });
}

function bad(cause: unknown): CotraceError {
  return new CotraceError(
    'BAD_REQUEST',
    'the later head has every tree of the earlier one, none of them smaller or empty',
    {},
    cause,
  );
}
