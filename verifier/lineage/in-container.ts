import { BONDS, type Bond } from '@cotrace/core';
import type { Entry, Trace } from './history.js';
import { layOver, type Layer } from './laid.js';
import { doubtAt, doubtsIn, type Pairs, type Windows } from './pairs.js';
import { CERTAIN, why, type Why } from './reasons.js';
import type { Spans } from './spans.js';
import type { Steps, Work } from './steps-of-work.js';
import { lowerBound, type Span } from './times.js';

/** Times of a stay in which a container is followed for what it held. */
export interface Held {
  readonly windows: Windows;
  readonly stay: Span;
  /** Within the stay. */
  readonly times: Spans;
  /** Reasons of the way here, besides the window's own. */
  readonly why: Why;
}

/** Operations that a time held takes, about. */
const WINDOWS = 10;
const SAME_TIME = why('SAME_TIME');

/** What an event does to a container under one bond. */
type Kind = 'load' | 'unload' | 'other';

/**
 * The events of a container at the times held, by their keys, each with the reasons of all that shows it. Windows are
 * closed; of the events at a window's end loadings of others are outside, at its begin unloadings of others. Where the
 * container is both loaded and unloaded at that time, its other events then belong to both uses, and so to neither for
 * `certain`. Near-linear in events and windows.
 */
export function* eventsIn(
  { entries }: Trace,
  held: readonly Held[],
  { pairs, certain, work }: { readonly pairs: Pairs; readonly certain: boolean; readonly work: Work },
): Steps<Map<string, Why>> {
  const shown = new Map<string, Why>();
  const show = (key: string, because: Why): void =>
    void shown.set(key, (shown.get(key) ?? CERTAIN) | because);
  const bounds = new Map<string, Why>();
  const layers: Layer[] = [];
  for (const one of held) {
    if (work.isDue(WINDOWS)) yield;
    const { windows, stay, why: way } = one;
    layers.push(...layersOf(entries, one, certain));
    const doubt = (time: string): Why => (certain ? CERTAIN : doubtAt(windows, time));
    for (const time of boundsOf(one)) {
      const because = way | doubt(time);
      const at = (kind: Kind, more: Why): void => {
        const key = boundKey(time, windows.bond, kind);
        bounds.set(key, (bounds.get(key) ?? CERTAIN) | because | more);
      };
      const both = sameTime(one, time, pairs);
      if (both === CERTAIN || !certain) at('other', both);
      if (time !== stay.from) at('unload', CERTAIN);
      if (time !== stay.to) at('load', CERTAIN);
    }
    for (const entry of within(windows.entries, one.times)) {
      if (work.isDue()) yield;
      show(entry.key, way | doubt(entry.time));
    }
  }
  const inside = layOver(entries, layers);
  for (const [at, entry] of entries.entries()) {
    if (work.isDue()) yield;
    const because = inside[at] ?? null;
    if (because !== null) show(entry.key, because);
    for (const bond of BONDS) {
      const atBound = bounds.get(boundKey(entry.time, bond, kindOf(entry, bond)));
      if (atBound !== undefined) show(entry.key, atBound);
    }
  }
  return shown;
}

/** Which of these entries of a container are at times held, both ends included, each with the reasons of all that says so. */
export function usedIn(
  entries: readonly Entry[],
  held: readonly Held[],
  pairs: Pairs,
  certain: boolean,
): (Why | null)[] {
  const layers = held.flatMap((one): Layer[] => {
    const { windows, times, why: way } = one;
    const doubt = (time: string): Why => (certain ? CERTAIN : doubtAt(windows, time));
    const ends = boundsOf(one).map((time) => ({
      times,
      why: way | doubt(time) | sameTime(one, time, pairs),
      first: lowerBound(entries, time),
      end: lowerBound(entries, time, true),
    }));
    return [...layersOf(entries, one, certain), ...ends];
  });
  return layOver(entries, certain ? layers.filter(({ why: because }) => because === CERTAIN) : layers);
}

/** Begin and end of a stay, as far as they are held. */
function boundsOf({ stay, times }: Held): string[] {
  return [...new Set([stay.from, stay.to])].filter((time) => times.has(time));
}

function sameTime({ windows }: Held, time: string, pairs: Pairs): Why {
  const { turnarounds } = pairs.parentFacts(windows.holder, windows.bond);
  return turnarounds.has(time) ? SAME_TIME : CERTAIN;
}

/** The entries at times held and between begin and end of the stay. */
function layersOf(
  entries: readonly Entry[],
  { windows, stay, times, why: way }: Held,
  certain: boolean,
): Layer[] {
  const { hull } = times;
  if (hull === null) return [];
  const first = lowerBound(entries, hull.from, hull.from === stay.from);
  const end = lowerBound(entries, hull.to, hull.to !== stay.to);
  const doubts = (certain ? [] : doubtsIn(windows, hull)).map((part) => ({
    times,
    why: part.why,
    first: Math.max(first, lowerBound(entries, part.from)),
    end: Math.min(end, lowerBound(entries, part.to, true)),
  }));
  return [{ times, why: way, first, end }, ...doubts];
}

/** Those at one of the times. */
function* within(entries: readonly Entry[], times: Spans): Generator<Entry, void, void> {
  const { hull } = times;
  if (hull === null) return;
  const end = lowerBound(entries, hull.to, true);
  for (let at = lowerBound(entries, hull.from); at < end; at++) {
    const entry = entries[at];
    if (entry !== undefined && times.has(entry.time)) yield entry;
  }
}

function boundKey(time: string, bond: Bond, kind: Kind): string {
  return `${time} ${bond} ${kind}`;
}

function kindOf({ row }: Entry, bond: Bond): Kind {
  if (row.bond !== bond || !row.roles.includes('parent')) return 'other';
  if (row.change === 'add') return 'load';
  return row.change === 'see' ? 'other' : 'unload';
}
