import { describe, expect, it } from '@jest/globals';
import { differences, differenceText } from './definition-difference.js';

describe('what changes between definitions', () => {
  it.each([
    [
      'nothing, whatever the order of members',
      { a: 1, b: { c: [1, 'x'] } },
      { b: { c: [1, 'x'] }, a: 1 },
      [],
    ],
    [
      'members that come, go and change, at any depth',
      { a: { b: 1, c: null }, d: true },
      { a: { b: 2, e: {} }, d: true },
      ['a.b: 1 becomes 2', 'a.c: - null', 'a.e: + {}'],
    ],
    ['texts that come and go', { w: ['a', 'b'] }, { w: ['b', 'c'] }, ['w: - "a"', 'w: + "c"']],
    ['texts in another order', { w: ['a', 'b'] }, { w: ['b', 'a'] }, ['w: ["a","b"] becomes ["b","a"]']],
    ['other lists as a whole', { w: [1, 2] }, { w: [2] }, ['w: [1,2] becomes [2]']],
    ['one kind for another', { w: {} }, { w: [] }, ['w: {} becomes []']],
  ])('is %s', (_title, before, after, lines) => {
    expect(differences(before, after).map(differenceText)).toEqual(lines);
  });
});
