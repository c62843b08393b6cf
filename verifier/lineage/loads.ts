import { Extremes } from './extremes.js';
import type { Entry, History } from './history.js';
import type { Stay } from './open-stay.js';
import type { Pairs, Windows } from './pairs.js';
import { familiarIn } from './parent-facts.js';
import { CERTAIN } from './reasons.js';
import { Spans } from './spans.js';
import { lowerBound, meet, meeting, type Span } from './times.js';

/** A time that something was in a container. */
export interface Content {
  readonly windows: Windows;
  readonly stay: Stay;
}

/** The loads of containers that were used as input. Built-in parts, under the bond `association`, are not loads. */
export class Loads {
  readonly #history: History;
  readonly #pairs: Pairs;
  readonly #inputs = new Map<string, readonly Entry[]>();
  readonly #containers = new Map<string, Container>();

  constructor(history: History, pairs: Pairs) {
    this.#history = history;
    this.#pairs = pairs;
  }

  /** Events that used it as input, by time. */
  inputsOf(id: string): readonly Entry[] {
    const known = this.#inputs.get(id);
    if (known !== undefined) return known;
    const inputs = this.#history.trace(id).entries.filter(({ row }) => row.roles.includes('input'));
    this.#inputs.set(id, inputs);
    return inputs;
  }

  container(id: string): Container {
    const known = this.#containers.get(id);
    if (known !== undefined) return known;
    const container = new Container(
      this.#history.trace(id).entries,
      this.inputsOf(id),
      this.#pairs.contentsOf(id),
    );
    this.#containers.set(id, container);
    return container;
  }
}

/** What an identifier's events say of it as a container. */
export class Container {
  /** Whether anything was ever in it, as far as that is told and not withdrawn. */
  readonly isHolder: boolean;
  /** Whether not only strangers say so: these would hide what it was itself. */
  readonly isVouched: boolean;
  readonly #inputs: readonly Entry[];
  readonly #contents: readonly Windows[];
  /** Organisations that recorded more than one event of it, besides unloadings. */
  readonly #familiar: ReadonlySet<string>;
  #contained: Left | null = null;
  #emptied: readonly Entry[] | null = null;

  constructor(entries: readonly Entry[], inputs: readonly Entry[], contents: readonly Windows[]) {
    this.#contents = contents;
    this.#inputs = inputs;
    this.#familiar = familiarIn(entries);
    const loadings = contents
      .flatMap((windows) => (windows.bond === 'association' ? [] : windows.entries))
      .filter(({ why: because }) => because === CERTAIN);
    this.isHolder = loadings.length > 0;
    this.isVouched = loadings.some(({ place }) => this.#familiar.has(place.organisation));
  }

  /** What it held at one of the times, and perhaps what it did not hold. */
  held(times: Spans): Iterable<Windows> {
    return times.count === 1 && times.hull !== null ? this.#left.at(times.hull) : this.#contents;
  }

  /**
   * What left it last before the times at which nothing was in it by the word of who knows it, each once; of times that
   * are not single ones, before all of them, where nothing was at any.
   */
  lastBefore(times: Spans): Content[] {
    const left = this.#left;
    const spans = times.arePoints
      ? [...times.toldApart(left.bounds)].map((time) => ({ from: time, to: time }))
      : [...times];
    return left.lastBefore(spans.filter((span) => !left.isFull(span)).map(({ from }) => from));
  }

  /** Events that used it as input while nothing was in it by the word of who knows it. */
  get emptied(): readonly Entry[] {
    this.#emptied ??= this.#inputs.filter(({ time }) => !this.#left.isFull({ from: time, to: time }));
    return this.#emptied;
  }

  /** Which of `emptied` came when this was the last that had left it: their places, from `first` to before `end`. */
  usesAfter(content: Content): { first: number; end: number } {
    return this.#left.usesAfter(content, this.emptied);
  }

  get #left(): Left {
    this.#contained ??= new Left(this.#contents, this.#familiar);
    return this.#contained;
  }
}

