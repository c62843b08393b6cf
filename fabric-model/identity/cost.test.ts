import { describe, expect, it } from '@jest/globals';
import { growthOf } from './testing/growth.js';
import type { Growth } from './testing/growth.js';
import { HOSTILE_IDENTITIES } from './testing/hostile-identities.js';

/** Five doublings, up to a mebibyte with `CI_DEEP=1`. */
const LARGEST = process.env['CI_DEEP'] === '1' ? 2 ** 20 : 2 ** 17;
const SIZES = [5, 4, 3, 2, 1, 0].map((halvings) => LARGEST >> halvings);
/** What takes less for the largest input has no slope that could be measured: a quadratic parser takes tenths of a second. */
const NEGLIGIBLE_MS = 10;
const MAX_EXPONENT = 1.15;
const ATTEMPTS = 3;

describe('the cost of hostile identities', () => {
  it.each(HOSTILE_IDENTITIES)('%s: is at most linear', (_, make, run) => {
    const isFine = ({ exponent, samples }: Growth): boolean =>
      exponent <= MAX_EXPONENT || (samples.at(-1)?.milliseconds ?? 0) < NEGLIGIBLE_MS;
    let growth = growthOf(make, run, SIZES);
    for (let attempt = 1; attempt < ATTEMPTS && !isFine(growth); attempt++)
      growth = growthOf(make, run, SIZES);
    if (!isFine(growth)) expect(growth).toEqual({ exponent: `at most ${MAX_EXPONENT}` });
  });
});
