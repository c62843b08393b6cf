import type { Amount } from '@cotrace/core';
import type { Entry } from './history.js';
import { compare } from './order.js';
import { CERTAIN, type Why } from './reasons.js';
import { amountsText, factsOf } from './record-facts.js';

/** One telling of a pair's event, by all organisations that told it alike. */
export interface Step {
  readonly time: string;
  readonly change: 'add' | 'see' | 'remove' | 'empty';
  readonly organisations: readonly string[];
  readonly why: Why;
  readonly amounts: readonly Amount[] | null;
}

/**
 * The steps of a pair by time. What several records tell alike of the pair is one step of all who told it; a telling that
 * is not part of `certain` falls away beside one that is.
 */
export function stepsOf(entries: readonly Entry[], child: string): Step[] {
  const tellings = new Map<string, Step>();
  for (const entry of entries) {
    const { time, why: because, row, place } = entry;
    if (row.change === null) continue;
    const amounts = amountsOf(entry, child);
    // A withdrawn removal says that the child was in, even if others say that it was taken out.
    const isTelling = row.change === 'remove' && because !== CERTAIN;
    const text = JSON.stringify([time, row.change, row.event, amountsText(amounts), isTelling]);
    const known = tellings.get(text);
    if (known !== undefined && known.why < because) continue;
    const others = known?.why === because ? known.organisations : [];
    const organisations = [...new Set([...others, place.organisation])].sort();
    tellings.set(text, { time, change: row.change, organisations, why: because, amounts });
  }
  return [...tellings]
    .sort(([a, one], [b, other]) => compare(one.time, other.time) || one.why - other.why || compare(a, b))
    .map(([, step]) => step);
}

/** The quantities of a child; null where none is given. */
function amountsOf({ record }: Entry, child: string): readonly Amount[] | null {
  if (record === null) return null;
  const amounts = (factsOf(record).entriesOf.get(child) ?? [])
    .filter(({ role }) => role === 'child')
    .flatMap((entry) => entry.amounts ?? []);
  return amounts.length === 0 ? null : amounts;
}

/** Steps of one time as one; undecided only where all are. */
export function together(steps: readonly Step[]): Step | null {
  const [first] = steps;
  if (first === undefined) return null;
  const organisations = [...new Set(steps.flatMap((step) => step.organisations))].sort();
  return { ...first, organisations };
}

/** Whether the step takes the child out; a withdrawn removal only says that it was in. */
export function isRemoval({ change, why: because }: Step): boolean {
  return change === 'remove' && because === CERTAIN;
}
