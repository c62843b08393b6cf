import { CotraceError } from '@cotrace/core';
import type { BusinessBlock } from '../gen/cotrace/cotrace_pb.js';
import { pauseFor } from '../node/retry.js';
import type { BlockOrigin, Patience } from './docking.js';

/** A docking: the stream of business blocks from one origin, watched. */
export class Docked {
  readonly #origin: BlockOrigin;
  readonly #patience: Patience;
  readonly #blocks: AsyncGenerator<BusinessBlock>;
  readonly #closing = new AbortController();
  readonly #until: number;
  readonly #unlink: () => void;

  /** `preferred`: the origin is the one that the node would choose if all were well, so it stays. */
  constructor(
    origin: BlockOrigin,
    from: bigint,
    signal: AbortSignal,
    preferred: boolean,
    patience: Patience,
  ) {
    this.#origin = origin;
    this.#patience = patience;
    const close = () => this.#closing.abort();
    signal.addEventListener('abort', close);
    this.#unlink = () => signal.removeEventListener('abort', close);
    this.#blocks = origin.blocks(from, this.#closing.signal);
    this.#until = preferred ? Infinity : Date.now() + patience.stay;
  }

  /**
   * The next block; null when it is time to dock anew, or the stream ended. `isAttested` says whether a quorum has
   * attested the block that is waited for. Throws `WITHHELD` where the origin did not send it in time after that, and
   * `NOT_SERVED` where this node was itself late, so that it cannot say who is slow: it came when the block was long
   * attested, or its process stood still.
   */
  async next(isAttested: () => boolean): Promise<BusinessBlock | null> {
    if (Date.now() > this.#until) return null;
    const pending = this.#blocks.next();
    const settled = new AbortController();
    // A reason given saves the exception that would be made for each block.
    const settle = () => settled.abort('settled');
    pending.then(settle, settle);
    const wait = new AttestedWait(this.#patience, isAttested(), Date.now());
    for (;;) {
      await pauseFor(this.#patience.watch, settled.signal);
      if (settled.signal.aborted) {
        const result = await pending;
        return result.done === true ? null : result.value;
      }
      const now = Date.now();
      if (wait.isOver(isAttested(), now)) throw this.#overdue(wait.wasLate);
      if (now > this.#until) return null;
    }
  }

  #overdue(wasLate: boolean): CotraceError {
    const { name: origin } = this.#origin;
    return new CotraceError(
      wasLate ? 'NOT_SERVED' : 'WITHHELD',
      `${origin} did not send, within ${this.#patience.withheld / 1000} s, a block that a quorum has attested`,
      { origin },
    );
  }

  async close(): Promise<void> {
    this.#unlink();
    this.#closing.abort();
    await this.#blocks.return(undefined);
  }
}

/** Watches how long an origin takes for a block that a quorum has attested. */
export class AttestedWait {
  readonly #patience: Patience;
  #since: number | null = null;
  #lookedAt: number;
  #wasLate: boolean;

  /** `isAttested`: whether the block is attested already where the wait begins. */
  constructor(patience: Patience, isAttested: boolean, now: number) {
    this.#patience = patience;
    this.#lookedAt = now;
    this.#wasLate = isAttested;
  }

  /** Whether this node was itself late with the block. */
  get wasLate(): boolean {
    return this.#wasLate;
  }

  /** Whether the origin has taken too long by `now`. A time in which this process stood still does not count. */
  isOver(isAttested: boolean, now: number): boolean {
    const { watch, withheld } = this.#patience;
    if (now - this.#lookedAt > watch + withheld / 4) {
      this.#wasLate = true;
      this.#since = null;
    }
    this.#lookedAt = now;
    if (!isAttested) return false;
    this.#since ??= now;
    return now - this.#since > withheld;
  }
}
