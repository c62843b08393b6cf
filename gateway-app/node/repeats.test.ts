import { describe, expect, it } from '@jest/globals';
import { Repeats } from './repeats.js';

describe('what repeats itself', () => {
  it('is told three times a minute, and then with how often it happened unsaid', () => {
    const repeats = new Repeats();
    const told = Array.from({ length: 120 }, (_, second) => repeats.next('a', second * 1000));
    expect(told.filter((left) => left !== null)).toEqual([0, 0, 0, 57, 0, 0]);
    expect(told[60]).toBe(57);
  });

  it('is counted by kind', () => {
    const repeats = new Repeats();
    for (let i = 0; i < 10; i++) repeats.next('a', 0);
    expect([repeats.next('a', 1), repeats.next('b', 1)]).toEqual([null, 0]);
  });

  it('has a bounded number of kinds, whatever others send', () => {
    const repeats = new Repeats();
    const told = Array.from({ length: 10_000 }, (_, i) => repeats.next(`kind ${i}`, i));
    expect(told.filter((left) => left !== null).length).toBeLessThan(70);
    expect(repeats.next('another', 200_000)).toBeGreaterThan(9000);
  });
});
