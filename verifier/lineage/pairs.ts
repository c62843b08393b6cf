import type { Bond } from '@cotrace/core';
import { alone, NO_CLOSINGS } from './closings.js';
import { leads } from './edges.js';
import { groupOf, type Entry, type History } from './history.js';
import { compare } from './order.js';
import type { Stay } from './open-stay.js';
import { ParentFacts } from './parent-facts.js';
import { CERTAIN, why, type Why } from './reasons.js';
import { factsOf, push } from './record-facts.js';
import { finish, Work, type Steps } from './steps-of-work.js';
import { isRemoval, stepsOf } from './steps.js';
import { lowerBound, meeting, type Span } from './times.js';
import type { LineageQuestion } from './types.js';
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
  /** Of the certain parts those that are so by the word of who is familiar with the parent. */
  readonly vouched: readonly Span[];
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
  readonly #loadings = new Map<string, Loadings>();

  constructor(history: History, natureOf: LineageQuestion['natureOf']) {
    this.#history = history;
    this.#natureOf = natureOf;
  }

  /** Windows of `child` in all that held it, by its own trace. */
  *readContainers(child: string, work: Work): Steps<readonly Windows[]> {
    const known = this.#containers.get(child);
    if (known !== undefined) return known;
    const nature = this.#natureOf(child);
    const byParent = new Map<string, Entry[]>();
    for (const entry of this.#history.trace(child).entries) {
      if (work.isDue()) yield;
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

  /** Windows of all that `parent` held, by its own trace; sorted by what it held. */
  contentsOf(parent: string): readonly Windows[] {
    return finish(this.readContents(parent, new Work()));
  }

  /** `contentsOf`, step by step. */
  *readContents(parent: string, work: Work): Steps<readonly Windows[]> {
    const known = this.#contents.get(parent);
    if (known !== undefined) return known;
    const byChild = new Map<string, Entry[]>();
    for (const entry of this.#history.trace(parent).entries) {
      const { bond } = entry.row;
      if (entry.record === null || bond === null || !entry.row.roles.includes('parent')) continue;
      for (const child of factsOf(entry.record).idsIn('child')) {
        if (work.isDue()) yield;
        if (leads(entry, child, 'child', this.#natureOf(child)) && this.#history.binds(child, entry))
          push(byChild, JSON.stringify([child, bond]), entry);
      }
    }
    const all = [...byChild]
      .map(([key, entries]) => {
        const [child, bond] = JSON.parse(key) as [string, Bond];
        return this.#windows(parent, child, bond, entries);
      })
      .sort((a, b) => compare(a.child, b.child));
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
    return new LazyWindows({ holder: parent, child, bond, entries }, () => {
      const facts = this.parentFacts(parent, bond);
      if (bond === 'other') return seenOnly(entries, facts.familiar);
      const counted = this.#natureOf(child) !== 'instance';
      const own = new Set(entries.map((entry) => groupOf(entry)));
      const elsewhere = counted ? null : this.#loadingsOf(child, bond);
      const steps = stepsOf(entries, child);
      const removals = steps.filter((step) => isRemoval(step));
      const pair: Pair = {
        steps,
        removals: facts.closings(removals),
        empties: facts.empties,
        counted,
        familiar: facts.familiar,
        active: (step, span) => facts.active(step, span),
        contradiction: (within) =>
          earlier(elsewhere?.next(parent, within) ?? null, facts.reloaded(within, own)),
      };
      const stays = staysOf(pair, 'all');
      const plain = staysOf(pair, 'certain');
      const certain = certainIn(plain);
      const isKnown = steps.every(({ organisations }) =>
        organisations.every((one) => facts.familiar.has(one)),
      );
      const vouched = isKnown ? certain : certainIn(staysOf(pair, 'vouched'));
      const unemptied = staysOf(
        { ...pair, empties: NO_CLOSINGS, removals: alone(removals), active: () => false },
        'all',
      );
      return {
        stays,
        unemptied,
        certain,
        vouched,
        doubts: plain.flatMap(({ parts }) => parts.filter((part) => part.why !== CERTAIN)),
      };
    });
  }

  #loadingsOf(child: string, bond: Bond): Loadings {
    const key = JSON.stringify([child, bond]);
    const loadings = this.#loadings.get(key) ?? new Loadings(this.#history.trace(child).entries, bond);
    this.#loadings.set(key, loadings);
    return loadings;
  }
}

type Times = Pick<Windows, 'stays' | 'unemptied' | 'certain' | 'vouched' | 'doubts'>;

/** Windows whose times are worked out when they are first asked for: of many it is never asked. */
class LazyWindows implements Windows {
  readonly holder: string;
  readonly child: string;
  readonly bond: Bond;
  readonly entries: readonly Entry[];
  readonly #workOut: () => Times;
  #times: Times | null = null;

  constructor(
    { holder, child, bond, entries }: Pick<Windows, 'holder' | 'child' | 'bond' | 'entries'>,
    workOut: () => Times,
  ) {
    [this.holder, this.child, this.bond, this.entries] = [holder, child, bond, entries];
    this.#workOut = workOut;
  }

  get stays(): Times['stays'] {
    return this.#known.stays;
  }

  get unemptied(): Times['unemptied'] {
    return this.#known.unemptied;
  }

  get certain(): Times['certain'] {
    return this.#known.certain;
  }

  get vouched(): Times['vouched'] {
    return this.#known.vouched;
  }

  get doubts(): Times['doubts'] {
    return this.#known.doubts;
  }

  get #known(): Times {
    this.#times ??= this.#workOut();
    return this.#times;
  }
}

/** Plain loadings of an individual under one bond, by time. */
class Loadings {
  readonly #all: readonly Entry[];
  /** For each the place of the next into another parent. */
  readonly #next: readonly number[];

  constructor(entries: readonly Entry[], bond: Bond) {
    const all = entries.filter(
      ({ row, why: because }) =>
        because === CERTAIN && row.bond === bond && row.change === 'add' && row.parent !== null,
    );
    const next = new Array<number>(all.length);
    for (let at = all.length - 1; at >= 0; at--) {
      const follows = all[at + 1];
      const same = follows !== undefined && follows.row.parent === all[at]?.row.parent;
      next[at] = same ? (next[at + 1] ?? all.length) : at + 1;
    }
    [this.#all, this.#next] = [all, next];
  }

  /** The first into another parent than this. */
  next(
    parent: string,
    { from, until }: { readonly from: string; readonly until: string },
  ): { time: string; why: Why } | null {
    const at = lowerBound(this.#all, from);
    const first = this.#all[at];
    const other = first?.row.parent === parent ? this.#all[this.#next[at] ?? this.#all.length] : first;
    return other === undefined || other.time >= until ? null : { time: other.time, why: OVERLAP };
  }
}

function earlier<Found extends { time: string }>(a: Found | null, b: Found | null): Found | null {
  if (a === null || b === null) return a ?? b;
  return b.time < a.time ? b : a;
}

/** Others' types neither open nor close: what they name was in at that time. */
function seenOnly(entries: readonly Entry[], familiar: ReadonlySet<string>): Times {
  const stays = entries.map(({ time, place, why: because }): Stay => {
    const span = { from: time, to: time };
    return { ...span, openedBy: [place.organisation], closedBy: [], parts: [{ ...span, why: because }] };
  });
  const certain = certainIn(stays);
  const known = stays.filter(({ openedBy }) => openedBy.some((organisation) => familiar.has(organisation)));
  return { stays, unemptied: stays, certain, vouched: certainIn(known), doubts: [] };
}

function certainIn(stays: readonly Stay[]): Stay['parts'] {
  return stays.flatMap(({ parts }) => parts.filter((part) => part.why === CERTAIN));
}
