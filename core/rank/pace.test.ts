import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { foldShare, isFoldDue, sweepShare } from './pace.js';

const heights = fc.oneof(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 2, max: 3000 }));

/** What each block of a cycle folds where they add these steps, the last one all that is left. */
function folded(added: readonly number[]): { readonly folds: number[]; readonly most: number } {
  let [waiting, most] = [0, 0];
  const folds = added.map((steps, i) => {
    waiting += steps;
    most = Math.max(most, waiting);
    const left = added.length - 1 - i;
    const fold = left === 0 ? waiting : foldShare(waiting, left);
    waiting -= fold;
    return fold;
  });
  return { folds, most };
}

describe('the pace of folds', () => {
  it('leaves the last two blocks of a cycle what they add themselves, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50_000), { minLength: 3, maxLength: 300 }), (added) => {
        const { folds } = folded(added);
        expect(folds.slice(-2)).toEqual(added.slice(-2));
        expect(folds.reduce((sum, fold) => sum + fold, 0)).toBe(added.reduce((sum, steps) => sum + steps, 0));
      }),
    );
  });

  it('is at most twice that of blocks that all add as much, and lets no more wait than some of them add', () => {
    fc.assert(
      fc.property(heights, fc.integer({ min: 1, max: 1000 }), (c, steps) => {
        const { folds, most } = folded(new Array<number>(c).fill(steps));
        expect(Math.max(...folds)).toBeLessThanOrEqual(Math.max(2 * steps + 1, 192 + 2 * steps));
        expect(most).toBeLessThanOrEqual(Math.max(128 * 64, 65 * steps) + steps);
      }),
    );
  });
});

describe('the pace of removing what was released', () => {
  it('never lets more than one and a sixth of what a cycle releases add up, over many cycles', () => {
    fc.assert(
      fc.property(heights, fc.integer({ min: 1, max: 100_000 }), (c, released) => {
        let unswept = 0;
        for (let cycle = 0; cycle < 20; cycle++) {
          unswept += released;
          expect(unswept).toBeLessThanOrEqual((released * 7) / 6);
          for (let block = 1; block < c; block++) unswept -= sweepShare(unswept, c);
        }
      }),
    );
  });
});

describe('the pace of one tree', () => {
  it('folds before much waits, and shortly before the end of a cycle', () => {
    const left = (c: number) => Array.from({ length: c }, (_, i) => c - i);
    expect(left(5).map((blocks) => isFoldDue(10, blocks))).toEqual([false, false, false, true, false]);
    expect(left(5).map((blocks) => isFoldDue(4096, blocks))).not.toContain(false);
  });
});
