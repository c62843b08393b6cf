import type { CotraceError } from '@cotrace/core';
import { silent } from './faults.js';
import { LONGEST_TURN_MS, TURN_MS, TURN_PER_PART_MS } from './limits.js';

/** Someone who can be asked. */
export interface Party {
  readonly name: string;
}

/** What one party answered. */
export interface Answer<P, T> {
  readonly from: P;
  readonly answer: T;
}

/** How a question is put to one party. */
export interface Turn {
  /** Is aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Tells that a part of the answer has come. */
  part(): void;
}

/** How a question ended. */
export type Ended<P, T> = Answer<P, T> | { readonly from: P; readonly error: unknown };

/** A question to one party. */
export class Asked<P, T> {
  readonly from: P;
  readonly began = performance.now();
  /** How it ended; null while it is under way. */
  ended: Ended<P, T> | null = null;
  readonly ending: Promise<Ended<P, T>>;
  #turn = TURN_MS;

  constructor(from: P, ask: (party: P, turn: Turn) => Promise<T>, signal: AbortSignal) {
    this.from = from;
    const part = () => {
      this.#turn = Math.min(this.#turn + TURN_PER_PART_MS, LONGEST_TURN_MS);
    };
    this.ending = this.#put(ask, { signal, part });
  }

  get turnEnds(): number {
    return this.began + this.#turn;
  }

  /** That it has not been answered until now. */
  get silence(): CotraceError {
    return silent(Math.round((performance.now() - this.began) / 100) * 100);
  }

  async #put(ask: (party: P, turn: Turn) => Promise<T>, turn: Turn): Promise<Ended<P, T>> {
    const { from } = this;
    try {
      this.ended = { from, answer: await ask(from, turn) };
    } catch (error) {
      this.ended = { from, error };
    }
    return this.ended;
  }
}
