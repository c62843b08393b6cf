import type { Amount } from '@cotrace/core';
import type { Facts } from './facts.js';
import type { Fact } from './types.js';
import type { Why } from './why.js';

/** What one or more organisations tell alike of a child in a parent. */
export interface Step {
  readonly at: number;
  readonly change: string;
  readonly organisations: Set<string>;
  readonly why: Why;
  readonly amounts: readonly Amount[];
}

/** What is told of a child in a parent, what organisations tell alike once. */
export function stepsOf(facts: Facts, told: readonly Fact[], child: string): Step[] {
  const rank = (why: Why): number => (why.size === 0 ? 0 : why.has('OTHER_RECORDER') ? 1 : 2);
  const steps = new Map<string, Step>();
  for (const fact of told.toSorted((a, b) => rank(a.why) - rank(b.why))) {
    const amounts = fact.record.traces
      .filter(({ id, role }) => id === child && role === 'child')
      .flatMap((entry) => entry.amounts ?? []);
    const { change, event } = fact.record;
    const step = {
      at: facts.at(fact),
      change: change ?? '',
      organisations: new Set([fact.organisation]),
      why: fact.why,
      amounts,
    };
    const key = JSON.stringify([
      change === 'remove' && fact.why.size > 0,
      step.at,
      change,
      event,
      amounts.map(({ value, unit }) => `${value} ${unit ?? ''}`).sort(),
    ]);
    const known = steps.get(key);
    if (known === undefined) steps.set(key, step);
    else if (rank(known.why) === rank(fact.why)) known.organisations.add(fact.organisation);
  }
  return [...steps.values()];
}
