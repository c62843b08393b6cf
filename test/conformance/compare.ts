import type { Observation } from './run-script.js';

/** Where two networks did not look the same. */
export interface Difference {
  readonly at: string;
  readonly expected: string;
  readonly seen: string;
}

/**
 * Where a gateway asks several peers at once, it names the one whose response came later than the one it differs from:
 * chance, in Fabric (internal/pkg/gateway/endorse.go) as in the embedded network.
 */
const LATER = / \| \w+ \| [^|"]+ \| (?=ProposalResponsePayloads do not match)/g;

function textOf(observation: Observation | undefined): string {
  return JSON.stringify(observation?.seen ?? null).replaceAll(LATER, ' | a peer | ');
}

/** Differences between what a script looked like on two networks, in order. */
export function differences(expected: readonly Observation[], seen: readonly Observation[]): Difference[] {
  const found: Difference[] = [];
  for (let i = 0; i < Math.max(expected.length, seen.length); i++) {
    const [one, other] = [expected[i], seen[i]];
    const [oneText, otherText] = [textOf(one), textOf(other)];
    if (one?.at === other?.at && oneText === otherText) continue;
    found.push({ at: one?.at ?? other?.at ?? '', expected: oneText, seen: otherText });
  }
  return found;
}
