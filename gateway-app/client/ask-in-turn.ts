import { type CotraceError, relayedError } from '@cotrace/core';
import { within } from '../node/retry.js';
import { Asked, type Answer, type Ended, type Party, type Turn } from './asked.js';
import type { Faults } from './faults.js';

/**
 * Asks one party after the other, those last that were at fault just now: the next one when the one before has failed,
 * or has not answered in its turn. Yields the answers as they come; whoever takes them decides which one counts, and
 * adds to `faults` why another does not. A party that fails, or has not answered by the end though its turn was over, is
 * added here. Throws what `ask` throws where it is not a `CotraceError`.
 */
export async function* askInTurn<P extends Party, T>(
  parties: readonly P[],
  ask: (party: P, turn: Turn) => Promise<T>,
  faults: Faults,
): AsyncGenerator<Answer<P, T>> {
  const waiting = faultyLast(parties, faults);
  const asked = new Map<P, Asked<P, T>>();
  const ending = new AbortController();
  try {
    while (waiting.length > 0 || asked.size > 0) {
      const next = waiting.shift();
      if (next !== undefined) asked.set(next, new Asked(next, ask, ending.signal));
      const ended = await firstEnded([...asked.values()], waiting.length > 0);
      if (ended === null) continue;
      asked.delete(ended.from);
      if ('error' in ended) faults.add(ended.from.name, ended.error);
      else yield ended;
    }
  } finally {
    ending.abort();
    for (const one of asked.values()) {
      const { ended, from } = one;
      if (ended === null && one.turnEnds <= performance.now()) faults.add(from.name, one.silence);
      if (ended !== null && 'error' in ended) faults.add(from.name, ended.error);
    }
  }
}

/**
 * The first answer of `askInTurn` that `check` does not throw at. Where there is none, throws the faults as one error: their
 * common code, else `NO_ANSWER`.
 */
export async function firstAnswer<P extends Party, T, R = T>(
  parties: readonly P[],
  ask: (party: P, turn: Turn) => Promise<T>,
  faults: Faults,
  check: (answer: T, from: P) => Promise<R> | R,
): Promise<R> {
  for await (const { from, answer } of askInTurn(parties, ask, faults)) {
    try {
      return await check(answer, from);
    } catch (error) {
      faults.add(from.name, error);
    }
  }
  throw noAnswer(parties, faults);
}

/** The first question that ends; null where `mayAskNext` and the turn of every party is over. */
async function firstEnded<P, T>(
  asked: readonly Asked<P, T>[],
  mayAskNext: boolean,
): Promise<Ended<P, T> | null> {
  const ended = Promise.race(asked.map(({ ending }) => ending));
  while (mayAskNext) {
    const turnsEnd = Math.max(...asked.map(({ turnEnds }) => turnEnds));
    const now = performance.now();
    if (now >= turnsEnd) return null;
    const result = await within(ended, turnsEnd - now);
    if (result !== null) return result;
  }
  return ended;
}

function faultyLast<P extends Party>(parties: readonly P[], faults: Faults): P[] {
  const isFaulty = ({ name }: P) => faults.has(name);
  return [...parties.filter((one) => !isFaulty(one)), ...parties.filter(isFaulty)];
}

/** What stands for the faults of all parties where none has an answer that counts. */
export function noAnswer(parties: readonly Party[], faults: Faults): CotraceError {
  const names = new Set(parties.map(({ name }) => name));
  const found = faults.list().filter(({ node }) => names.has(node));
  const codes = new Set(found.map(({ code }) => code));
  const [only] = codes;
  return relayedError(
    codes.size === 1 && only !== undefined ? only : 'NO_ANSWER',
    `no node has an answer: ${found.map(({ node, message }) => `${node}: ${message}`).join('; ')}`,
    { faults: found },
  );
}

/** The parties from the one at `turn` on, round: whoever is asked again begins with another one. */
export function inTurn<P>(parties: readonly P[], turn: number): P[] {
  const first = turn % parties.length;
  return [...parties.slice(first), ...parties.slice(0, first)];
}
