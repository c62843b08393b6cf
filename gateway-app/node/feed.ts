/** Tells waiting readers when a node's height grows. */
export class HeightFeed {
  #height: bigint;
  readonly #waiting = new Set<() => void>();

  constructor(height: bigint) {
    this.#height = height;
  }

  /** Number of blocks processed: the next block's number. */
  get height(): bigint {
    return this.#height;
  }

  advance(height: bigint): void {
    this.#height = height;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves once the height is above `blockNum`, or `signal` is aborted. */
  async above(blockNum: bigint, signal: AbortSignal): Promise<void> {
    while (this.#height <= blockNum && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal.addEventListener('abort', wake);
      });
    }
  }

  /** The numbers from `first` on, each as soon as it is processed, until `signal` is aborted. */
  async *numbers(first: bigint, signal: AbortSignal): AsyncGenerator<bigint> {
    for (let blockNum = first; ; blockNum += 1n) {
      await this.above(blockNum, signal);
      if (signal.aborted) return;
      yield blockNum;
    }
  }
}
