import type { Nature, TraceRef } from '@cotrace/core';
import type { Entry, History } from './history.js';
import { CERTAIN, why, type Why } from './reasons.js';
import { factsOf, push } from './record-facts.js';
import type { Steps, Work } from './steps-of-work.js';

const MADE_TWICE = why('MADE_TWICE');
const STRANGER = why('STRANGER');
const TWO_LOTS = why('TWO_LOTS');

/** Whether lineage goes through `id` in that role: of a bare class with a lot it goes through the lot alone. */
export function leads({ record }: Entry, id: string, role: TraceRef['role'], nature: Nature): boolean {
  if (nature !== 'class' || record === null) return true;
  return (factsOf(record).entriesOf.get(id) ?? []).some((entry) => entry.role === role && entry.lot === null);
}

/** What the events of single identifiers say of how they were made and which lot they are of; each worked out once. */
export class Makings {
  readonly #history: History;
  readonly #natureOf: (id: string) => Nature;
  readonly #twice = new Map<string, Why>();
  readonly #lots = new Map<string, ReadonlyMap<string, Why>>();

  constructor(history: History, natureOf: (id: string) => Nature) {
    this.#history = history;
    this.#natureOf = natureOf;
  }

  /** The identifiers of a record in a role through which lineage goes, sorted. */
  idsIn(entry: Entry, role: TraceRef['role']): string[] {
    if (entry.record === null) return [];
    return factsOf(entry.record)
      .idsIn(role)
      .filter((id) => leads(entry, id, role, this.#natureOf(id)) && this.#history.binds(id, entry));
  }

  /** `MADE_TWICE` where organisations tell different makings of `id`, and no one of them told all; none otherwise. */
  twice(id: string): Why {
    const known = this.#twice.get(id);
    if (known !== undefined) return known;
    const tellings = new Map<string, string[]>();
    for (const entry of this.#history.trace(id).entries)
      if (entry.why === CERTAIN && entry.record !== null && makes(entry))
        push(tellings, factsOf(entry.record).telling, entry.place.organisation);
    const found = agreed([...tellings.values()]) ? CERTAIN : MADE_TWICE;
    this.#twice.set(id, found);
    return found;
  }

  /** The lots of an item, each with why it is undecided that the item is of it. */
  lotsOf(item: string): ReadonlyMap<string, Why> {
    const known = this.#lots.get(item);
    if (known !== undefined) return known;
    const named = new Map<string, Entry[]>();
    const { entries } = this.#history.trace(item);
    for (const entry of entries) for (const lot of this.#lotsIn(entry, item)) push(named, lot, entry);
    const plain = [...named].flatMap(([lot, namings]) => {
      const organisations = namings
        .filter((entry) => entry.why === CERTAIN)
        .map(({ place }) => place.organisation);
      return organisations.length === 0 ? [] : [{ lot, organisations }];
    });
    const several = plain.length < 2 ? CERTAIN : TWO_LOTS;
    const contested = agreed(plain.map(({ organisations }) => organisations)) ? CERTAIN : MADE_TWICE;
    const lots = new Map<string, Why>();
    for (const [lot, namings] of named) {
      const organisations = plain.find((one) => one.lot === lot)?.organisations ?? null;
      const doubt =
        organisations === null
          ? namings.reduce((least, entry) => Math.min(least, entry.why), Number.MAX_SAFE_INTEGER)
          : several | contested | (isStranger(entries, organisations) ? STRANGER : CERTAIN);
      lots.set(lot, doubt);
    }
    this.#lots.set(item, lots);
    return lots;
  }

  /** The items of a lot, sorted, each with why it is undecided that it is: as its own trace tells, or else the lot's. */
  *itemsOf(lot: string, work: Work): Steps<[item: string, because: Why][]> {
    const items = new Map<string, Why>();
    for (const entry of this.#history.trace(lot).entries) {
      if (entry.record === null) continue;
      for (const id of factsOf(entry.record).idsOfLot.get(lot) ?? []) {
        if (work.isDue()) yield;
        if (this.#natureOf(id) === 'instance' && this.#history.binds(id, entry))
          items.set(id, Math.min(items.get(id) ?? entry.why, entry.why));
      }
    }
    return [...items.keys()].sort().map((item) => {
      const because = this.lotsOf(item).get(lot) ?? items.get(item) ?? CERTAIN;
      return [item, because];
    });
  }

  #lotsIn(entry: Entry, item: string): string[] {
    if (entry.record === null || this.#natureOf(item) !== 'instance') return [];
    const lots = (factsOf(entry.record).entriesOf.get(item) ?? []).flatMap(({ lot }) =>
      lot === null ? [] : [lot],
    );
    return [...new Set(lots)].filter((lot) => this.#history.binds(lot, entry)).sort();
  }
}

/** Whether the event made the identifier in whose trace it stands: an output, or the subject of an ObjectEvent ADD. */
export function makes({ row: { roles, bond, change } }: Entry): boolean {
  return roles.includes('output') || (roles.includes('subject') && bond === null && change === 'add');
}

/** Whether one organisation is among the authors of each. */
function agreed(authors: readonly (readonly string[])[]): boolean {
  const [first = [], ...others] = authors;
  return others.length === 0 || first.some((author) => others.every((other) => other.includes(author)));
}

/** Whether those who say so recorded nothing else of the identifier, nor its making, and others did record it. */
function isStranger(entries: readonly Entry[], organisations: readonly string[]): boolean {
  const counting = entries.filter((entry) => entry.why === CERTAIN);
  const known = counting.filter(({ place }) => organisations.includes(place.organisation));
  if (known.length === counting.length || known.some(makes)) return false;
  const events = new Map<string, Set<string>>();
  for (const { place, row } of known)
    events.set(place.organisation, (events.get(place.organisation) ?? new Set()).add(row.event));
  return [...events.values()].every((told) => told.size < 2);
}
