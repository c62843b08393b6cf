import { describe, expect, it } from '@jest/globals';
import { codeOf } from '../testing/codes.js';
import { WalkOrder } from './walk-order.js';

/** Code of the error where a walk comes to these places, one after the other: `DOMAIN BLOCK/TRANSACTION`. */
function walk(...places: readonly string[]): Promise<string | null> {
  const order = new WalkOrder();
  return codeOf(() => {
    for (const place of places) {
      const [domain = '', at = ''] = place.split(' ');
      const [blockNum = '', txNum = ''] = at.split('/');
      order.take({ domain, blockNum: BigInt(blockNum), txNum: Number(txNum) });
    }
  });
}

describe('a walk', () => {
  it.each([
    [['goods 4/1']],
    [['goods 4/1', 'goods 3/1']],
    [['goods 4/1', 'goods 3/2']],
    [['goods 4/1', 'goods 4/0']],
    [['goods 4/1', 'goods 4/0', 'retail 9/9', 'retail 8/9', 'fish 1/1']],
    [['goods 0/0', 'retail 0/0']],
  ])('goes back in each domain, one domain after the other: %j', async (places) => {
    expect(await walk(...places)).toBeNull();
  });

  it.each([
    ['the same transaction again', ['goods 4/1', 'goods 4/1']],
    ['a later transaction of the block', ['goods 4/0', 'goods 4/1']],
    ['a later block', ['goods 3/1', 'goods 4/1']],
    ['an earlier transaction of a later block', ['goods 3/1', 'goods 4/0']],
    ['a domain that it has left', ['goods 4/1', 'retail 3/1', 'goods 2/1']],
    ['a domain that it has left, before another', ['goods 4/1', 'retail 3/1', 'fish 3/0', 'retail 2/1']],
  ])('does not come to %s', async (_title, places) => {
    expect(await walk(...places)).toBe('BAD_ANSWER');
  });
});
