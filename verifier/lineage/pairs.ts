import { compare, type Entry, type History, type Trace } from './history.js';
import { CERTAIN, why, type Why } from './reasons.js';
import { amountsText, factsOf, push } from './record-facts.js';
import { FOREVER, lowerBound, type Span } from './times.js';
import { leads } from './edges.js';
import type { Amount, Bond, LineageQuestion } from './types.js';
import { staysOf, type Pair, type Stay, type Step } from './windows.js';

/** The windows of a child in a parent: the stays of `all`, and where they are certain. */
export interface Windows {
  /** The parent. */
  readonly holder: string;
  readonly child: string;
  readonly bond: Bond;
  readonly stays: readonly Stay[];
  /** The stays as the child's events alone give them: without what emptied the parent. */
  readonly unemptied: readonly Span[];
  /** The certain parts, by time, within the stays. */
  readonly certain: readonly Span[];
  /** What makes the rest undecided, besides the parts of the stays. */
  readonly doubts: Stay['parts'];
  /** The pair's own events, by time. */
  readonly entries: readonly Entry[];
}

const OVERLAP = why('OVERLAP');
const RELOADED = why('RELOADED');

/** The undecided parts of the windows that meet the span. */
export function doubtsIn({ stays, doubts }: Windows, span: Span): Stay['parts'] {
  const parts = [
    ...meeting(stays, span).flatMap((stay) => meeting(stay.parts, span)),
    ...meeting(doubts, span),
  ];
  return parts.filter((part) => part.why !== CERTAIN);
}

/** Why it is undecided that the child was in at the time; none where a certain part of the window has it. */
export function doubtAt(windows: Windows, time: string): Why {
  return doubtsIn(windows, { from: time, to: time }).reduce((set, part) => set | part.why, CERTAIN);
}

/** Of spans by rising time, without gaps or apart, those that have a time in common with `span`. */
export function meeting<Some extends Span>(spans: readonly Some[], span: Span): Some[] {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.to ?? FOREVER) < span.from) low = middle + 1;
    else high = middle;
  }
  const found: Some[] = [];
  for (let at = low; at < spans.length; at++) {
    const one = spans[at];
    if (one === undefined || one.from > span.to) break;
    found.push(one);
  }
  return found;
}

/** Events of one organisation that are one event, as far as a row says. */
export function groupOf({ place, row }: Entry): string {
  return JSON.stringify([place.organisation, row.event, row.time, row.bond, row.change]);
}

/** The windows between the identifiers of a history, each pair once. */
export class Pairs {
  readonly #history: History;
  readonly #natureOf: LineageQuestion['natureOf'];
  readonly #asParent = new Map<string, ParentFacts>();
  readonly #containers = new Map<string, readonly Windows[]>();
  readonly #contents = new Map<string, readonly Windows[]>();

  constructor(history: History, natureOf: LineageQuestion['natureOf']) {
    this.#history = history;
    this.#natureOf = natureOf;
  }

  /** Windows of `child` in all that held it, by its own trace. */
  containersOf(child: string): readonly Windows[] {
    const known = this.#containers.get(child);
    if (known !== undefined) return known;
    const nature = this.#natureOf(child);
    const byParent = new Map<string, Entry[]>();
    for (const entry of this.#history.trace(child).entries) {
      const { parent, bond } = entry.row;
      if (parent === null || bond === null || !this.#history.binds(parent, entry)) continue;
      if (leads(entry, child, 'child', nature)) push(byParent, JSON.stringify([parent, bond]), entry);
    }
    const all = [...byParent].map(([key, entries]) => {
      const [parent, bond] = JSON.parse(key) as [string, Bond];
      return this.#windows(parent, child, bond, entries);
    });
    this.#containers.set(child, all);
    return all;
  }

  /** Windows of all that `parent` held, by its own trace. */
  contentsOf(parent: string): readonly Windows[] {
    const known = this.#contents.get(parent);
    if (known !== undefined) return known;
    const byChild = new Map<string, Entry[]>();
    for (const entry of this.#history.trace(parent).entries) {
      const { bond } = entry.row;
      if (entry.record === null || bond === null || !entry.row.roles.includes('parent')) continue;
      for (const child of factsOf(entry.record).idsIn('child'))
        if (leads(entry, child, 'child', this.#natureOf(child)) && this.#history.binds(child, entry))
          push(byChild, JSON.stringify([child, bond]), entry);
    }
    const all = [...byChild].map(([key, entries]) => {
      const [child, bond] = JSON.parse(key) as [string, Bond];
      return this.#windows(parent, child, bond, entries);
    });
    this.#contents.set(parent, all);
    return all;
  }

  /** What the events of `parent` say of it as a parent. */
  parentFacts(parent: string, bond: Bond): ParentFacts {
    const key = JSON.stringify([parent, bond]);
    const facts = this.#asParent.get(key) ?? new ParentFacts(this.#history.trace(parent), bond);
    this.#asParent.set(key, facts);
    return facts;
  }

  #windows(parent: string, child: string, bond: Bond, entries: readonly Entry[]): Windows {
    const counted = this.#natureOf(child) !== 'instance';
    const facts = this.parentFacts(parent, bond);
    const own = new Set(entries.flatMap((entry) => [entry.key, groupOf(entry)]));
    const common = { holder: parent, child, bond, entries };
    if (bond === 'other') return { ...common, ...seenOnly(entries) };
    const elsewhere = counted ? [] : this.#loadsElsewhere(child, parent, bond);
    const pair: Pair = {
      steps: stepsOf(entries, child),
      empties: facts.empties,
      counted,
      active: (step, span) => facts.active(step, span),
      contradiction: (from) => earlier(nextOf(elsewhere, from, OVERLAP), facts.reloaded(from, own)),
    };
    const stays = staysOf(pair, 'all');
    const parts = staysOf(pair, 'certain').flatMap((stay) => stay.parts);
    const certain = parts.filter((part) => part.why === CERTAIN);
    const unemptied = staysOf({ ...pair, empties: [], active: () => false }, 'all');
    return { ...common, stays, unemptied, certain, doubts: parts.filter((part) => part.why !== CERTAIN) };
  }

  /** Loadings of an individual into other parents. */
  #loadsElsewhere(child: string, parent: string, bond: Bond): Entry[] {
    return this.#history
      .trace(child)
      .entries.filter(
        ({ row, why: because }) =>
          because === CERTAIN &&
          row.bond === bond &&
          row.change === 'add' &&
          row.parent !== null &&
          row.parent !== parent,
      );
  }
}

/** What an identifier's events say of it as a parent, under one bond. */
export class ParentFacts {
  readonly empties: readonly Step[];
  /** Times at which it was both loaded and unloaded. */
  readonly turnarounds: ReadonlySet<string>;
  readonly loads: readonly Entry[];
  readonly #travels: readonly Entry[];
  readonly #byOrganisation = new Map<string, Entry[]>();

