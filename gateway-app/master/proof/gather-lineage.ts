import { compareBytes, CotraceError, utf8 } from '@cotrace/core';
import {
  lineageAndNeeds,
  rememberedNatures,
  type LineageNeeds,
  type LineageQuestion,
  type TraceQuestion,
} from '@cotrace/verifier';
import { PROOF_TRIES, READ_AHEAD } from '../limits.js';
import type { MasterStore } from '../master-store.js';
import type { HeadsAtBlock, ProveHeads } from './heads.js';
import type { Pace } from './pace.js';
import { asNeeded, type TraceInProof } from './shown-trace.js';
import { seenOf, TraceReader, type ReadTrace } from './trace-reader.js';

/** What a proof has of the ledger: traces, by the bytes of their TraceIDs, all under one root. */
export interface Gathered {
  readonly heads: Pick<HeadsAtBlock, 'blockNum' | 'nodes'>;
  readonly traces: readonly TraceInProof[];
}

/**
 * Gathers a lineage: reads the traces that it needs and does not have, until it has all; then proves the heads of all
 * in one turn, and where one has grown meanwhile, goes on from what it gained. Throws `BUSY_LINEAGE` where that happens too
 * often, `PROOF_TOO_LARGE`, `EVENTS_DAMAGED`, and what `prove` throws.
 */
export async function gatherLineage(
  question: TraceQuestion,
  { store, pace, prove }: { readonly store: MasterStore; readonly pace: Pace; readonly prove: ProveHeads },
): Promise<Gathered> {
  const reader = new TraceReader(store, pace);
  const lineage = {
    ...question,
    recorders: setOf(question.recorders),
    rootTime: null,
    natureOf: rememberedNatures(),
  };
  const walk = async (): Promise<LineageNeeds> => {
    for (let open = [question.traceId]; ;) {
      await reader.read(open, await prove(open));
      await readAhead(open);
      const needs = await needsNow(lineage, reader, pace);
      open = [...needs.keys()].filter((traceId) => !reader.traces.has(traceId));
      if (open.length === 0) return needs;
    }
  };
  // What transformations name is most likely needed. Each look at the lineage goes over all that was read, so as much again is
  // read before the next one: a long chain takes few looks, and at most half of what is read was not needed.
  const readAhead = async (from: readonly string[]): Promise<void> => {
    const { size } = reader.traces;
    const most = Math.min(2 * size + READ_AHEAD, question.limits.identifiers);
    for (let ids = from; ids.length > 0;) {
      const named = ids.flatMap((id) => namedBeyond(id, reader.traces.get(id) ?? null, question.direction));
      const fresh = [...new Set(named)].filter((id) => !reader.traces.has(id));
      ids = fresh.slice(0, Math.max(0, most - reader.traces.size));
      if (ids.length > 0) await reader.read(ids, await prove(ids));
    }
  };
  let needs = await walk();
  for (let tries = 0; tries < PROOF_TRIES; tries++) {
    const ids = [...needs.keys()].sort((a, b) => compareBytes(utf8(a), utf8(b)));
    const heads = await prove(ids);
    if (!(await reader.read(ids, heads))) return { heads, traces: tracesOf(ids, reader, needs) };
    needs = await walk();
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

/** Identifiers on the other side of the transformations of a trace, the way that a lineage goes. */
function namedBeyond(id: string, trace: ReadTrace | null, direction: TraceQuestion['direction']): string[] {
  if (trace === null || direction === 'none') return [];
  return seenOf(trace).flatMap(({ shown }) => {
    if (shown.shown !== 'record') return [];
    const { traces } = shown.record;
    const isIn = (role: string): boolean => traces.some((entry) => entry.id === id && entry.role === role);
    const sides = [
      ...(direction !== 'down' && isIn('output') ? ['input'] : []),
      ...(direction !== 'up' && isIn('input') ? ['output'] : []),
    ];
    return traces.filter(({ role }) => sides.includes(role)).map((entry) => entry.id);
  });
}

/** What must be shown, as far as the traces that were read tell. */
async function needsNow(question: LineageQuestion, reader: TraceReader, pace: Pace): Promise<LineageNeeds> {
  const shown = new Map(
    [...reader.traces].map(([id, trace]) => [id, seenOf(trace).map((event) => event.shown)] as const),
  );
  pace.count('visits', pace.used.events);
  await pace.breathe();
  // Nothing is followed: every event of the one trace is needed.
  if (question.direction === 'none') {
    return new Map([...shown].map(([id, events]) => [id, new Set(events.keys())]));
  }
  return lineageAndNeeds(question, shown).needs;
}

function setOf(recorders: TraceQuestion['recorders']): LineageQuestion['recorders'] {
  return recorders === null ? null : new Set(recorders);
}
