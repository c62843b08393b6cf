import type { TraceQuestion } from '@cotrace/verifier';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import type { Turn } from './asked.js';
import type { ConnectedNode } from './connections.js';
import { SILENT_TRACE_MS } from './limits.js';
import { ProofParts, type SentProof } from './sent-proof.js';

/** What is to be shown beside the answer to a question. */
export interface Showing {
  /** How many of the newest events alone, where nothing is followed; null: all that the question needs. */
  readonly newest: number | null;
  /** Whether the envelopes are shown in which events were recorded. */
  readonly envelopes: boolean;
  /** Block under whose root to prove: the end of a cycle that masters keep; null: the newest. */
  readonly at: bigint | null;
}

/** Asks one master for a proof. Throws `BAD_ANSWER`, and what the master says. */
export async function askProof(
  { client }: ConnectedNode,
  { traceId, direction, recorders, limits }: TraceQuestion,
  { newest, envelopes, at }: Showing,
  turn: Turn,
): Promise<SentProof> {
  const request = {
    traceId,
    direction,
    ...limits,
    envelopes,
    ...(recorders === null ? {} : { recorders: { mspIds: [...recorders] } }),
    ...(newest === null ? {} : { newest }),
    ...(at === null ? {} : { blockNum: at }),
  };
  const parts = new ProofParts();
  for await (const part of client.stream(Master.method.prove, request, turn.signal, {
    silence: SILENT_TRACE_MS,
  })) {
    turn.part();
    parts.take(part);
  }
  return parts.whole();
}
