import { within } from '../node/retry.js';
import { Asked, type Answer, type Party } from './asked.js';
import type { Faults } from './faults.js';
import { GRACE_MS } from './limits.js';

/**
 * Asks all parties at the same time and returns what they answered: as soon as `isEnough`, and those that were not at
 * fault just now had half a second; else when all have answered or failed. Who failed or stayed silent is added to
 * `faults`.
 */
export async function askAll<P extends Party, T>(
  parties: readonly P[],
  ask: (party: P, signal: AbortSignal) => Promise<T>,
  faults: Faults,
  isEnough: (answers: readonly Answer<P, T>[]) => boolean,
): Promise<readonly Answer<P, T>[]> {
  const ending = new AbortController();
  const answers: Answer<P, T>[] = [];
  const asked = new Map(
    parties.map((party) => [
      party,
      new Asked<P, T>(party, (one, { signal }) => ask(one, signal), ending.signal),
    ]),
  );
  try {
    while (asked.size > 0) {
      const pending = [...asked.values()];
      const next = Promise.race(pending.map((one) => one.ending));
      const ended = isEnough(answers) ? await within(next, patienceFor(pending, faults)) : await next;
      if (ended === null) {
        // Who was at fault just now is named for that, and had no time here.
        for (const { from, silence } of pending) if (!faults.has(from.name)) faults.add(from.name, silence);
        break;
      }
      asked.delete(ended.from);
      if ('error' in ended) faults.add(ended.from.name, ended.error);
      else answers.push(ended);
    }
    return answers;
  } finally {
    ending.abort();
  }
}

function patienceFor(pending: readonly Asked<Party, unknown>[], faults: Faults): number {
  if (pending.every(({ from }) => faults.has(from.name))) return 0;
  return Math.min(...pending.map(({ began }) => began)) + GRACE_MS - performance.now();
}
