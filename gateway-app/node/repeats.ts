import { LINE_KINDS, LINES_A_SPAN, SPAN_MS } from './limits.js';

interface Span {
  readonly since: number;
  told: number;
  untold: number;
}

/** Keeps what happens again and again from filling a log: of each kind a few lines a minute are told, the others counted. */
export class Repeats {
  readonly #spans = new Map<string, Span>();

  /** How many of this kind were left out since the last line, where a line may be told at `now` (ms); null where not. */
  next(kind: string, now: number): number | null {
    const key = this.#spans.has(kind) || this.#spans.size < LINE_KINDS ? kind : '';
    const span = this.#spans.get(key);
    if (span === undefined || now - span.since >= SPAN_MS) {
      // At the end of the order, so that kinds that ended long ago are found first.
      this.#spans.delete(key);
      this.#spans.set(key, { since: now, told: 1, untold: 0 });
      this.#forget(now);
      return span?.untold ?? 0;
    }
    if (span.told < LINES_A_SPAN) {
      span.told += 1;
      return 0;
    }
    span.untold += 1;
    return null;
  }

  #forget(now: number): void {
    for (const [kind, { since, untold }] of this.#spans) {
      if (now - since < SPAN_MS) return;
      if (untold === 0 || now - since >= 10 * SPAN_MS) this.#spans.delete(kind);
    }
  }
}
