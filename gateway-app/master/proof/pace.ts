import { setImmediate } from 'node:timers/promises';
import { CotraceError } from '@cotrace/core';
import { PROOF_LIMITS, PROOF_TURN_MS } from '../limits.js';

/** `visits`: events read again while a lineage grows. */
type Counted = 'traces' | 'events' | 'bytes' | 'visits';

/** What a proof may take, counted while it is made, so that no question holds a master up. */
export class Pace {
  readonly #signal: AbortSignal;
  readonly #began = performance.now();
  #turn = this.#began;
  readonly #used: Record<Counted, number> = { traces: 0, events: 0, bytes: 0, visits: 0 };

  /** `signal`: the caller has gone. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get used(): Readonly<Record<Counted, number>> {
    return this.#used;
  }

  /** Counts work that is about to be done. Throws `PROOF_TOO_LARGE`. */
  count(what: Counted, more: number): void {
    this.#used[what] += more;
    if (this.#used[what] > PROOF_LIMITS[what]) throw tooLarge(what);
  }

  /** Lets others have the thread where this has had it for a while. Throws `PROOF_TOO_LARGE`, and where the caller has gone. */
  async breathe(): Promise<void> {
    const now = performance.now();
    if (now - this.#turn < PROOF_TURN_MS) return;
    if (now - this.#began > 1000 * PROOF_LIMITS.seconds) throw tooLarge('seconds');
    await setImmediate();
    this.#signal.throwIfAborted();
    this.#turn = performance.now();
  }
}

function tooLarge(what: keyof typeof PROOF_LIMITS): CotraceError {
  return new CotraceError(
    'PROOF_TOO_LARGE',
    `this needs more than ${PROOF_LIMITS[what]} ${what}, the most for one proof; ask for fewer identifiers, for one direction, ` +
      'or without a direction for the newest events',
    { what, most: PROOF_LIMITS[what] },
  );
}
