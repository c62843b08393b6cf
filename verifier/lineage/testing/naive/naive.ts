import { Facts } from './facts.js';
import { follow, type Shown } from './follow.js';
import type { Layer, NaiveEvent, NaiveQuestion } from './types.js';
import { NONE, type Why } from './why.js';

/** What is reached, and what is shown by its record id, each with its reasons, sorted; none is certain. */
export interface NaiveAnswer {
  readonly ids: ReadonlyMap<string, string>;
  readonly events: ReadonlyMap<string, string>;
  /** What `certain` has and `all` has not: nothing, if the rules are right. */
  readonly stray: readonly string[];
}

/**
 * The rules of docs/formats.md, Lineage, read literally and slowly, over all pairs of events: what the fast code is
 * compared with. Time is counted in instants: odd ones are the times of events, even ones what lies between.
 */
export function naiveLineage(question: NaiveQuestion, history: readonly NaiveEvent[]): NaiveAnswer {
  const facts = new Facts(question, history);
  const [certain, all] = [layerOf(facts, question, 'certain'), layerOf(facts, question, 'all')];
  const status = (whys: ReadonlyMap<string, Why>, sure: ReadonlyMap<string, Why>): Map<string, string> =>
    new Map(
      [...whys].map(([key, why]) => {
        if (sure.has(key)) return [key, ''];
        return [key, why.size === 0 ? 'BEYOND' : [...why].sort().join(' ')];
      }),
    );
  const stray = (['ids', 'events'] as const).flatMap((of) =>
    [...certain[of].keys()].filter((key) => !all[of].has(key)),
  );
  return { ids: status(all.ids, certain.ids), events: status(all.events, certain.events), stray };
}

function layerOf(facts: Facts, { traceId, direction }: NaiveQuestion, layer: Layer): Shown {
  if (direction === 'none') return alone(facts, traceId, layer);
  const shown: Shown = { ids: new Map(), events: new Map() };
  for (const way of direction === 'both' ? ['up', 'down'] : [direction]) {
    follow(facts, layer, way === 'up', traceId, shown);
  }
  return shown;
}

function alone(facts: Facts, traceId: string, layer: Layer): Shown {
  const own = facts.all.filter(
    (fact) => facts.names(fact, traceId) && (layer === 'all' || fact.why.size === 0),
  );
  return {
    ids: new Map([[traceId, NONE]]),
    events: new Map(own.map(({ record, why }) => [record.recordId, why])),
  };
}