  constructor({ entries, id }: Trace, bond: Bond) {
    const counting = entries.filter((entry) => entry.why === CERTAIN);
    const asParent = counting.filter(({ row }) => row.bond === bond && row.roles.includes('parent'));
    const changing = (...changes: (string | null)[]): Entry[] =>
      asParent.filter(({ row }) => changes.includes(row.change));
    this.empties = stepsOf(changing('empty'), id);
    this.loads = changing('add');
    const unloaded = new Set(changing('empty', 'remove').map(({ time }) => time));
    this.turnarounds = new Set(this.loads.map(({ time }) => time).filter((time) => unloaded.has(time)));
    const seen = new Set(changing('see'));
    this.#travels = counting.filter(
      (entry) => seen.has(entry) || entry.row.roles.includes('subject') || entry.row.roles.includes('child'),
    );
    for (const entry of counting)
      if (!unloads(entry)) push(this.#byOrganisation, entry.place.organisation, entry);
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

  /** The first loading with something else after it travelled, from `from` on. */
  reloaded(from: string, own: ReadonlySet<string>): { time: string; why: number } | null {
    const travelled = this.#travels[lowerBound(this.#travels, from)];
    if (travelled === undefined) return null;
    for (let at = lowerBound(this.loads, travelled.time, true); at < this.loads.length; at++) {
      const load = this.loads[at];
      if (load !== undefined && !own.has(load.key) && !own.has(groupOf(load)))
        return { time: load.time, why: RELOADED };
    }
    return null;
  }
}

/** Whether the identifier was unloaded, as a parent. */
export function unloads({ row }: Entry): boolean {
  return row.roles.includes('parent') && (row.change === 'empty' || row.change === 'remove');
}

function nextOf(
  sorted: readonly Entry[],
  from: string,
  because: number,
): { time: string; why: number } | null {
  const next = sorted[lowerBound(sorted, from)];
  return next === undefined ? null : { time: next.time, why: because };
}

function earlier<Found extends { time: string }>(a: Found | null, b: Found | null): Found | null {
  if (a === null || b === null) return a ?? b;
  return b.time < a.time ? b : a;
}

/** Others' types neither open nor close: what they name was in at that time. */
function seenOnly(entries: readonly Entry[]): Pick<Windows, 'stays' | 'unemptied' | 'certain' | 'doubts'> {
  const stays = entries.map(({ time, place, why: because }): Stay => {
    const span = { from: time, to: time };
    return { ...span, openedBy: [place.organisation], closedBy: [], parts: [{ ...span, why: because }] };
  });
  const parts = stays.flatMap((stay) => stay.parts);
  return { stays, unemptied: stays, certain: parts.filter((part) => part.why === CERTAIN), doubts: [] };
}

/**
 * The steps of a pair by time. What several records tell alike of the pair is one step of all who told it; a telling that
 * is no part of `certain` falls away beside one that is.
 */
function stepsOf(entries: readonly Entry[], child: string): Step[] {
  const tellings = new Map<string, Step>();
  for (const entry of entries) {
    const { time, why: because, row, place } = entry;
    if (row.change === null) continue;
    const amounts = amountsOf(entry, child);
    const text = JSON.stringify([time, row.change, row.event, amountsText(amounts)]);
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
