import { CotraceError } from '@cotrace/core';
import type { TraceQuestion } from '@cotrace/verifier';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import { assembleProof, type AssembledProof } from './assemble-proof.js';
import type { Turn } from './asked.js';
import type { ConnectedNode } from './connections.js';
import { LONGEST_TRACE_MS, SILENT_TRACE_MS } from './limits.js';

/** What is to be shown beside the answer to a question. */
export interface Showing {
  /** How many of the newest events alone, where nothing is followed; null: all that the question needs. */
  readonly newest: number | null;
  /** Whether the envelopes are shown in which events were recorded. */
  readonly envelopes: boolean;
  /** Block under whose root to prove: the end of a cycle that masters keep; null: the newest. */
  readonly at: bigint | null;
}

/**
 * Asks one master for a proof; nothing of it is verified. Throws `BAD_PROOF`, `BAD_ANSWER` where it does not come to its end,
 * and what the master says.
 */
export async function askProof(
  { client }: ConnectedNode,
  { traceId, direction, recorders, limits }: TraceQuestion,
  { newest, envelopes, at }: Showing,
  turn: Turn,
): Promise<AssembledProof> {
  const request = {
    traceId,
    direction,
    ...limits,
    envelopes,
    ...(recorders === null ? {} : { recorders: { mspIds: [...recorders] } }),
    ...(newest === null ? {} : { newest }),
    ...(at === null ? {} : { blockNum: at }),
  };
  const deadline = performance.now() + LONGEST_TRACE_MS;
  const patience = { silence: SILENT_TRACE_MS };
  return assembleProof(
    timed(client.stream(Master.method.prove, request, turn.signal, patience), turn, deadline),
  );
}

async function* timed<T>(parts: AsyncIterable<T>, turn: Turn, deadline: number): AsyncGenerator<T> {
  for await (const part of parts) {
    if (performance.now() > deadline) {
      throw new CotraceError('BAD_ANSWER', `its proof does not end: it took ${LONGEST_TRACE_MS / 1000} s`);
    }
    turn.part();
    yield part;
  }
}
