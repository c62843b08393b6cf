import { comparePlaces, CotraceError, decodeEventLeaf, decodeHead, type TraceEvent } from '@cotrace/core';
import type { ProofTree, TraceAnswer, TraceProof } from '@cotrace/verifier';

/**
 * Throws `INCOMPLETE` where a proof shows less than was asked for: all that the question needs, or, of one trace, the `newest`
 * of its events.
 */
export function requireEnough(proof: TraceProof, answer: TraceAnswer, newest: number | null): void {
  const { traceId } = answer.question;
  if (newest === null) {
    const [first] = answer.open;
    if (first !== undefined) throw leavesOut(`what the question needs of ${first.traceId}`, answer);
    return;
  }
  const own = answer.identifiers.find((one) => one.traceId === traceId);
  const recorded = (own?.organisations ?? []).reduce((sum, { count }) => sum + count, 0);
  const notShown = answer.open.reduce((sum, { events }) => sum + events, 0);
  if (notShown > Math.max(0, recorded - newest) || !showsNewest(proof, traceId)) {
    throw leavesOut(`some of the newest ${newest} events of ${traceId}`, answer);
  }
}

/**
 * Whether what is shown of each tree is its newest, and nothing of a tree is left out that is newer than all that is shown.
 * Which of two trees' events is newer can be seen of shown ones and of the last of each tree alone.
 */
function showsNewest({ traces }: TraceProof, traceId: string): boolean {
  const trace = traces.find((one) => one.traceId === traceId);
  if (trace?.head == null) return true;
  const { head: value, trees } = trace;
  const [oldest] = trees.flatMap(({ events }) => events.map(placeOf)).sort(comparePlaces);
  return decodeHead(value).every(({ count, lastBlock, lastTx }, at) => {
    const { events } = trees[at] ?? NOTHING;
    const last = { blockNum: lastBlock, txNum: lastTx };
    if (events.length === 0) return oldest === undefined || comparePlaces(last, oldest) <= 0;
    return events.every(({ index }, i) => index === count - events.length + i);
  });
}

const NOTHING: Pick<ProofTree, 'events'> = { events: [] };

/** Where an event stands; one that is hidden is before all others, so that nothing is said of it. */
function placeOf(event: ProofTree['events'][number]): Pick<TraceEvent, 'blockNum' | 'txNum'> {
  return 'hidden' in event ? { blockNum: 0n, txNum: 0 } : decodeEventLeaf(event.place);
}

function leavesOut(what: string, { open }: TraceAnswer): CotraceError {
  return new CotraceError('INCOMPLETE', `leaves out ${what}`, { open: open.length });
}
