import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { minimalSets } from './layouts.js';

const runs = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

describe('minimal sets', () => {
  it('of a majority are all smallest majorities', () => {
    expect(minimalSets(['a', 'b', 'c'], (set) => set.length >= 2)).toEqual([
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'c'],
    ]);
  });

  it('of alternatives are the alternatives', () => {
    const test = (set: readonly string[]): boolean =>
      set.includes('c') || (set.includes('a') && set.includes('b'));
    expect(minimalSets(['a', 'b', 'c'], test)).toEqual([['c'], ['a', 'b']]);
  });

  it('are none where nothing passes', () => {
    expect(minimalSets(['a', 'b'], () => false)).toEqual([]);
  });

  it('pass the test, and none of them holds another, few items or many', () => {
    const items = fc.integer({ min: 1, max: 14 }).map((count) => Array.from({ length: count }, (_, i) => i));
    const groups = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 13 }), { minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(items, groups, (all, alternatives) => {
        const test = (set: readonly number[]): boolean =>
          alternatives.some((group) => group.every((item) => set.includes(item)));
        const found = minimalSets(all, test);
        expect(found.length > 0).toBe(test(all));
        for (const set of found) {
          expect(test(set)).toBe(true);
          for (const item of set) expect(test(set.filter((other) => other !== item))).toBe(false);
        }
        expect(new Set(found.map(String)).size).toBe(found.length);
      }),
      { numRuns: runs },
    );
  });
});
