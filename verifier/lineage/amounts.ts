import type { Amount } from '@cotrace/core';

/** Digits behind the point that an amount may have. */
const SCALE = 15;

/** What is left of a class or lot in a container, to the digit, unit by unit. */
export class Held {
  readonly #left = new Map<string, bigint>();
  /** Whether something was put in without a quantity. */
  #unknown = false;

  add(amounts: readonly Amount[] | null): void {
    if (amounts === null || amounts.length === 0) this.#unknown = true;
    for (const { value, unit } of amounts ?? []) {
      const key = keyOf(unit);
      this.#left.set(key, (this.#left.get(key) ?? 0n) + scaled(value));
    }
  }

  /** At least this is in. */
  seen(amounts: readonly Amount[] | null): void {
    if (amounts === null || amounts.length === 0) this.#unknown = true;
    for (const { value, unit } of amounts ?? []) {
      const [key, told] = [keyOf(unit), scaled(value)];
      const before = this.#left.get(key) ?? 0n;
      this.#left.set(key, told > before ? told : before);
    }
  }

  /**
   * Takes out, and says what is left: `nothing`, `some`, or `unknown` where what was put in and what is taken out cannot
   * be compared. `short` says that more was taken out than there was.
   */
  remove(amounts: readonly Amount[] | null): { left: 'nothing' | 'some' | 'unknown'; short: boolean } {
    if (amounts === null || amounts.length === 0)
      return { left: this.#left.size === 0 ? 'nothing' : 'unknown', short: false };
    let [short, unknown] = [false, this.#unknown];
    for (const { value, unit } of amounts) {
      const key = keyOf(unit);
      const before = this.#left.get(key);
      if (before === undefined) {
        unknown = true;
        continue;
      }
      const after = before - scaled(value);
      short ||= after < 0n;
      this.#left.set(key, after < 0n ? 0n : after);
    }
    if (unknown) return { left: 'unknown', short };
    return { left: [...this.#left.values()].every((left) => left === 0n) ? 'nothing' : 'some', short };
  }
}

function keyOf(unit: string | null): string {
  return unit === null ? '' : `u${unit}`;
}

/** Canonical decimal text as a whole number of 10⁻¹⁵. */
function scaled(value: string): bigint {
  const [whole = '', fraction = ''] = value.split('.');
  return BigInt(whole + fraction.padEnd(SCALE, '0'));
}
