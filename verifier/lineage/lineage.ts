import { containersOf, distinct, lacksOrigin, repeatedIn } from './answer.js';
import { Budget } from './budget.js';
import { Closure, type ClosureParts } from './closure.js';
import { Makings } from './edges.js';
import { type Entry, History, type Trace } from './history.js';
import { compare } from './order.js';
import { Loads } from './loads.js';
import { mayBeOf, needsOf, openEnds } from './needs.js';
import { Pairs } from './pairs.js';
import { CERTAIN, reasonsOf, why, type Why } from './reasons.js';
import { eventsOf, type ShownEntry } from './shown.js';
import { finish, Work, type Steps } from './steps-of-work.js';
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
  const { answer, needs } = finish(lineageSteps(question, shown));
  return { answer: answer(), needs };
}

/** {@link lineageAndNeeds} step by step, each some milliseconds at most; the answer is put together where it is asked for. */
export function* lineageSteps(
  question: LineageQuestion,
  shown: ShownTraces,
): Steps<{ answer: () => LineageAnswer; needs: LineageNeeds }> {
  const history = new History(shown, question.recorders);
  const pairs = new Pairs(history, question.natureOf);
  const parts: ClosureParts = {
    history,
    pairs,
    makings: new Makings(history, question.natureOf),
    loads: new Loads(history, pairs),
    budget: new Budget(question.limits.identifiers),
    work: new Work(),
  };
  for (const id of shown.keys()) yield* history.read(id, parts.work);
  const certain = yield* layerOf('certain', question, parts);
  const all = yield* layerOf('all', question, parts);
  // Before what they need is known: a lot's trace is needed where it lacks an event that names the lot.
  const lots = yield* lotsIn(all.reached, parts);
  const needs = yield* needsOf(all.closures, all.events, parts);
  return { needs, answer: () => answerOf({ question, shown, parts, certain, all, lots, needs }) };
}

/** The lots of products: of them alone every record is shown. */
function* lotsIn(
  reached: Layer['reached'],
  { history, makings, work }: ClosureParts,
): Steps<LineageAnswer['lots']> {
  const lots: LineageAnswer['lots'][number][] = [];
  for (const item of [...reached.keys()].sort()) {
    if (reached.get(item)?.as.has('product') !== true) continue;
    if (work.isDue(history.trace(item).entries.length)) yield;
    for (const lot of makings.lotsOf(item).keys()) lots.push({ item, lot });
  }
  return lots;
}

function* layerOf(which: 'certain' | 'all', question: LineageQuestion, parts: ClosureParts): Steps<Layer> {
  const closures = waysOf(question.direction).map((way) => new Closure(question, parts, which, way));
  for (const closure of closures) yield* closure.run();
  const events = yield* eventsOf(closures, question, parts, which);
  return { closures, reached: reachedBy(closures), events };
}

function answerOf({
  question,
  shown,
  parts: { history, pairs, budget },
  certain,
  all,
  lots,
  needs,
}: {
  readonly question: LineageQuestion;
  readonly shown: ShownTraces;
  readonly parts: ClosureParts;
  readonly certain: Layer;
  readonly all: Layer;
  readonly lots: LineageAnswer['lots'];
  readonly needs: LineageNeeds;
}): LineageAnswer {
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
  const traces = ids.map((id) => history.trace(id));
  const open = openEnds(needs, shown, question.recorders);
  const latest =
    question.rootTime === null ? null : new Date(Date.parse(question.rootTime) + HOUR).toISOString();
  return {
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
    lots,
    leftOut: distinct(
      traces.flatMap(({ leftOut }) =>
        leftOut.flatMap(({ key, declaration }) => (all.events.has(key) ? [declaration] : [])),
      ),
    ),
    disputes: disputesIn(traces, all.events),
    unmatched: unmatchedIn(traces, (id) => all.reached.get(id)?.as.has('product') === true),
    foreign: distinct([
      ...[...needs.keys()].flatMap((id) =>
        history.trace(id).foreign.map((place) => ({ ...place, traceId: id })),
      ),
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

/** Declarations without effect on events of the lineage, each once, with the first of these. */
function disputesIn(traces: readonly Trace[], events: Layer['events']): Declaration[] {
  const found = new Map<string, [entry: Entry, declaration: Declaration]>();
  for (const { entries, declarations } of traces)
    for (const [entry, one] of declarations.disputes(entries.filter((entry) => events.has(entry.key)))) {
      const key = JSON.stringify([one.domain, one.txId, one.recordId]);
      const known = found.get(key);
      if (known === undefined || inOrder({ entry }, { entry: known[0] }) < 0) found.set(key, [entry, one]);
    }
  return distinct([...found.values()].map(([, declaration]) => declaration));
}

/** What is hidden may be the event that a declaration speaks of. */
function unmatchedIn(
  traces: readonly Trace[],
  isProduct: (traceId: string) => boolean,
): LineageAnswer['unmatched'] {
  const events = new Set(traces.flatMap(({ entries }) => entries.map(({ row }) => row.event)));
  const whole = traces.filter(({ id, isWhole }) => isWhole && isProduct(id));
  return distinct(whole.flatMap(({ declarations }) => declarations.besides(events)));
}
