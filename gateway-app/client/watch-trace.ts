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
  readTraceProof,
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

/** What was proven of a trace before. */
export interface KnownTrace {
  /** Text of the proof file. */
  readonly text: string;
  /** What errors call it, such as the path of its file. */
  readonly name: string;
}

/** Where a trace stands now. */
export interface WatchedTrace extends CollectedTrace {
  /** What was known. */
  readonly earlier: TraceProof | null;
  /**
   * A quorum has attested a history that this one does not extend: code `HEAD_ROLLED_BACK` or `HEAD_REWRITTEN`, and the two
   * proofs together show it; or most masters fail to prove that it does, which is `HEAD_REWRITTEN` too.
   */
  readonly rewritten: CotraceError | null;
}

/**
 * Where a trace stands now, proven, and whether it extends what is known of it, which is verified again.
 * Throws `BEHIND` for an older state than is known, what `collectTrace` throws, and what stands for the faults of all masters
 * where none proves the growth.
 */
export async function watchTrace(
  connections: Connections,
  traceId: string,
  known: KnownTrace | null,
  trust: Trust,
): Promise<WatchedTrace> {
  const question = watchQuestion(traceId);
  const earlier = known === null ? null : provenBefore(known, question, trust);
  const collected = await collectTrace(connections, question, NOTHING, trust);
  if (earlier === null) return { ...collected, earlier, rewritten: null };
  const [before, block] = [earlier.root.block, collected.proof.root.block];
  if (block < before) {
    throw new CotraceError('BEHIND', `answers as of block ${block}; block ${before} is known already`, {
      block,
      known: before,
    });
  }
  const [older, newer] = [headIn(earlier, traceId), headIn(collected.proof, traceId)];
  if (older.length === 0) return { ...collected, earlier, rewritten: null };
  const rewritten = rewrittenBetween(older, newer) ?? (await notGrown(connections, traceId, older, newer));
  return { ...collected, earlier, rewritten };
}

/** What was known, verified again. */
function provenBefore({ text, name }: KnownTrace, question: TraceQuestion, trust: Trust): TraceProof {
  try {
    const proof = readTraceProof(text);
    verifyTraceProof(proof, trust, question);
    return proof;
  } catch (cause) {
    if (!isCotraceError(cause)) throw cause;
    const told = `${name}, what was known of ${question.traceId}, does not hold under the trust file; if it is of another network, move it away`;
    throw relayedError(cause.code, told, { ...cause.detail, known: name }, cause);
  }
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

const REWRITTEN: ReadonlySet<string> = new Set(['HEAD_ROLLED_BACK', 'HEAD_REWRITTEN']);

function countsOf(head: TraceHead): { mspId: string; count: number }[] {
  return head.map(({ mspId, count }) => ({ mspId, count }));
}

/** No trees: nobody has recorded it. */
function headIn({ traces }: TraceProof, traceId: string): TraceHead {
  const trace = traces.find((one) => one.traceId === traceId);
  return trace?.head == null ? [] : decodeHead(trace.head);
}
