import { containersOf, distinct, lacksOrigin, repeatedIn } from './answer.js';
import { Budget } from './budget.js';
import { Closure } from './closure.js';
import { Makings } from './edges.js';
import { compare, type Entry, History } from './history.js';
import { Loads } from './loads.js';
import { mayBeOf, needsOf, openEnds } from './needs.js';
import { Pairs } from './pairs.js';
import { CERTAIN, reasonsOf, why, type Why } from './reasons.js';
import { eventsOf, type ShownEntry } from './shown.js';
import type {
  Declaration,
  Direction,
  LineageAnswer,
  LineageNeeds,
  LineageQuestion,
  Reached,
  ShownTraces,
  Status,
  Way,
} from './types.js';

/** Limits of a lineage (docs/formats.md). */
export const LINEAGE_LIMITS = { identifiers: 10_000, events: 100_000 } as const;

const HOUR = 3_600_000;

/** The ways that a direction goes; null is the identifier alone. */
export function waysOf(direction: Direction): readonly (Way | null)[] {
  return WAYS[direction];
}

const WAYS: Readonly<Record<Direction, readonly (Way | null)[]>> = {
  none: [null],
  up: ['up'],
  down: ['down'],
  both: ['up', 'down'],
};

/**
 * The lineage of an identifier in two layers, from what a proof shows and nothing else (docs/formats.md, Lineage): the
 * same whatever the order of events or of capture. What it needs and is not shown is an open end; only an answer
 * without any, and without a branch that a limit left, is complete.
 */
export function lineageOf(question: LineageQuestion, shown: ShownTraces): LineageAnswer {
  return lineageAndNeeds(question, shown).answer;
}

/** A lineage as {@link lineageOf}, with what must be shown for it: a prover shows that, and a verifier nothing else. */
export function lineageAndNeeds(
  question: LineageQuestion,
  shown: ShownTraces,
): { answer: LineageAnswer; needs: LineageNeeds } {
  const history = new History(shown, question.recorders);
  const pairs = new Pairs(history, question.natureOf);
  const makings = new Makings(history, question.natureOf);
  const budget = new Budget(question.limits.identifiers);
  const loads = new Loads(history, pairs);
  const parts = { history, pairs, makings, loads, budget };
  const layer = (which: 'certain' | 'all'): Layer => {
    const closures = waysOf(question.direction).map((way) => new Closure(question, parts, which, way));
    const events = eventsOf(closures, question, history, pairs, which);
    return { closures, reached: reachedBy(closures), events };
  };
  const [certain, all] = [layer('certain'), layer('all')];

  const listed = [...all.events].map(([key, event]) => ({
    ...event,
    status: statusOf(certain.events.has(key), event.why),
  }));
  listed.sort((a, b) => Number(b.status.certain) - Number(a.status.certain) || inOrder(a, b));
  const kept = listed.slice(0, question.limits.events).sort((a, b) => inOrder(a, b));
  const { traceId } = question;
  const overflow = listed
    .slice(question.limits.events)
    .map(({ entry }) => ({ traceId, organisation: entry.place.organisation }));
  const cut = distinct([...budget.cut.values(), ...overflow]);

  const ids = [...all.reached.keys()].sort();
  const records = new Set([...all.events.values()].map(({ entry }) => entry.row.recordId));
  const declared = (list: 'leftOut' | 'disputes'): Declaration[] =>
    distinct(ids.flatMap((id) => history.trace(id)[list].filter((one) => records.has(one.declared))));
  const needs = needsOf(all.closures, all.events, history);
  const open = openEnds(needs, shown, question.recorders);
  const latest =
    question.rootTime === null ? null : new Date(Date.parse(question.rootTime) + HOUR).toISOString();
  const answer = {
    identifiers: ids.map((id) => {
      const { as, why: because } = all.reached.get(id) ?? { as: new Set<Reached>(), why: CERTAIN };
      return { traceId: id, as: [...as].sort(), ...statusOf(certain.reached.has(id), because) };
    }),
    events: kept.map(({ entry: { place, time, row }, status }) => ({
      ...place,
      recordId: row.recordId,
      time,
      ...status,
    })),
    containers: containersOf(all.closures, all.events, history, pairs),
    lots: ids.flatMap((item) => [...makings.lotsOf(item).keys()].map((lot) => ({ item, lot }))),
    leftOut: declared('leftOut'),
    disputes: declared('disputes'),
    foreign: distinct([
      ...ids.flatMap((id) => history.trace(id).foreign.map((place) => ({ ...place, traceId: id }))),
      ...history.unbound.values(),
    ]),
    repeated: repeatedIn(ids, history, question.natureOf),
    withoutOrigin: ids.filter(
      (id) => all.reached.get(id)?.as.has('product') === true && lacksOrigin(history.trace(id)),
    ),
    future:
      latest === null
        ? []
        : kept.filter(({ entry }) => entry.time > latest).map(({ entry }) => entry.row.recordId),
    open,
    cut,
    complete: open.length === 0 && !leavesBranch(cut, question.recorders),
  };
  return { answer, needs };
}

/** Whether a limit left a branch that is not of others than the recorders. */
export function leavesBranch(cut: LineageAnswer['cut'], recorders: LineageQuestion['recorders']): boolean {
  return cut.some(({ organisation }) => mayBeOf(recorders, organisation));
}

interface Layer {
  readonly closures: readonly Closure[];
  readonly reached: ReturnType<typeof reachedBy>;
  readonly events: ReadonlyMap<string, ShownEntry>;
}

/** Each identifier with the ways it was reached and all reasons. */
function reachedBy(closures: readonly Closure[]): Map<string, { as: ReadonlySet<Reached>; why: Why }> {
  const reached = new Map<string, { as: ReadonlySet<Reached>; why: Why }>();
  for (const [id, { as, why: because }] of closures.flatMap((closure) => [...closure.reached])) {
    const known = reached.get(id);
    reached.set(id, {
      as: new Set([...(known?.as ?? []), ...as]),
      why: (known?.why ?? CERTAIN) | because,
    });
  }
  return reached;
}

/** Undecided without a reason of its own is what lies beyond something undecided. */
function statusOf(certain: boolean, because: Why): Status {
  if (certain) return { certain, because: [] };
  return { certain, because: reasonsOf(because === CERTAIN ? why('BEYOND') : because) };
}

function inOrder(a: { entry: Entry }, b: { entry: Entry }): number {
  return (
    compare(a.entry.time, b.entry.time) ||
    compare(a.entry.row.recordId, b.entry.row.recordId) ||
    compare(a.entry.key, b.entry.key)
  );
}
