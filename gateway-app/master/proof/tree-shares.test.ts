import { describe, expect, it } from '@jest/globals';
import { TreeShares, type TreeName } from './tree-shares.js';

const tree = (traceId: string, mspId: string): TreeName => ({ traceId, mspId });

describe('the trees of a proof', () => {
  it('are all shown while they fit', () => {
    const shares = new TreeShares(10);
    expect([shares.take(tree('X', 'A'), 4), shares.take(tree('X', 'M'), 6)]).toEqual([[], []]);
  });

  it('of whoever has most are left out, and not those of others', () => {
    const shares = new TreeShares(10);
    expect(shares.take(tree('X', 'A'), 4)).toEqual([]);
    expect(shares.take(tree('X', 'M'), 100_000)).toEqual([tree('X', 'M')]);
    expect(shares.take(tree('Y', 'A'), 5)).toEqual([]);
    expect([shares.isLeft(tree('X', 'M')), shares.isLeft(tree('X', 'A')), shares.left]).toEqual([
      true,
      false,
      1,
    ]);
  });

  it('are left out by sum, not one by one: many small ones crowd out nobody either', () => {
    const shares = new TreeShares(10);
    for (const lot of ['X', 'Y', 'Z']) expect(shares.take(tree(lot, 'M'), 3)).toEqual([]);
    expect(shares.take(tree('X', 'A'), 5)).toEqual([tree('X', 'M'), tree('Y', 'M')]);
    expect(shares.take(tree('Y', 'A'), 2)).toEqual([]);
  });

  it('that are left out stay so when they grow', () => {
    const shares = new TreeShares(10);
    shares.take(tree('X', 'M'), 11);
    expect(shares.take(tree('X', 'M'), 12)).toEqual([]);
    expect(shares.isLeft(tree('X', 'M'))).toBe(true);
  });

  it('are not each read in vain where one is a little smaller than the one before', () => {
    const shares = new TreeShares(1000);
    let read = 0;
    for (let size = 900; size > 0; size--) {
      const name = tree(`X${size}`, 'M');
      if (!shares.take(name, size).some(({ traceId }) => traceId === name.traceId)) read += size;
    }
    expect(read).toBeLessThan(5000);
  });
});
