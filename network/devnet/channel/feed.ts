import { CotraceError } from '@cotrace/core';
import type { CommittedBlock, Ledger, TransactionLocation } from '../ledger/types.js';

/** Newest blocks kept decoded, for the followers that all read them. */
const RECENT_BLOCKS = 32n;

interface Waiter {
  readonly found: (location: TransactionLocation) => void;
  readonly cancel: () => void;
}

/** Lets any number of callers follow a ledger, or wait for one transaction. */
export class BlockFeed {
  readonly #ledger: Ledger;
  readonly #recent = new Map<bigint, CommittedBlock>();
  readonly #sleepers = new Set<() => void>();
  readonly #waiting = new Map<string, Set<Waiter>>();
  readonly #unsubscribe: () => void;
  #closed = false;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#unsubscribe = ledger.onCommit((block) => this.#committed(block));
  }

  /**
   * Blocks from number `from` on, as they are committed, until `signal` aborts. A number that is still
   * to come is waited for. Throws `BLOCK_MISSING` if the ledger has lost one.
   */
  async *blocks(from: bigint, signal: AbortSignal): AsyncGenerator<CommittedBlock, void> {
    const isOver = (): boolean => signal.aborted || this.#closed;
    for (let blockNum = from; ; blockNum++) {
      while (blockNum >= this.#ledger.height && !isOver()) await this.#nextCommit(signal);
      if (isOver()) return;
      const block = this.#recent.get(blockNum) ?? (await this.#ledger.block(blockNum));
      if (block === null) {
        throw new CotraceError('BLOCK_MISSING', `block ${String(blockNum)} is not in the ledger`, {
          channelId: this.#ledger.channelId,
        });
      }
      yield block;
    }
  }

  /** Where a transaction was committed; waits for it. Throws `CANCELLED` when `signal` aborts before. */
  transaction(txId: string, signal?: AbortSignal): Promise<TransactionLocation> {
    const location = this.#ledger.transaction(txId);
    if (location !== null) return Promise.resolve(location);
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(txId) ?? new Set();
      this.#waiting.set(txId, waiting);
      const leave = (): void => {
        waiting.delete(waiter);
        if (waiting.size === 0) this.#waiting.delete(txId);
        signal?.removeEventListener('abort', waiter.cancel);
      };
      const waiter: Waiter = {
        found: (found) => {
          leave();
          resolve(found);
        },
        cancel: () => {
          leave();
          reject(new CotraceError('CANCELLED', 'context canceled', { txId }));
        },
      };
      waiting.add(waiter);
      signal?.addEventListener('abort', waiter.cancel);
      if (signal?.aborted === true || this.#closed) waiter.cancel();
    });
  }

  /** Ends all followers and waiters. */
  close(): void {
    this.#unsubscribe();
    this.#closed = true;
    for (const wake of [...this.#sleepers]) wake();
    for (const waiter of [...this.#waiting.values()].flatMap((waiting) => [...waiting])) waiter.cancel();
  }

  #committed(block: CommittedBlock): void {
    this.#recent.set(block.number, block);
    this.#recent.delete(block.number - RECENT_BLOCKS);
    for (const wake of [...this.#sleepers]) wake();
    for (const { txId } of block.transactions) {
      const waiting = this.#waiting.get(txId);
      const location = waiting === undefined ? null : this.#ledger.transaction(txId);
      if (waiting === undefined || location === null) continue;
      for (const waiter of [...waiting]) waiter.found(location);
    }
  }

  #nextCommit(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#sleepers.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
