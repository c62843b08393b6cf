import type { Observation } from './run-script.js';

/** Where two networks did not look the same. */
export interface Difference {
  readonly at: string;
  readonly expected: string;
  readonly seen: string;
}

/** Differences between what a script looked like on two networks, in order. */
export function differences(expected: readonly Observation[], seen: readonly Observation[]): Difference[] {
  const found: Difference[] = [];
  for (let i = 0; i < Math.max(expected.length, seen.length); i++) {
    const [one, other] = [expected[i], seen[i]];
    const [oneText, otherText] = [JSON.stringify(one?.seen ?? null), JSON.stringify(other?.seen ?? null)];
    if (one?.at === other?.at && oneText === otherText) continue;
    found.push({ at: one?.at ?? other?.at ?? '', expected: oneText, seen: otherText });
  }
  return found;
}
