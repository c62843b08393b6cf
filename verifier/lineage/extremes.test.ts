import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Extremes } from './extremes.js';

describe('a list that is searched by its extreme values', () => {
  it('finds the first and the last value that fits, as going through it does', () => {
    const value = fc.integer({ min: 0, max: 9 }).map(String);
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), fc.nat({ max: 22 }), value, (values, at, bound) => {
        const [high, low] = [new Extremes(values, (a, b) => a > b), new Extremes(values, (a, b) => a < b)];
        const first = values.findIndex((one, place) => place >= at && one >= bound);
        const last = values.findLastIndex((one, place) => place < at && one <= bound);
        expect(high.firstFrom(at, (one) => one >= bound) ?? -1).toBe(first);
        expect(low.lastBefore(at, (one) => one <= bound) ?? -1).toBe(last);
      }),
      { numRuns: 500 },
    );
  });
});
