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
export function firstMeeting(spans: readonly Span[], span: Span): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.to ?? FOREVER) < span.from) low = middle + 1;
    else high = middle;
  }
  return low;
}
