import { type Amount, canonicalDecimal, MAX_AMOUNTS, sortedAmounts } from '@cotrace/core';
import { at, type Fault } from './fault.js';
import type { EpcisIdentifier } from './identifiers.js';

/** The amount in a quantity element; null where it says none, or one that cannot be added up. */
export function amountOf({ quantity }: EpcisIdentifier): Amount | null {
  if (typeof quantity?.quantity !== 'number') return null;
  // A number is kept to the digit, so that its shortest text is the number in the event.
  const value = canonicalDecimal(String(quantity.quantity));
  return value === null ? null : { value, unit: typeof quantity.uom === 'string' ? quantity.uom : null };
}

/** What is said of a quantity that cannot be added up. */
export function oddQuantity(identifier: EpcisIdentifier): Fault | null {
  const quantity = identifier.quantity?.quantity;
  if (quantity === undefined || amountOf(identifier) !== null) return null;
  const path = at(identifier.path?.parent ?? null, 'quantity');
  const message =
    'is not above 0, or has more than 30 digits before the point or 15 after it, so it is not added up';
  return { path, message };
}

/** The quantities of one identifier in one role, from all the places where an event names it. */
export class Amounts {
  readonly #amounts: Amount[] = [];
  #unknown = false;

  /** `amount`: null where one of the places says none: then nobody knows how much it is. */
  add(amount: Amount | null): void {
    if (amount === null) this.#unknown = true;
    else this.#amounts.push(amount);
  }

  get all(): readonly Amount[] | null {
    const usable = !this.#unknown && this.#amounts.length > 0 && this.#amounts.length <= MAX_AMOUNTS;
    return usable ? sortedAmounts(this.#amounts) : null;
  }

  /** Why some quantities that the event says are not used; null where none is left out. */
  get fault(): string | null {
    if (this.#amounts.length === 0 || this.all !== null) return null;
    return this.#unknown
      ? 'is named with a quantity here and without one elsewhere, so its quantities are not added up'
      : `has more than ${MAX_AMOUNTS} quantities, so none is added up`;
  }
}
