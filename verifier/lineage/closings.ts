import { Extremes } from './extremes.js';
import { push } from './record-facts.js';
import type { Step } from './steps.js';
import { FOREVER, lowerBound } from './times.js';

/** A closing, and when one of its organisations recorded something else of the parent: last until then, next from then on. */
export interface Closing {
  readonly step: Step;
  readonly time: string;
  /** Empty where there is nothing. */
  readonly last: string;
  /** After every time where there is nothing. */
  readonly next: string;
}

interface Placed extends Closing {
  readonly at: number;
}

/** Times begin with a digit: this is after the empty text and not after any time. */
const FIRST = '0';

/**
 * What emptied a parent, by time. It is searched and not gone through: a stranger may record thousands, and each child of
 * the parent would have to pass them.
 */
export class Closings {
  readonly #all: readonly Placed[];
  readonly #last: Extremes;
  readonly #next: Extremes;
  readonly #byOrganisation = new Map<string, Placed[]>();

  constructor(closings: readonly Closing[]) {
    const all = closings.map((closing, at) => ({ ...closing, at }));
    this.#all = all;
    this.#last = new Extremes(
      all.map(({ last }) => last),
      (a, b) => a > b,
    );
    this.#next = new Extremes(
      all.map(({ next }) => next),
      (a, b) => a < b,
    );
    for (const closing of all)
      for (const organisation of closing.step.organisations)
        push(this.#byOrganisation, organisation, closing);
  }

  /** The first at or after the time; with `after` the first after it. */
  first(time: string, after = false): Step | null {
    return this.#all[lowerBound(this.#all, time, after)]?.step ?? null;
  }

  /** The last before the time. */
  last(time: string): Step | null {
    return this.#all[lowerBound(this.#all, time) - 1]?.step ?? null;
  }

  /** The first at or after the time by who opened the stay, or had to do with the parent since `from`. */
  nextToClose(time: string, from: string, openedBy: ReadonlySet<string>): Step | null {
    const since = from > FIRST ? from : FIRST;
    const active = this.#last.firstFrom(lowerBound(this.#all, time), (last) => last >= since);
    const own = this.#of(openedBy).flatMap((closings) => closings[lowerBound(closings, time)] ?? []);
    const found = active === null ? own : [...own, ...this.#all.slice(active, active + 1)];
    return found.sort((a, b) => a.at - b.at)[0]?.step ?? null;
  }

  /** When the last before the time closed by those who tell of the stay, or had to do with the parent from then until the time. */
  lastToClose(time: string, openedBy: ReadonlySet<string>): string | null {
    const active = this.#next.lastBefore(lowerBound(this.#all, time), (next) => next <= time);
    const own = this.#of(openedBy).flatMap((closings) => closings[lowerBound(closings, time) - 1] ?? []);
    const found = active === null ? own : [...own, ...this.#all.slice(active, active + 1)];
    return found.reduce<string | null>(
      (last, one) => (last === null || one.time > last ? one.time : last),
      null,
    );
  }

  #of(organisations: ReadonlySet<string>): Placed[][] {
    return [...organisations].flatMap((organisation) => {
      const closings = this.#byOrganisation.get(organisation);
      return closings === undefined ? [] : [closings];
    });
  }
}

/** Closings of who recorded nothing else of the parent. */
export function alone(steps: readonly Step[]): Closings {
  return new Closings(steps.map((step) => ({ step, time: step.time, last: '', next: FOREVER })));
}

/** None: what the events of a child alone say. */
export const NO_CLOSINGS = new Closings([]);
