import { CotraceError } from '@cotrace/core';

/** Batch limits of the channel configuration in force. */
export interface BatchLimits {
  readonly maxMessageCount: number;
  /** A message above it is in a block of its own. */
  readonly preferredMaxBytes: number;
  /** A message above it is refused. */
  readonly absoluteMaxBytes: number;
  readonly batchTimeoutMs: number;
}

/** What is ordered: `size` is the length of the envelope's payload and signature, as Fabric counts. */
export interface OrderedMessage {
  readonly size: number;
}

/** Calls back once after a delay; returns how to stop it. */
export type StartTimer = (delayMs: number, callback: () => void) => () => void;

const nodeTimer: StartTimer = (delayMs, callback) => {
  const timer = setTimeout(callback, delayMs);
  return () => {
    clearTimeout(timer);
  };
};

/**
 * Cuts the stream of messages of one channel into batches, as Fabric's orderers do
 * (orderer/common/blockcutter, its timer in orderer/consensus/etcdraft/chain.go): by count, by preferred
 * bytes, and by the timeout that runs from the first pending message. Batches come out in order.
 */
export class BlockCutter<M extends OrderedMessage> {
  readonly #limits: () => BatchLimits;
  readonly #emit: (batch: readonly M[]) => void;
  readonly #startTimer: StartTimer;
  #pending: M[] = [];
  #pendingBytes = 0;
  #stopTimer: (() => void) | null = null;

  /** `limits` is asked for every message, so that a new configuration acts at once. */
  constructor(
    limits: () => BatchLimits,
    emit: (batch: readonly M[]) => void,
    startTimer: StartTimer = nodeTimer,
  ) {
    this.#limits = limits;
    this.#emit = emit;
    this.#startTimer = startTimer;
  }

  /** Number of messages that wait for their batch. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Takes the next message. Throws `MESSAGE_TOO_LARGE`, leaving the pending ones as they are. */
  order(message: M): void {
    const limits = this.#limits();
    if (message.size > limits.absoluteMaxBytes) {
      throw new CotraceError(
        'MESSAGE_TOO_LARGE',
        `message payload is ${message.size} bytes and exceeds maximum allowed ${limits.absoluteMaxBytes} bytes`,
        { size: message.size, maximum: limits.absoluteMaxBytes },
      );
    }
    if (message.size > limits.preferredMaxBytes) {
      this.cut();
      this.#emit([message]);
      return;
    }
    // The timer runs on over a cut for size: what follows waits no longer than what was before it.
    if (this.#pendingBytes + message.size > limits.preferredMaxBytes) this.#emitPending();
    this.#pending.push(message);
    this.#pendingBytes += message.size;
    if (this.#pending.length >= limits.maxMessageCount) this.cut();
    else this.#stopTimer ??= this.#startTimer(limits.batchTimeoutMs, () => this.cut());
  }

  /** Cuts what is pending now: at the timeout, and before a configuration block, which stands alone. */
  cut(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
    this.#emitPending();
  }

  #emitPending(): void {
    if (this.#pending.length === 0) return;
    const batch = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#emit(batch);
  }
}
