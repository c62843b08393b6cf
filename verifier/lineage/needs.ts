import type { Closure, ClosureParts } from './closure.js';
import type { Entry } from './history.js';
import { sideOf, type ShownEntry } from './shown.js';
import type { Steps } from './steps-of-work.js';
import type { LineageNeeds, LineageQuestion, OpenEnd, ShownTraces } from './types.js';

/** What must be shown for a lineage (docs/formats.md, Lineage), by the order of identifiers. */
export function* needsOf(
  closures: readonly Closure[],
  events: ReadonlyMap<string, ShownEntry>,
  { history, work }: ClosureParts,
): Steps<LineageNeeds> {
  const ids = new Set([
    ...closures.flatMap(({ reached, consulted }) => [...reached.keys(), ...consulted]),
    ...[...history.unbound.values()].map(({ traceId }) => traceId),
  ]);
  const needs = new Map<string, ReadonlySet<number>>();
  for (const id of [...ids].sort()) {
    const { entries, declarations, decidedByRecord } = history.trace(id);
    if (work.isDue(entries.length)) yield;
    const ways = closures.map((closure) => recordsNeeded(closure, id, entries, events));
    const isProduct = closures.some(({ whole, loads }) => whole.has(id) || loads.has(id));
    const needed = entries.filter((entry) => ways.some((isNeeded) => isNeeded(entry)));
    const records = [
      ...needed.map(({ at }) => at),
      ...decidedByRecord,
      ...(isProduct ? declarations.places : []),
    ];
    needs.set(id, new Set(records));
  }
  return needs;
}

/** Which events of an identifier one way needs as record. */
function recordsNeeded(
  closure: Closure,
  id: string,
  entries: readonly Entry[],
  events: ReadonlyMap<string, ShownEntry>,
): (entry: Entry) => boolean {
  if (closure.whole.has(id) || closure.loads.has(id)) return () => true;
  const isContainer = closure.held.has(id);
  const isLot = closure.lots.has(id);
  const isProcess = closure.processes.has(id);
  const wasInput = entries.some(({ row }) => row.roles.includes('input'));
  return ({ key, row: { roles } }) =>
    (isContainer && (events.has(key) || (closure.way === 'down' && wasInput))) ||
    (isLot && roles.some((role) => role !== 'lot')) ||
    (isProcess && roles.includes(sideOf(closure.way)));
}

/** What is needed and not shown, by identifier. Where there are `recorders`, of events only theirs. */
export function openEnds(
  needs: LineageNeeds,
  shown: ShownTraces,
  recorders: LineageQuestion['recorders'],
): OpenEnd[] {
  return [...needs].flatMap(([traceId, records]): OpenEnd[] => {
    const events = shown.get(traceId) ?? null;
    if (events === null) return [{ traceId, missing: 'trace', events: 0 }];
    const missing = events.filter(
      (event, at) =>
        event.shown !== 'record' &&
        (event.shown !== 'row' || records.has(at)) &&
        mayBeOf(
          recorders,
          event.shown === 'hidden' ? (event.organisation ?? null) : event.place.organisation,
        ),
    ).length;
    return missing === 0 ? [] : [{ traceId, missing: 'events', events: missing }];
  });
}

/** Whether the word of an organisation counts, or may: of null nobody knows who it is. */
export function mayBeOf(recorders: LineageQuestion['recorders'], organisation: string | null): boolean {
  return recorders === null || organisation === null || recorders.has(organisation);
}
