import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalDecimal, sortedAmounts } from './amounts.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

describe('a canonical decimal', () => {
  it.each([
    ['1', '1'],
    ['1.0', '1'],
    ['1e0', '1'],
    ['007', '7'],
    ['0.10', '0.1'],
    ['1.5e3', '1500'],
    ['1500E-3', '1.5'],
    ['1e+2', '100'],
    ['0.000000000000001', '0.000000000000001'],
    ['1e-15', '0.000000000000001'],
    ['12e-3', '0.012'],
    ['9'.repeat(30), '9'.repeat(30)],
    [`1${'0'.repeat(29)}`, `1${'0'.repeat(29)}`],
    ['1e29', `1${'0'.repeat(29)}`],
    [`${'9'.repeat(30)}.${'9'.repeat(15)}`, `${'9'.repeat(30)}.${'9'.repeat(15)}`],
  ])('of %s is %s', (text, decimal) => {
    expect(canonicalDecimal(text)).toBe(decimal);
  });

  it.each([
    '0',
    '0.0',
    '-0',
    '-1',
    '+1',
    '',
    '.5',
    '5.',
    '1e',
    'x',
    '0x1',
    'Infinity',
    ' 1',
    '1e30',
    '1e-16',
    '1e99999',
  ])('is not there for %j', (text) => {
    expect(canonicalDecimal(text)).toBeNull();
  });

  it('is its own, and the same number', () => {
    const digits = fc.stringMatching(/^\d{1,20}(\.\d{1,14})?$/);
    fc.assert(
      fc.property(digits, (text) => {
        const decimal = canonicalDecimal(text);
        if (decimal === null) return Number(text) === 0;
        const [a, b] = [text, decimal].map((one) => {
          const [whole = '', fraction = ''] = one.split('.');
          return BigInt(whole + fraction.padEnd(15, '0'));
        });
        return canonicalDecimal(decimal) === decimal && a === b;
      }),
      { numRuns: RUNS },
    );
  });
});

it('quantities are sorted by unit, those without first, and otherwise stay in their order', () => {
  const all = [
    { value: '1', unit: 'KGM' },
    { value: '2', unit: null },
    { value: '3', unit: 'CS' },
    { value: '1', unit: null },
    { value: '0.5', unit: 'KGM' },
  ];
  expect(sortedAmounts(all).map(({ value }) => value)).toEqual(['2', '1', '3', '1', '0.5']);
});
