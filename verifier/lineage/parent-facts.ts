import type { Bond } from '@cotrace/core';
import { Closings } from './closings.js';
import { groupOf, type Entry, type Trace } from './history.js';
import { CERTAIN, why, type Why } from './reasons.js';
import { push } from './record-facts.js';
import { stepsOf, type Step } from './steps.js';
import { FOREVER, lowerBound, type Span } from './times.js';

const RELOADED = why('RELOADED');

/** What an identifier's events say of it as a parent, under one bond. */
export class ParentFacts {
  readonly empties: Closings;
  /** Times at which it was both loaded and unloaded. */
  readonly turnarounds: ReadonlySet<string>;
  readonly loads: readonly Entry[];
  readonly familiar: ReadonlySet<string>;
  readonly #travels: readonly Entry[];
  readonly #byOrganisation = new Map<string, Entry[]>();

  constructor({ entries, id }: Trace, bond: Bond) {
    const counting = entries.filter((entry) => entry.why === CERTAIN);
    const asParent = counting.filter(({ row }) => row.bond === bond && row.roles.includes('parent'));
    const changing = (...changes: (string | null)[]): Entry[] =>
      asParent.filter(({ row }) => changes.includes(row.change));
    this.loads = changing('add');
    const unloaded = new Set(changing('empty', 'remove').map(({ time }) => time));
    this.turnarounds = new Set(this.loads.map(({ time }) => time).filter((time) => unloaded.has(time)));
    const seen = new Set(changing('see'));
    this.#travels = counting.filter(
      (entry) => seen.has(entry) || entry.row.roles.includes('subject') || entry.row.roles.includes('child'),
    );
    for (const entry of counting)
      if (!unloads(entry)) push(this.#byOrganisation, entry.place.organisation, entry);
    this.familiar = familiarIn(entries);
    this.empties = this.closings(stepsOf(changing('empty'), id));
  }

  /** Closings, with what else their organisations recorded of the parent. */
  closings(steps: readonly Step[]): Closings {
    return new Closings(
      steps.map((step) => {
        const { time, organisations } = step;
        const own = organisations.map((organisation) => this.#byOrganisation.get(organisation) ?? []);
        const last = own.map((events) => events[lowerBound(events, time, true) - 1]?.time ?? '');
        const next = own.map((events) => events[lowerBound(events, time)]?.time ?? FOREVER);
        return {
          step,
          time,
          last: last.reduce((a, b) => (a > b ? a : b), ''),
          next: next.reduce((a, b) => (a < b ? a : b), FOREVER),
        };
      }),
    );
  }

  /**
   * Whether one of the step's organisations recorded something of the parent in the span other than that it was unloaded:
   * otherwise two closings of a stranger would vouch for each other.
   */
  active({ organisations }: Step, { from, to }: Span): boolean {
    return organisations.some((organisation) => {
      const entries = this.#byOrganisation.get(organisation) ?? [];
      const next = entries[lowerBound(entries, from)];
      return next !== undefined && next.time <= to;
    });
  }

  /** The first loading with something else after it travelled since `from`, at or after `clear` and before `until`. */
  reloaded(
    { from, clear, until }: { from: string; clear: string; until: string },
    own: ReadonlySet<string>,
  ): { time: string; why: Why } | null {
    const travelled = this.#travels[lowerBound(this.#travels, from)];
    if (travelled === undefined) return null;
    const first = Math.max(lowerBound(this.loads, travelled.time, true), lowerBound(this.loads, clear));
    for (let at = first; at < this.loads.length; at++) {
      const load = this.loads[at];
      if (load === undefined || load.time >= until) break;
      if (!own.has(groupOf(load))) return { time: load.time, why: RELOADED };
    }
    return null;
  }
}

/** Whether the identifier was unloaded, as a parent. */
export function unloads({ row }: Entry): boolean {
  return row.roles.includes('parent') && (row.change === 'empty' || row.change === 'remove');
}

/** Organisations that recorded more than one event of a parent, besides unloadings. */
export function familiarIn(entries: readonly Entry[]): Set<string> {
  const first = new Map<string, string>();
  const familiar = new Set<string>();
  for (const entry of entries) {
    const { why: because, place, row } = entry;
    if (because !== CERTAIN || unloads(entry)) continue;
    const event = first.get(place.organisation) ?? row.event;
    first.set(place.organisation, event);
    if (event !== row.event) familiar.add(place.organisation);
  }
  return familiar;
}
