import { Spans } from './spans.js';
import { firstMeeting, meeting, type Span } from './times.js';

/** Times already gone through: gives of further ones only what is new. */
export class Covered {
  /** All that there is so far, as long as it came at once. */
  #only: Spans | null = null;
  /** Disjoint, by rising time. */
  #spans: Span[] = [];

  /** Those of the times that no earlier call had; of neighbours both have the common bound. */
  add(times: Spans): Spans {
    if (this.#only === null && this.#spans.length === 0) {
      this.#only = times;
      return times;
    }
    if (this.#only !== null) {
      if (isPart(times, this.#only)) return Spans.of([]);
      this.#spans = [...this.#only];
      this.#only = null;
    }
    return Spans.of([...times].flatMap((span) => this.#addOne(span)));
  }

  #addOne(span: Span): Span[] {
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

/** Whether both are of one list, and the one has nothing that the other lacks. */
function isPart(one: Spans, other: Spans): boolean {
  const [inner, outer] = [one.hull, other.hull];
  if (one.list !== other.list || outer === null) return one.isEmpty;
  return inner === null || (outer.from <= inner.from && inner.to <= outer.to);
}
