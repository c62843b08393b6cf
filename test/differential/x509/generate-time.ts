import type { Chance } from './chance.js';
import { leaf, type Node } from './der.js';

const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

/** A time about a year: mostly a good UTCTime. */
export function time(chance: Chance, year: number): Node {
  const digits = (value: number): string => String(value).padStart(2, '0');
  const odd = chance.once(6);
  const years = odd
    ? chance.of([String(year), '0000', '9999', '2000', '1900', '2049', '2050', '1968'])
    : String(year);
  const day = `${digits(1 + chance.below(odd ? 13 : 12))}${digits(1 + chance.below(odd ? 32 : 28))}`;
  const clock = `${digits(chance.below(odd ? 25 : 24))}${digits(chance.below(odd ? 61 : 60))}`;
  const seconds = odd
    ? chance.of(['', digits(chance.below(61)), '00', '0', '00.5', '00.50', '00,5'])
    : digits(chance.below(60));
  const zone = odd
    ? chance.of([
        'Z',
        'Z',
        '+0000',
        '-0000',
        '+0100',
        '-1130',
        '+2400',
        '+2459',
        '+2500',
        '+0160',
        '+01',
        'z',
        '',
        ' ',
        '-2400',
      ])
    : 'Z';
  const isLong = chance.once(4);
  const text = `${isLong ? years : years.slice(2)}${day}${clock}${seconds}${zone}`;
  const tag = chance.once(30)
    ? chance.of([0x0c, 0x16, UTC_TIME, GENERALIZED_TIME])
    : isLong
      ? GENERALIZED_TIME
      : UTC_TIME;
  return leaf(tag, text);
}
