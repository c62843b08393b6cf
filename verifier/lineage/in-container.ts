import type { Entry, Trace } from './history.js';
import { doubtAt, doubtsIn, type Pairs, type Windows } from './pairs.js';
import { CERTAIN, REASONS, why, type Why } from './reasons.js';
import { lowerBound, type Span } from './times.js';
import type { Bond } from './types.js';

/** A span in which a container is followed for what it held. */
export interface Held {
  readonly windows: Windows;
  readonly span: Span;
  /** Whether the span begins and ends where the window does, and is not cut there by a window further in. */
  readonly begins: boolean;
  readonly ends: boolean;
  /** Reasons of the way here, besides the window's own. */
  readonly why: Why;
}

const SAME_TIME = why('SAME_TIME');
const BONDS: readonly Bond[] = ['aggregation', 'association', 'other'];

/** What an event does to a container under one bond. */
type Kind = 'load' | 'unload' | 'other';

/**
 * The events of a container in the spans, by their keys, each with the reasons of all spans that show it. Windows are
 * closed; of the events at a window's end loadings of others are outside, at its begin unloadings of others. Where the
 * container is both loaded and unloaded at that time, its other events then belong to both uses, and so to neither for
 * `certain`. Linear in events and spans.
 */
export function eventsIn(
  { entries }: Trace,
  held: readonly Held[],
  pairs: Pairs,
  certain: boolean,
): Map<string, Why> {
  const shown = new Map<string, Why>();
  const show = (key: string, because: Why): void =>
    void shown.set(key, (shown.get(key) ?? CERTAIN) | because);
  const inside = new RangeCounters(entries.length);
  const bounds = new Map<string, Why>();
  for (const { windows, span, begins, ends, why: way } of held) {
    const [first, last] = [lowerBound(entries, span.from, begins), lowerBound(entries, span.to, !ends)];
    inside.add(way, first, last);
    const doubt = (time: string): Why => (certain ? CERTAIN : doubtAt(windows, time));
    for (const part of certain ? [] : doubtsIn(windows, span)) {
      const from = Math.max(first, lowerBound(entries, part.from));
      inside.add(part.why, from, Math.min(last, lowerBound(entries, part.to, true)));
    }
    const { turnarounds } = pairs.parentFacts(windows.holder, windows.bond);
    for (const time of new Set([...(begins ? [span.from] : []), ...(ends ? [span.to] : [])])) {
      const because = way | doubt(time);
      const both = turnarounds.has(time) ? SAME_TIME : CERTAIN;
      const at = (kind: Kind, more: Why): void => {
        const key = boundKey(time, windows.bond, kind);
        bounds.set(key, (bounds.get(key) ?? CERTAIN) | because | more);
      };
      if (both === CERTAIN || !certain) at('other', both);
      if (!(begins && time === span.from)) at('unload', CERTAIN);
      if (!(ends && time === span.to)) at('load', CERTAIN);
    }
    const own = windows.entries;
    for (let at = lowerBound(own, span.from); at < lowerBound(own, span.to, true); at++) {
      const entry = own[at];
      if (entry !== undefined) show(entry.key, way | doubt(entry.time));
    }
  }
  const within = inside.sums();
  for (const [at, entry] of entries.entries()) {
    const because = within[at] ?? null;
    if (because !== null) show(entry.key, because);
    for (const bond of BONDS) {
      const atBound = bounds.get(boundKey(entry.time, bond, kindOf(entry, bond)));
      if (atBound !== undefined) show(entry.key, atBound);
    }
  }
  return shown;
}

function boundKey(time: string, bond: Bond, kind: Kind): string {
  return `${time} ${bond} ${kind}`;
}

function kindOf({ row }: Entry, bond: Bond): Kind {
  if (row.bond !== bond || !row.roles.includes('parent')) return 'other';
  if (row.change === 'add') return 'load';
  return row.change === 'see' ? 'other' : 'unload';
}

/** Reasons laid over ranges of a list, summed up in one pass. */
class RangeCounters {
  /** One for each reason, and one for whether any range is there. */
  readonly #counts: Int32Array[];
  readonly #length: number;

  constructor(length: number) {
    this.#length = length;
    this.#counts = Array.from({ length: REASONS.length + 1 }, () => new Int32Array(length + 1));
  }

  add(because: Why, from: number, to: number): void {
    if (from >= to) return;
    for (const [bit, counts] of this.#counts.entries()) {
      if (bit < REASONS.length && (because & (1 << bit)) === 0) continue;
      counts[from] = (counts[from] ?? 0) + 1;
      counts[to] = (counts[to] ?? 0) - 1;
    }
  }

  /** For each place of the list the reasons laid over it, or null where no range is. */
  sums(): (Why | null)[] {
    const running = this.#counts.map(() => 0);
    return Array.from({ length: this.#length }, (_, at) => {
      let because = CERTAIN;
      for (const [bit, counts] of this.#counts.entries()) {
        running[bit] = (running[bit] ?? 0) + (counts[at] ?? 0);
        if (bit < REASONS.length && running[bit] > 0) because |= 1 << bit;
      }
      return (running[REASONS.length] ?? 0) > 0 ? because : null;
    });
  }
}
