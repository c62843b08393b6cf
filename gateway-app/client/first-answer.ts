import { CotraceError } from '@cotrace/core';
import { isAway } from './attempt.js';

/** The answer of the first client that has one; where all are away, the last error. Throws what else goes wrong. */
export async function firstAnswer<C, T>(clients: readonly C[], ask: (client: C) => Promise<T>): Promise<T> {
  let last: unknown = new CotraceError('CONFIG', 'there is nobody to ask');
  for (const client of clients) {
    try {
      return await ask(client);
    } catch (error) {
      if (!isAway(error)) throw error;
      last = error;
    }
  }
  throw last;
}

/** The clients from the one at `turn` on, round: whoever is asked again begins with another one. */
export function inTurn<C>(clients: readonly C[], turn: number): C[] {
  const first = clients.length === 0 ? 0 : turn % clients.length;
  return [...clients.slice(first), ...clients.slice(0, first)];
}
