/** A source of numbers that a seed repeats. */
export class Random {
  #state: number;

  /** `seed`: a whole number below 2^32. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from `least` (included) to `end` (excluded). */
  integer(least: number, end: number): number {
    return least + Math.floor(this.#next() * (end - least));
  }

  /** One of a list that is not empty. */
  one<T>(list: readonly T[]): T {
    const item = list[this.integer(0, list.length)];
    if (item === undefined) throw new RangeError('nothing to choose from');
    return item;
  }

  /** Mulberry32: from 0 (included) to 1 (excluded). */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}
