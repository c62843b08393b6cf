import { CotraceError, identify, type Nature } from '@cotrace/core';
import { lineageAndNeeds } from '../lineage/lineage.js';
import type { LineageAnswer, LineageNeeds, OpenEnd, ShownEvent } from '../lineage/types.js';
import { mayBeOf } from '../lineage/needs.js';
import { hiddenIn, type ReadTrace } from './contents.js';
import type { TraceQuestion } from './types.js';

/** A lineage over what a proof shows, and the traces that it reached or consulted. */
export interface ProvenLineage {
  readonly lineage: LineageAnswer;
  readonly needs: LineageNeeds;
}

/**
 * The lineage that a proof shows. Foreign events are not part of it, and of events that the proof does not even list only
 * their number counts. Throws `NOT_ASKED` for a trace or record that it does not need.
 */
export function provenLineage(
  question: TraceQuestion,
  traces: readonly ReadTrace[],
  unixSeconds: bigint,
): ProvenLineage {
  const shown = new Map(
    traces.map(({ traceId, events, unlisted }) => {
      const seen = events.flatMap((event) => event.shown ?? []);
      return [traceId, [...seen, ...unlisted.map(({ mspId }) => hiddenIn(mspId))]];
    }),
  );
  const asked = {
    ...question,
    recorders: question.recorders === null ? null : new Set(question.recorders),
    natureOf: rememberedNatures(),
    rootTime: timeText(unixSeconds),
  };
  const { answer, needs } = lineageAndNeeds(asked, shown);
  for (const [traceId, events] of shown) refuseUnneeded(traceId, events, needs);
  const byId = new Map(traces.map((trace) => [trace.traceId, trace]));
  const open = answer.open.map((end) => counted(end, byId.get(end.traceId)?.unlisted ?? [], asked.recorders));
  return { lineage: { ...answer, open }, needs };
}

/** One event stood for all of a tree that are not listed. */
function counted(
  end: OpenEnd,
  unlisted: ReadTrace['unlisted'],
  recorders: ReadonlySet<string> | null,
): OpenEnd {
  const more = unlisted
    .filter(({ mspId }) => mayBeOf(recorders, mspId === '' ? null : mspId))
    .reduce((sum, { events }) => sum + events - 1, 0);
  return { ...end, events: end.events + more };
}

function refuseUnneeded(traceId: string, events: readonly ShownEvent[], needs: LineageNeeds): void {
  const needed = needs.get(traceId);
  if (needed === undefined) {
    throw new CotraceError('NOT_ASKED', `the answer does not need the trace of ${traceId}`, { traceId });
  }
  for (const [at, event] of events.entries()) {
    if (event.shown !== 'record' || needed.has(at)) continue;
    const { recordId } = event.record;
    throw new CotraceError('NOT_ASKED', `the answer does not need a record of ${traceId}`, {
      traceId,
      recordId,
    });
  }
}

/** Natures of identifiers, each read once. */
export function rememberedNatures(): (traceId: string) => Nature {
  const known = new Map<string, Nature>();
  return (traceId) => {
    const nature = known.get(traceId) ?? identify(traceId).nature;
    known.set(traceId, nature);
    return nature;
  };
}

/** The last second that has a text of 24 characters. */
const LAST = 253_402_300_799n;

function timeText(unixSeconds: bigint): string {
  return new Date(Number(unixSeconds < LAST ? unixSeconds : LAST) * 1000).toISOString();
}
