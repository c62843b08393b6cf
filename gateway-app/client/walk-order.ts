import { CotraceError } from '@cotrace/core';
import type { ProvenTransaction } from '../gen/cotrace/cotrace_pb.js';

/** Where a transaction is, and the domain in which a walk came to it. */
type WalkPlace = Pick<ProvenTransaction, 'domain' | 'blockNum' | 'txNum'>;

/** A walk goes back in the ledger, domain by domain: it cannot come to a transaction twice. */
export class WalkOrder {
  readonly #begun = new Set<string>();
  #last: WalkPlace | null = null;

  /** The next transaction of the walk. Throws `BAD_ANSWER` where it cannot come there. */
  take(next: WalkPlace): void {
    const last = this.#last;
    if (last?.domain === next.domain ? !isBefore(next, last) : this.#begun.has(next.domain)) {
      const { blockNum, txNum } = next;
      throw new CotraceError('BAD_ANSWER', `transaction ${txNum} of block ${blockNum} is out of order`, {
        blockNum,
        txNum,
      });
    }
    this.#begun.add(next.domain);
    this.#last = next;
  }
}

function isBefore(one: WalkPlace, other: WalkPlace): boolean {
  return one.blockNum < other.blockNum || (one.blockNum === other.blockNum && one.txNum < other.txNum);
}
