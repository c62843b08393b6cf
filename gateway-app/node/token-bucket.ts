/** What may be spent at once, and how fast it comes back. */
export class TokenBucket {
  readonly size: number;
  readonly #perSecond: number;
  readonly #now: () => number;
  #level: number;
  #at: number;

  /** `size`: the most tokens, which it begins with. `now`: a clock in milliseconds. */
  constructor(size: number, perSecond: number, now: () => number = () => performance.now()) {
    this.size = size;
    this.#perSecond = perSecond;
    this.#now = now;
    this.#level = size;
    this.#at = now();
  }

  /** Tokens that are there now. */
  get level(): number {
    const now = this.#now();
    this.#level = Math.min(this.size, this.#level + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    return this.#level;
  }

  /** Takes tokens where there are enough; says whether it did. */
  take(count = 1): boolean {
    if (this.level < count) return false;
    this.#level -= count;
    return true;
  }

  /** Gives tokens back. */
  give(count = 1): void {
    this.#level = Math.min(this.size, this.level + count);
  }

  /** Milliseconds until `count` tokens are there. */
  wait(count = 1): number {
    return Math.max(0, ((count - this.level) / this.#perSecond) * 1000);
  }
}
