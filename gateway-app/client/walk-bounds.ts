import { CotraceError } from '@cotrace/core';
import { MAX_TRANSACTIONS } from '@cotrace/verifier';
import type { ProvenTransaction } from '../gen/cotrace/cotrace_pb.js';
import { LONGEST_TRACE_MS, MAX_TRACE_BYTES } from './limits.js';

/** Keeps a stream without end from being collected. */
export class WalkBounds {
  readonly #until = performance.now() + LONGEST_TRACE_MS;
  #count = 0;
  #bytes = 0;

  take({ envelope, inclusionProof }: Pick<ProvenTransaction, 'envelope' | 'inclusionProof'>): void {
    this.#count += 1;
    this.#bytes += envelope.length + inclusionProof.reduce((sum, { length }) => sum + length, 0);
    if (this.#count > MAX_TRANSACTIONS || this.#bytes > MAX_TRACE_BYTES || performance.now() > this.#until) {
      throw new CotraceError(
        'BAD_ANSWER',
        `the answer does not end after ${this.#count} transactions of ${this.#bytes} bytes`,
        { count: this.#count, bytes: this.#bytes },
      );
    }
  }
}
