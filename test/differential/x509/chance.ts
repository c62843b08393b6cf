/** Choices that a seed decides, the same every time. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 to `below` - 1 (mulberry32). */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  /** True once in `times` on average. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  of<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** Up to `most` results of `make`. */
  some<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }

  bytes(most: number): Uint8Array {
    return Uint8Array.from(this.some(most, () => this.below(256)));
  }

  /** The choices that a text of `letters` consists of. */
  text(most: number, letters: readonly [string, ...string[]]): string {
    return this.some(most, () => this.of(letters)).join('');
  }
}

/** How many inputs to compare: the first number, or the second with `CI_DEEP=1`. */
export function amount(normally: number, deep: number): number {
  return process.env['CI_DEEP'] === '1' ? deep : normally;
}

/** The seed of this run, from `SEED` where it is set; it is printed, so that a run can be repeated. */
export function seedOf(what: string): number {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  process.stdout.write(`${what}: SEED=${seed}\n`);
  return seed;
}
