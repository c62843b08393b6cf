import type { Closure } from './closure.js';
import { makes } from './edges.js';
import type { Entry, History, Trace } from './history.js';
import { compare } from './order.js';
import { doubtsIn, type Pairs, type Windows } from './pairs.js';
import { CERTAIN, reasonsOf } from './reasons.js';
import { push } from './record-facts.js';
import type { ShownEntry } from './shown.js';
import { Spans } from './spans.js';
import { EVER, FOREVER, meet, type Span } from './times.js';
import type { LineageAnswer, LineageContainer, LineageQuestion, LineageWindow } from './types.js';

/** The containers of a lineage, with the windows in which they were followed, and what else they were used for. */
export function containersOf(
  closures: readonly Closure[],
  events: ReadonlyMap<string, ShownEntry>,
  history: History,
  pairs: Pairs,
): LineageContainer[] {
  const ids = [...new Set(closures.flatMap(({ held }) => [...held.keys()]))].sort();
  return ids.map((traceId) => {
    const held = closures.flatMap((closure) => closure.held.get(traceId) ?? []);
    const followed = new Map<Windows, Spans[]>();
    for (const { windows, times } of held) push(followed, windows, times);
    const others = history.trace(traceId).entries.filter(({ key }) => !events.has(key));
    const loads = new Set(
      (['aggregation', 'association'] as const).flatMap((bond) =>
        pairs.parentFacts(traceId, bond).loads.map(({ key }) => key),
      ),
    );
    const openings = others.filter(({ key }) => loads.has(key)).length;
    // A pair that was followed from the child and from the container has windows of both.
    const windows = distinct([...followed].flatMap(([one, times]) => windowsOf(one, times)));
    const key = ({ child, bond, from }: LineageWindow): string => JSON.stringify([child, bond, from ?? EVER]);
    windows.sort((a, b) => compare(key(a), key(b)));
    return { traceId, windows, otherUses: { openings, events: others.length } };
  });
}

function windowsOf(windows: Windows, times: readonly Spans[]): LineageWindow[] {
  const followed = Spans.union(times);
  return windows.stays
    .filter((stay) => followed.meets(stay))
    .map((stay) => ({
      child: windows.child,
      bond: windows.bond,
      ...told(stay),
      openedBy: stay.openedBy,
      closedBy: stay.closedBy,
      undecided: distinct(
        doubtsIn(windows, stay).map((part) => ({
          ...told(meet(part, stay) ?? part),
          because: reasonsOf(part.why),
        })),
      ),
    }));
}

/** Each once, in an order of their own. */
export function distinct<Value>(values: readonly Value[]): Value[] {
  const byText = new Map(values.map((value) => [JSON.stringify(value), value]));
  return [...byText].sort(([a], [b]) => compare(a, b)).map(([, value]) => value);
}

function told({ from, to }: Span): { from: string | null; to: string | null } {
  return { from: from === EVER ? null : from, to: to === FOREVER ? null : to };
}

/** Individuals that were made or used up by more than one event. */
export function repeatedIn(
  ids: readonly string[],
  history: History,
  natureOf: LineageQuestion['natureOf'],
): LineageAnswer['repeated'] {
  return ids.flatMap((traceId) => {
    if (natureOf(traceId) !== 'instance') return [];
    const { entries } = history.trace(traceId);
    const count = (counts: (entry: Entry) => boolean): number =>
      new Set(entries.filter((entry) => entry.why === CERTAIN && counts(entry)).map(({ row }) => row.event))
        .size;
    const made = count(makes);
    const used = count(({ row }) => row.roles.includes('input'));
    return made > 1 || used > 1 ? [{ traceId, made, used }] : [];
  });
}

/** Whether no event made the identifier, or put it or anything into something; what was withdrawn does not count. */
export function lacksOrigin({ entries }: Trace): boolean {
  return !entries.some(
    ({ row, why }) => why === CERTAIN && (row.roles.includes('output') || row.change === 'add'),
  );
}
