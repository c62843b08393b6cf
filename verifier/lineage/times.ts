/** Before and after every time: times are 24 characters that begin with a digit and compare as text. */
export const EVER = '';
export const FOREVER = '~';

/** From `from` to `to`, both included. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

export const ALWAYS: Span = { from: EVER, to: FOREVER };

/** What both have in common, or null. */
export function meet(a: Span, b: Span): Span | null {
  const from = a.from > b.from ? a.from : b.from;
  const to = a.to < b.to ? a.to : b.to;
  return from <= to ? { from, to } : null;
}

/** Index of the first of `sorted` whose time is at least `time`, or after it where `after`. */
export function lowerBound(
  sorted: readonly { readonly time: string }[],
  time: string,
  after = false,
): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = sorted[middle]?.time ?? FOREVER;
    if (at < time || (after && at === time)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Of spans by rising time, without gaps or apart, those that have a time in common with `span`. */
export function meeting<Some extends Span>(spans: readonly Some[], span: Span): Some[] {
  const found: Some[] = [];
  for (let at = firstMeeting(spans, span); at < spans.length; at++) {
    const one = spans[at];
    if (one === undefined || one.from > span.to) break;
    found.push(one);
  }
  return found;
}

/** Index of the first of those that does not end before `span`. */
function firstMeeting(spans: readonly Span[], span: Span): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.to ?? FOREVER) < span.from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Spans already gone through: gives of each further one only what is new. */
export class Covered {
  /** Disjoint, by rising time. */
  readonly #spans: Span[] = [];

  /** The parts of `span` that no earlier call had; of neighbours both have the common bound. */
  add(span: Span): Span[] {
    const first = firstMeeting(this.#spans, span);
    const touching = meeting(this.#spans, span);
    const fresh: Span[] = [];
    let { from } = span;
    for (const known of touching) {
      if (from < known.from) fresh.push({ from, to: known.from });
      if (from <= known.to) from = known.to;
    }
    const last = touching.at(-1) ?? null;
    if (last === null || last.to < span.to) fresh.push({ from, to: span.to });
    const [begin, end] = [touching[0]?.from ?? span.from, last?.to ?? span.to];
    const whole = { from: begin < span.from ? begin : span.from, to: end > span.to ? end : span.to };
    this.#spans.splice(first, touching.length, whole);
    return fresh;
  }
}
