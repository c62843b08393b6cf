import { compareBytes, CotraceError, utf8 } from '@cotrace/core';
import type { LineageNeeds, TraceQuestion } from '@cotrace/verifier';
import { PROOF_TRIES } from '../limits.js';
import type { MasterStore } from '../master-store.js';
import type { HeadsAtBlock, ProveHeads } from './heads.js';
import { LineageWalk } from './lineage-walk.js';
import type { Pace } from './pace.js';
import { asNeeded, type TraceInProof } from './shown-trace.js';
import { TraceReader, type MostShown } from './trace-reader.js';

/** What a proof has of the ledger: traces, by the bytes of their TraceIDs, all under one root. */
export interface Gathered {
  readonly heads: Pick<HeadsAtBlock, 'blockNum' | 'nodes'>;
  readonly traces: readonly TraceInProof[];
}

/** What a lineage is gathered with; `mostShown`: what the proof may show. */
export interface Gathering {
  readonly store: MasterStore;
  readonly pace: Pace;
  readonly prove: ProveHeads;
  readonly mostShown: MostShown;
}

/**
 * Gathers a lineage: reads the traces that it needs and does not have, until it has all; then proves the heads of all
 * in one turn, and where one has grown meanwhile, continues from what it gained. Throws `BUSY_LINEAGE` where that happens too
 * often, `PROOF_TOO_LARGE`, `EVENTS_DAMAGED`, and what `prove` throws.
 */
export async function gatherLineage(
  question: TraceQuestion,
  { store, pace, prove, mostShown }: Gathering,
): Promise<Gathered> {
  const reader = new TraceReader(store, pace, question.recorders, mostShown);
  const walk = new LineageWalk(question, { reader, pace, prove });
  let needs = await walk.needs();
  for (let tries = 0; tries < PROOF_TRIES; tries++) {
    const ids = [...needs.keys()].sort((a, b) => compareBytes(utf8(a), utf8(b)));
    const heads = await prove(ids);
    if (!(await reader.read(ids, heads))) return { heads, traces: tracesOf(ids, reader, needs) };
    needs = await walk.needs();
  }
  throw new CotraceError(
    'BUSY_LINEAGE',
    `new events came ${PROOF_TRIES} times while the lineage was proven; ask again, or for the block at the end of a cycle`,
    { tries: PROOF_TRIES },
  );
}

function tracesOf(ids: readonly string[], reader: TraceReader, needs: LineageNeeds): TraceInProof[] {
  return ids.flatMap((traceId) => {
    const [trace, records] = [reader.traces.get(traceId), needs.get(traceId)];
    return trace === undefined || records === undefined ? [] : asNeeded(traceId, trace, records);
  });
}
