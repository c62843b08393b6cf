import { NO_CLOSINGS } from './closings.js';
import { leads } from './edges.js';
import { groupOf, type Entry, type History } from './history.js';
import type { Stay } from './open-stay.js';
import { ParentFacts } from './parent-facts.js';
import { CERTAIN, why, type Why } from './reasons.js';
import { factsOf, push } from './record-facts.js';
import { stepsOf } from './steps.js';
import { lowerBound, meeting, type Span } from './times.js';
import type { Bond, LineageQuestion } from './types.js';
import { staysOf, type Pair } from './windows.js';

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
      contradiction: (within) => earlier(nextOf(elsewhere, within), facts.reloaded(within, own)),
    };
    const stays = staysOf(pair, 'all');
    const parts = staysOf(pair, 'certain').flatMap((stay) => stay.parts);
    const certain = parts.filter((part) => part.why === CERTAIN);
    const unemptied = staysOf({ ...pair, empties: NO_CLOSINGS, active: () => false }, 'all');
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

/** The first loading into another parent. */
function nextOf(
  sorted: readonly Entry[],
  { from, until }: { readonly from: string; readonly until: string },
): { time: string; why: Why } | null {
  const next = sorted[lowerBound(sorted, from)];
  return next === undefined || next.time >= until ? null : { time: next.time, why: OVERLAP };
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
