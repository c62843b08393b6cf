import {
  CotraceError,
  decodeHead,
  isCotraceError,
  relayedError,
  type TraceHead,
  verifyGrowth,
} from '@cotrace/core';
import {
  LINEAGE_LIMITS,
  type TraceProof,
  type TraceQuestion,
  type Trust,
  verifyTraceProof,
} from '@cotrace/verifier';
import { majorityOf } from '../consortium/consortium.js';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import { firstAnswer } from './ask-in-turn.js';
import { collectTrace, type CollectedTrace } from './collect-trace.js';
import type { Connections } from './connections.js';
import { SHORT_CALL_MS } from './limits.js';

/** The question of who watches: how many events a trace has, and nothing of what they say. */
export function watchQuestion(traceId: string): TraceQuestion {
  return { traceId, direction: 'none', recorders: null, limits: LINEAGE_LIMITS };
}

const NOTHING = { newest: 0, envelopes: false, at: null };

/** What was known of a trace: a proof, and the path of the file that it is kept in. */
export interface KnownTrace {
  readonly proof: TraceProof;
  readonly path: string;
}

/** Where a trace stands now. */
export interface WatchedTrace extends CollectedTrace {
  /**
   * A quorum has attested a history that this one does not extend: code `HEAD_ROLLED_BACK` or `HEAD_REWRITTEN`, and the two
   * proofs together show it; or most masters fail to prove that it does, which is `HEAD_REWRITTEN` too.
   */
  readonly rewritten: CotraceError | null;
}

/**
 * Where a trace stands now, proven, and whether it extends what is known of it, which is verified again. Throws `BEHIND` for an older state than is known, what `collectTrace` throws, and what stands for the faults of all masters
 * where none proves the growth.
 */
export async function watchTrace(
  connections: Connections,
  traceId: string,
  known: KnownTrace | null,
  trust: Trust,
): Promise<WatchedTrace> {
  const question = watchQuestion(traceId);
  if (known !== null) requireHolding(known, trust, question);
  const collected = await collectTrace(connections, question, NOTHING, trust);
  if (known === null) return { ...collected, rewritten: null };
  requireNotBefore(known.proof.root.block, collected.proof.root.block);
  const [older, newer] = [headIn(known.proof, traceId), headIn(collected.proof, traceId)];
  const shown = rewrittenBetween(older, newer) ?? addedTo(known.proof.root.block, older, newer);
  if (shown !== null || older.length === 0) return { ...collected, rewritten: shown };
  return { ...collected, rewritten: await notGrown(connections, traceId, older, newer) };
}

/** Throws what is wrong with a proof that was kept, where it is, and what to do. */
function requireHolding({ proof, path }: KnownTrace, trust: Trust, question: TraceQuestion): void {
  try {
    verifyTraceProof(proof, trust, question);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    const told =
      `the last proof of ${question.traceId}, kept in ${path}, does not hold by the trust file; ` +
      'if the network was replaced, move that file away, and watching begins again; otherwise check the trust file';
    throw relayedError(error.code, told, { ...error.detail, path }, error);
  }
}

function requireNotBefore(known: bigint, block: bigint): void {
  if (block >= known) return;
  throw new CotraceError('BEHIND', `answers as of block ${block}; block ${known} is known already`, {
    block,
    known,
  });
}

/**
 * Has a master prove that one head extends the other. An honest one can wherever it does: where most of them answer with
 * what does not lead there, it does not, and this is returned.
 */
async function notGrown(
  connections: Connections,
  traceId: string,
  older: TraceHead,
  newer: TraceHead,
): Promise<CotraceError | null> {
  const request = { traceId, older: countsOf(older), newer: countsOf(newer) };
  const masters = connections.masters();
  const failed = new Set<string>();
  try {
    await firstAnswer(
      masters,
      ({ client }, { signal }) =>
        client.call(Master.method.growth, request, { timeout: SHORT_CALL_MS, signal }),
      connections.faults,
      ({ proof }, { name }) => {
        failed.add(name);
        verifyGrowth(older, newer, proof);
      },
    );
    return null;
  } catch (cause) {
    if (failed.size < majorityOf(connections.context.consortium)) throw cause;
    const text = `no master proves that the history of ${traceId} extends the one that was known`;
    return new CotraceError('HEAD_REWRITTEN', text, { masters: [...failed] }, cause);
  }
}

/** What two heads show by themselves, so that nobody's word is needed. */
function rewrittenBetween(older: TraceHead, newer: TraceHead): CotraceError | null {
  try {
    verifyGrowth(older, newer, new Uint8Array());
  } catch (error) {
    if (isCotraceError(error) && REWRITTEN.has(error.code)) return error;
    if (!isCotraceError(error)) throw error;
  }
  return null;
}

/** What shows that a block up to `known` has an event now that it did not have: the last one of a tree that grew. */
function addedTo(known: bigint, older: TraceHead, newer: TraceHead): CotraceError | null {
  const counts = new Map(older.map(({ mspId, count }) => [mspId, count]));
  const late = newer.find(
    ({ mspId, count, lastBlock }) => count > (counts.get(mspId) ?? 0) && lastBlock <= known,
  );
  if (late === undefined) return null;
  const { mspId, lastBlock } = late;
  const text = `block ${lastBlock} has an event now that it did not have as of block ${known}`;
  return new CotraceError('HEAD_REWRITTEN', text, { mspId, lastBlock, known });
}

const REWRITTEN: ReadonlySet<string> = new Set(['HEAD_ROLLED_BACK', 'HEAD_REWRITTEN']);

function countsOf(head: TraceHead): { mspId: string; count: number }[] {
  return head.map(({ mspId, count }) => ({ mspId, count }));
}

/** No trees: nobody has recorded it. */
function headIn({ traces }: TraceProof, traceId: string): TraceHead {
  const trace = traces.find((one) => one.traceId === traceId);
  return trace?.head == null ? [] : decodeHead(trace.head);
}
