import { describe, expect, it } from '@jest/globals';
import { isLotNumber, isLotOf, lotOfProduct } from './lots.js';
import { identify } from './trace-id.js';

const CLASS = 'https://id.gs1.org/01/09521234000884';
const PART = 'https://id.gs1.org/8006/095212340008840102';

describe('the lot of a product', () => {
  it.each([CLASS, `${CLASS}/21/S1`, `${CLASS}/235/X`, PART, `${PART}/21/10`])(
    'of %s is made of a lot number',
    (id) => {
      const [product = ''] = /^.*?\/(?:01|8006)\/\d+/.exec(id) ?? [];
      for (const [number, path] of [
        ['L1', 'L1'],
        ['A/1', 'A%2F1'],
        ['%', '%25'],
      ] as const) {
        const lot = lotOfProduct(id, number);
        expect(lot).toBe(`${product}/10/${path}`);
        expect(identify(lot ?? '')).toMatchObject({ traceId: lot, nature: 'lot' });
        expect(isLotOf(lot ?? '', id)).toBe(true);
      }
    },
  );

  it.each([
    [`${CLASS}/10/L1`, 'L1'],
    ['https://id.gs1.org/00/095212349999999995', 'L1'],
    ['https://id.gs1.org/8003/0952123400005177', 'L1'],
    ['https://x.example/01/09521234000884', 'L1'],
    ['lot', 'L1'],
    [CLASS, ''],
    [CLASS, 'ü'],
    [CLASS, '..'],
    [CLASS, 'x'.repeat(21)],
  ])('is none for %s and %j', (id, number) => {
    expect(lotOfProduct(id, number)).toBeNull();
  });

  it.each([
    ['another product’s', 'https://id.gs1.org/01/09521234005568/10/L1', CLASS],
    ['another part’s', `${PART}/10/L1`, CLASS],
    ['an item', `${CLASS}/21/S1`, CLASS],
    ['a class', CLASS, CLASS],
    ['a lot’s own', `${CLASS}/10/L1`, `${CLASS}/10/L2`],
    ['of what is no product', `${CLASS}/10/L1`, 'urn:x'],
  ])('is not %s', (_title, lot, id) => {
    expect(isLotOf(lot, id)).toBe(false);
  });
});

it('a lot number has 1 to 20 characters of GS1', () => {
  expect(['L', 'x'.repeat(20), '!%/'].map(isLotNumber)).toEqual([true, true, true]);
  expect(['', 'x'.repeat(21), 'a b', 'é', '.'].map(isLotNumber)).toEqual([false, false, false, false, false]);
});
