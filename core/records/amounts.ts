import type { Amount } from './record.js';

/** Most quantities of one identifier in a record. */
export const MAX_AMOUNTS = 1000;

const MOST_WHOLE = 30;
const MOST_FRACTION = 15;

/** A number as JSON writes it. */
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/;

/**
 * The canonical decimal of a number above 0, as JSON or as a canonical decimal: without sign, exponent, leading or trailing
 * zeros. Null where it is none, or has more than 30 digits before the point or 15 after it.
 */
export function canonicalDecimal(text: string): string | null {
  const match = NUMBER.exec(text);
  if (match === null || match[1] === '-') return null;
  const [, , whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  // The value is `significant`, with the point so many digits from its left end.
  const point = digits.length - fraction.length + Number(exponent);
  const decimals = significant.length - point;
  if (significant === '' || point > MOST_WHOLE || decimals > MOST_FRACTION) return null;
  if (point <= 0) return `0.${'0'.repeat(-point)}${significant}`;
  if (decimals <= 0) return significant + '0'.repeat(-decimals);
  return `${significant.slice(0, point)}.${significant.slice(point)}`;
}

/** Quantities in the order of a record: by unit, null first, otherwise as they are. */
export function sortedAmounts(amounts: readonly Amount[]): readonly Amount[] {
  return [...amounts].sort((a, b) => compareUnits(a.unit, b.unit));
}

/** Below 0 where `a` comes before `b`. Units are ASCII, so that UTF-16 units are in the order of bytes. */
export function compareUnits(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return a < b ? -1 : 1;
}
