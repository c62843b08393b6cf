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
   * The next block; null when it is time to dock anew, or the stream ended. `isAttested` tells whether a quorum has
   * attested the block that is waited for. Throws `WITHHELD` where the origin holds it back.
   */
  async next(isAttested: () => boolean): Promise<BusinessBlock | null> {
    if (Date.now() > this.#until) return null;
    const pending = this.#blocks.next();
    const settled = new AbortController();
    // A reason given saves the exception that would be made for each block.
    const settle = () => settled.abort('settled');
    pending.then(settle, settle);
    let attestedSince: number | null = null;
    for (;;) {
      await pauseFor(this.#patience.watch, settled.signal);
      if (settled.signal.aborted) {
        const result = await pending;
        return result.done === true ? null : result.value;
      }
      const now = Date.now();
      if (isAttested()) attestedSince ??= now;
      if (attestedSince !== null && now - attestedSince > this.#patience.withheld) {
        throw new CotraceError(
          'WITHHELD',
          `${this.#origin.name} holds back a block that a quorum has attested`,
          { origin: this.#origin.name },
        );
      }
      if (now > this.#until) return null;
    }
  }

  async close(): Promise<void> {
    this.#unlink();
    this.#closing.abort();
    await this.#blocks.return(undefined);
  }
}
