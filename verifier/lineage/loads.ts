import type { Entry, History } from './history.js';
import type { Stay } from './open-stay.js';
import type { Pairs, Windows } from './pairs.js';
import { unloads } from './parent-facts.js';
import { CERTAIN } from './reasons.js';
import { push } from './record-facts.js';
import { lowerBound, meet, meeting, type Span } from './times.js';

/** A time that something was in a container. */
interface Content {
  readonly windows: Windows;
  readonly stay: Stay;
}

/** What a container that was used as input stands for. */
export interface Load {
  /** Windows of what it held then. */
  readonly held: readonly Windows[];
  /** What left it last before, where nobody who had to do with it put in what it held then. */
  readonly last: readonly Content[];
}

/** The loads of containers that were used as input. Built-in parts, under the bond `association`, are no load. */
export class Loads {
  readonly #history: History;
  readonly #pairs: Pairs;
  readonly #containers = new Map<string, Container>();
  readonly #loads = new Map<string, Load>();
  readonly #uses = new Map<string, ReadonlyMap<string, readonly Entry[]>>();

  constructor(history: History, pairs: Pairs) {
    this.#history = history;
    this.#pairs = pairs;
  }

  container(id: string): Container {
    const known = this.#containers.get(id);
    if (known !== undefined) return known;
    const container = new Container(this.#history.trace(id).entries, this.#pairs.contentsOf(id));
    this.#containers.set(id, container);
    return container;
  }

  /** The events that used `id` as input after `content` was the last that left it. */
  usesOf(id: string, content: Content): readonly Entry[] {
    const known = this.#uses.get(id);
    if (known !== undefined) return known.get(keyOf(content)) ?? [];
    const uses = new Map<string, Entry[]>();
    this.#uses.set(id, uses);
    const inputs = this.#history.trace(id).entries.filter(({ row }) => row.roles.includes('input'));
    if (inputs.length === 0 || !this.container(id).isHolder) return [];
    for (const entry of inputs) {
      const { last } = this.of(id, { from: entry.time, to: entry.time });
      for (const one of last) push(uses, keyOf(one), entry);
    }
    return uses.get(keyOf(content)) ?? [];
  }

  /** The load of `id` in a span: at the time of an event, or while it was in another container. */
  of(id: string, span: Span): Load {
    const key = JSON.stringify([id, span.from, span.to]);
    const known = this.#loads.get(key);
    if (known !== undefined) return known;
    const load = this.container(id).load(span);
    this.#loads.set(key, load);
    return load;
  }
}

/** The same for one stay in the view of the child and in that of the container. */
function keyOf({ windows: { child, bond }, stay }: Content): string {
  return JSON.stringify([child, bond, stay.to]);
}

/** What an identifier's events say of it as a container. */
class Container {
  readonly #contents: readonly Windows[];
  /** Organisations that recorded more than one event of it, besides unloadings. */
  readonly #familiar: ReadonlySet<string>;
  /** What was in it, by the time at which it left. */
  readonly #left: readonly (Content & { readonly time: string })[];
  /** For each of those when what is vouched for left last. */
  readonly #vouchedUntil: readonly string[];

  constructor(entries: readonly Entry[], contents: readonly Windows[]) {
    this.#contents = contents;
    const first = new Map<string, string>();
    const familiar = new Set<string>();
    for (const entry of entries) {
      const { why: because, place, row } = entry;
      if (because !== CERTAIN || unloads(entry)) continue;
      const event = first.get(place.organisation) ?? row.event;
      first.set(place.organisation, event);
      if (event !== row.event) familiar.add(place.organisation);
    }
    this.#familiar = familiar;
    this.#left = contents
      .filter(({ bond }) => bond !== 'association')
      .flatMap((windows) => windows.stays.map((stay) => ({ windows, stay, time: stay.to })))
      .sort((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)));
    let until = '';
    this.#vouchedUntil = this.#left.map((content) => {
      if (this.#vouches(content, content.stay)) until = content.time;
      return until;
    });
  }

  /** Whether anything was ever in it, as far as that is told and not withdrawn. */
  get isHolder(): boolean {
    return this.#loadings.some(({ why: because }) => because === CERTAIN);
  }

  /** Whether not only strangers say so: these would hide what it was itself. */
  get isVouched(): boolean {
    return this.#loadings.some(
      ({ why: because, place }) => because === CERTAIN && this.#familiar.has(place.organisation),
    );
  }

  get #loadings(): Entry[] {
    return this.#contents.flatMap(({ bond, entries }) => (bond === 'association' ? [] : entries));
  }

  load(span: Span): Load {
    const held = this.#contents.filter(({ stays }) => meeting(stays, span).length > 0);
    const full = held.some((windows) =>
      meeting(windows.stays, span).some((stay) => this.#vouches({ windows, stay }, span)),
    );
    return { held, last: full ? [] : this.#last(span.from) };
  }

  /** What left last before the time. What a stranger put in later is no reason to leave out what left before that. */
  #last(time: string): Content[] {
    const end = lowerBound(this.#left, time);
    const since = this.#vouchedUntil[end - 1] ?? '';
    return this.#left.slice(lowerBound(this.#left, since), end);
  }

  /** Whether it is certain that it was in at some time of the span, by the word of who knows the container. */
  #vouches({ windows, stay }: Content, span: Span): boolean {
    const part = meet(stay, span);
    return (
      part !== null &&
      windows.bond !== 'association' &&
      stay.openedBy.some((organisation) => this.#familiar.has(organisation)) &&
      meeting(windows.certain, part).length > 0
    );
  }
}
