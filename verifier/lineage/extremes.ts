/**
 * A list searched for the nearest value that fits, in logarithmic time: a tree of the most extreme values of ranges. Where
 * any value of a range fits, the most extreme one has to.
 */
export class Extremes {
  readonly #size: number;
  readonly #tree: readonly (string | null)[];

  constructor(values: readonly string[], isMore: (a: string, b: string) => boolean) {
    this.#size = 2 ** Math.ceil(Math.log2(Math.max(values.length, 1)));
    const tree = new Array<string | null>(2 * this.#size).fill(null);
    for (const [at, value] of values.entries()) tree[this.#size + at] = value;
    for (let at = this.#size - 1; at > 0; at--) {
      const [a, b] = [tree[2 * at] ?? null, tree[2 * at + 1] ?? null];
      tree[at] = a === null || (b !== null && isMore(b, a)) ? b : a;
    }
    this.#tree = tree;
  }

  /** Place of the first value from `at` on that fits, or null. */
  firstFrom(at: number, fits: (value: string) => boolean): number | null {
    if (at >= this.#size) return null;
    let node = this.#size + at;
    while (!this.#has(node, fits)) {
      while (node % 2 === 1) node >>= 1;
      if (node === 0) return null;
      node++;
    }
    while (node < this.#size) node = this.#has(2 * node, fits) ? 2 * node : 2 * node + 1;
    return node - this.#size;
  }

  /** Place of the last value before `end` that fits, or null. */
  lastBefore(end: number, fits: (value: string) => boolean): number | null {
    if (end <= 0) return null;
    let node = this.#size + Math.min(end, this.#size) - 1;
    while (!this.#has(node, fits)) {
      while (node % 2 === 0) node >>= 1;
      if (node === 1) return null;
      node--;
    }
    while (node < this.#size) node = this.#has(2 * node + 1, fits) ? 2 * node + 1 : 2 * node;
    return node - this.#size;
  }

  #has(node: number, fits: (value: string) => boolean): boolean {
    const value = this.#tree[node] ?? null;
    return value !== null && fits(value);
  }
}