/** What was in a container, by the time at which it left. */
class Left {
  /** Times between which it is the same what was in it by the word of who knows it, and what had left. */
  readonly bounds: readonly string[];
  readonly #left: readonly (Content & { readonly time: string })[];
  /** For each of those when what is vouched for left last. */
  readonly #vouchedUntil: readonly string[];
  /** When something was certainly in it by the word of who knows the container. */
  readonly #full: Spans;
  readonly #keys: ReadonlySet<string>;
  readonly #byBegin: readonly (Content & { readonly time: string })[];
  readonly #ends: Extremes;

  constructor(contents: readonly Windows[], familiar: ReadonlySet<string>) {
    const byTime = (a: { time: string }, b: { time: string }): number =>
      a.time < b.time ? -1 : Number(a.time > b.time);
    const all = contents.flatMap((windows) => windows.stays.map((stay) => ({ windows, stay })));
    this.#byBegin = all.map((one) => ({ ...one, time: one.stay.from })).sort(byTime);
    this.#ends = new Extremes(
      this.#byBegin.map(({ stay }) => stay.to),
      (a, b) => a > b,
    );
    const loads = all.filter(({ windows }) => windows.bond !== 'association');
    this.#left = loads.map((one) => ({ ...one, time: one.stay.to })).sort(byTime);
    this.#keys = new Set(loads.map((one) => keyOf(one)));
    const full: Spans[] = [];
    let until = '';
    this.#vouchedUntil = this.#left.map(({ windows, stay, time }) => {
      const vouched = vouchedParts({ windows, stay }, familiar);
      if (vouched.length > 0) until = time;
      for (const part of vouched) full.push(Spans.of([part]));
      return until;
    });
    this.#full = Spans.union(full);
    const bounds = [
      ...this.#left.map(({ time }) => time),
      ...[...this.#full].flatMap(({ from, to }) => [from, to]),
    ];
    this.bounds = [...new Set(bounds)].sort();
  }

  isFull(span: Span): boolean {
    return this.#full.meets(span);
  }

  /** What was in it at a time of the span. */
  at({ from, to }: Span): Set<Windows> {
    const found = new Set<Windows>();
    const end = lowerBound(this.#byBegin, to, true);
    const reaches = (until: string): boolean => until >= from;
    for (
      let at = this.#ends.firstFrom(0, reaches);
      at !== null && at < end;
      at = this.#ends.firstFrom(at + 1, reaches)
    ) {
      const one = this.#byBegin[at];
      if (one !== undefined) found.add(one.windows);
    }
    return found;
  }

  /** What left last before times that rise, each once. A stranger's later loading does not hide it. */
  lastBefore(times: readonly string[]): Content[] {
    const found: Content[] = [];
    let done = 0;
    for (const time of times) {
      const end = lowerBound(this.#left, time);
      for (let at = Math.max(done, lowerBound(this.#left, this.#since(time))); at < end; at++) {
        const content = this.#left[at];
        if (content !== undefined) found.push(content);
      }
      done = Math.max(done, end);
    }
    return found;
  }

  usesAfter(content: Content, inputs: readonly Entry[]): { first: number; end: number } {
    const { stay } = content;
    if (!this.#keys.has(keyOf(content))) return { first: 0, end: 0 };
    const first = lowerBound(inputs, stay.to, true);
    // From when something that is vouched for has left later, this was not the last.
    let [low, high] = [first, inputs.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#since(inputs[middle]?.time ?? '') <= stay.to) low = middle + 1;
      else high = middle;
    }
    return { first, end: low };
  }

  #since(time: string): string {
    return this.#vouchedUntil[lowerBound(this.#left, time) - 1] ?? '';
  }
}

/** The same for one stay in the view of the child and in that of the container. */
function keyOf({ windows: { child, bond }, stay }: Content): string {
  return JSON.stringify([child, bond, stay.to]);
}

/** When it is certain that it was in, by the word of who knows the container. */
function vouchedParts({ windows, stay }: Content, familiar: ReadonlySet<string>): Span[] {
  if (!stay.openedBy.some((organisation) => familiar.has(organisation))) return [];
  return meeting(windows.vouched, stay).flatMap((part) => meet(part, stay) ?? []);
}
