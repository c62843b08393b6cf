import { MAX_TREE_SIZE } from '@cotrace/core';
import type { AnsweredTrace, OrganisationCount, TraceAnswer } from './answer.js';
import type { ReadEvent, ReadTrace } from './contents.js';
import type { ProvenTrace } from './heads.js';
import { rememberedNatures, type ProvenLineage } from './proven-lineage.js';

/** What is shown of the traces: those of the lineage, and those that it only consulted. */
export function countedTraces(
  { lineage, needs }: ProvenLineage,
  proven: readonly ProvenTrace[],
  traces: readonly ReadTrace[],
): Pick<TraceAnswer, 'identifiers' | 'consulted'> {
  const natureOf = rememberedNatures();
  const byId = new Map(proven.map((trace, at) => [trace.traceId, countsOf(trace, traces[at]?.events ?? [])]));
  const counted = (traceId: string): AnsweredTrace => ({
    traceId,
    nature: natureOf(traceId),
    organisations: byId.get(traceId) ?? [],
  });
  const reached = new Set(lineage.identifiers.map(({ traceId }) => traceId));
  const others = [...needs.keys()].filter((traceId) => !reached.has(traceId)).sort();
  return {
    identifiers: lineage.identifiers.map((one) => ({ ...one, ...counted(one.traceId) })),
    consulted: others.map((traceId) => counted(traceId)),
  };
}

function countsOf({ trees }: ProvenTrace, events: readonly ReadEvent[]): OrganisationCount[] {
  let at = 0;
  return trees.map(({ mspId, count, events: { length } }) => {
    const own = events.slice(at, at + length);
    at += length;
    const shown = own.filter((event) => event.shown === null || 'row' in event.shown).length;
    return { mspId, count, shown, full: count === MAX_TREE_SIZE };
  });
}
