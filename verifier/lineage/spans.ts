import { push } from './record-facts.js';
import { ALWAYS, FOREVER, firstMeeting, meet, type Span } from './times.js';

/** Whether all of a list are single times, once worked out. */
const known = new WeakMap<readonly Span[], boolean>();

/**
 * Times as disjoint spans by rising time: a part of a list that several share, so that what many windows have of the same
 * times is not copied for each.
 */
export class Spans {
  /** What it is a part of; the same for all parts of one list. */
  readonly list: readonly Span[];
  /** Whether each of the list is a single time. */
  readonly arePoints: boolean;
  /** The part: what the list has within it; null is nothing. */
  readonly #within: Span | null;
  readonly #first: number = 0;
  readonly #end: number = 0;

  private constructor(list: readonly Span[], within: Span | null, arePoints: boolean) {
    this.list = list;
    this.arePoints = arePoints;
    this.#within = within;
    if (within === null) return;
    this.#first = firstMeeting(list, within);
    this.#end = Math.max(this.#first, firstBeyond(list, within));
  }

  /** Of spans by rising time that are disjoint. */
  static of(list: readonly Span[]): Spans {
    const arePoints = known.get(list) ?? list.every(({ from, to }) => from === to);
    known.set(list, arePoints);
    return new Spans(list, ALWAYS, arePoints);
  }

  /** All times of these. What is of one list stays a part of it where it can. */
  static union(all: readonly Spans[]): Spans {
    const hulls = new Map<readonly Span[], Span[]>();
    for (const { list, hull } of all) if (hull !== null) push(hulls, list, hull);
    const parts = [...hulls].flatMap(([list, spans]) => joined(spans).map((hull) => ({ list, hull })));
    const [only, ...others] = parts.map(({ list, hull }) => Spans.of(list).part(hull));
    if (only === undefined || others.length === 0) return only ?? Spans.of([]);
    return Spans.of(joined([only, ...others].flatMap((one) => [...one])));
  }

  get isEmpty(): boolean {
    return this.#first === this.#end;
  }

  get count(): number {
    return this.#end - this.#first;
  }

  /** From its first time to its last; null where it has none. */
  get hull(): Span | null {
    const [first, last] = [this.list[this.#first], this.list[this.#end - 1]];
    if (this.#within === null || this.isEmpty || first === undefined || last === undefined) return null;
    return meet({ from: first.from, to: last.to }, this.#within);
  }

  part(span: Span): Spans {
    return new Spans(this.list, this.#within === null ? null : meet(span, this.#within), this.arePoints);
  }

  meets(span: Span): boolean {
    const common = this.#within === null ? null : meet(span, this.#within);
    if (common === null) return false;
    const next = this.list[firstMeeting(this.list, common)];
    return next !== undefined && next.from <= common.to;
  }

  has(time: string): boolean {
    return this.meets({ from: time, to: time });
  }

  *[Symbol.iterator](): Generator<Span, void, void> {
    for (let at = this.#first; at < this.#end; at++) {
      const one = this.list[at];
      const part = one === undefined || this.#within === null ? null : meet(one, this.#within);
      if (part !== null) yield part;
    }
  }

  /**
   * Of times that are single ones as many as a list of times, by rising time, tells apart: what is so between two of the
   * list, or at one, is so for all of these.
   */
  *toldApart(times: readonly string[]): Generator<string, void, void> {
    if (this.count <= times.length) {
      for (const { from } of this) yield from;
      return;
    }
    let before = '';
    for (const time of [...times, FOREVER]) {
      // The first after the one before may be at `time` itself, which is told apart from those before it.
      const between = this.#firstAfter(before);
      if (between !== null && between < time) yield between;
      if (this.has(time)) yield time;
      before = time;
    }
  }

  #firstAfter(time: string): string | null {
    let at = Math.max(this.#first, firstMeeting(this.list, { from: time, to: time }));
    if (this.list[at]?.from === time) at++;
    const next = at < this.#end ? this.list[at] : undefined;
    return next?.from ?? null;
  }
}

export const ALL_TIMES = Spans.of([ALWAYS]);

/** Index of the first that begins after `span`. */
function firstBeyond(list: readonly Span[], { to }: Span): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.from ?? FOREVER) <= to) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The same times in disjoint spans, by rising time. */
function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((a, b) => (a.from < b.from ? -1 : Number(a.from > b.from)))) {
    const last = result.at(-1);
    if (last === undefined || last.to < span.from) result.push(span);
    else if (last.to < span.to) result[result.length - 1] = { from: last.from, to: span.to };
  }
  return result;
}
