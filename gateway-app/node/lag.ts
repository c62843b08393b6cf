/** How long a node has been behind what it knows there is. */
export class Lag {
  #height: bigint;
  #movedAt: number;
  /** How many blocks there are, as far as is known. */
  #there = 0n;
  /** The first height that was aimed at and is not reached. */
  #aim: { readonly height: bigint; readonly since: number } | null = null;

  constructor(height: bigint, now: number) {
    this.#height = height;
    this.#movedAt = now;
  }

  /** There are `height` blocks: that may be fewer than there were. */
  aim(height: bigint, now: number): void {
    this.#there = height;
    if (height <= this.#height) this.#aim = null;
    else this.#aim ??= { height, since: now };
  }

  /** The node has processed `height` blocks. */
  reach(height: bigint, now: number): void {
    if (height === this.#height) return;
    this.#height = height;
    this.#movedAt = now;
    if (this.#aim === null || height < this.#aim.height) return;
    // Of the blocks after it is only known that they are there, not since when.
    this.#aim = this.#there > height ? { height: this.#there, since: now } : null;
  }

  /** Milliseconds since there was the first block that is not processed yet; 0 where there is none. */
  behind(now: number): number {
    return this.#aim === null ? 0 : Math.max(0, now - this.#aim.since);
  }

  /** Milliseconds for which the node was behind and processed nothing. */
  stalled(now: number): number {
    return this.#aim === null ? 0 : Math.max(0, now - Math.max(this.#movedAt, this.#aim.since));
  }
}
