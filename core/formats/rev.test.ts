import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkNum, formatRev, parseRev } from './rev.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const u32 = { min: 1, max: 2 ** 32 - 1 };

function refused(act: () => unknown, code: string): void {
  expect(act).toThrow(expect.objectContaining({ code }));
}

describe('the cycle of a block', () => {
  it('is 0 for block 0 alone, and ends with a multiple of the checking height', () => {
    expect([0n, 1n, 4n, 5n, 8n, 9n].map((blockNum) => checkNum(blockNum, 4))).toEqual([
      0n,
      1n,
      1n,
      2n,
      2n,
      3n,
    ]);
    expect(checkNum(2n ** 64n - 1n, 2)).toBe(2n ** 63n);
  });

  it('refuses heights and blocks out of range', () => {
    for (const c of [1, 0, -2, 1.5, 100_001, 2 ** 32]) refused(() => checkNum(1n, c), 'BAD_CHECKING_HEIGHT');
    for (const blockNum of [-1n, 2n ** 64n]) refused(() => checkNum(blockNum, 2), 'OUT_OF_RANGE');
  });
});

describe('a rev', () => {
  it('is written as in seed 001', () => {
    expect(formatRev({ blockNum: 1025n, txNum: 0, verNum: 3 }, 1024)).toBe('2_1025_0_3');
  });

  it('reads back as it was written', () => {
    fc.assert(
      fc.property(
        fc.record({
          blockNum: fc.bigInt(0n, 2n ** 64n - 1n),
          txNum: fc.integer({ ...u32, min: 0 }),
          verNum: fc.integer(u32),
        }),
        fc.integer({ min: 2, max: 100_000 }),
        (rev, c) => expect(parseRev(formatRev(rev, c), c)).toEqual(rev),
      ),
      { numRuns: RUNS },
    );
  });

  it.each([
    '',
    '2_1025_0',
    '2_1025_0_3_4',
    '1_1025_0_3',
    '02_1025_0_3',
    '2_1025_00_3',
    '2_1025_0_0',
    '2_1025_-1_3',
    ' 2_1025_0_3',
    '2_1025_0_3\n',
    '2_1025_0x0_3',
  ])('refuses %j', (text) => {
    refused(() => parseRev(text, 1024), 'BAD_REV');
  });

  it('refuses numbers out of range', () => {
    refused(() => parseRev('1_1_4294967296_1', 1024), 'OUT_OF_RANGE');
    refused(() => parseRev('1_1_1_4294967296', 1024), 'OUT_OF_RANGE');
    refused(() => parseRev('99999999999999999999_99999999999999999999_1_1', 1024), 'OUT_OF_RANGE');
    refused(() => formatRev({ blockNum: 1n, txNum: 0, verNum: 0 }, 2), 'OUT_OF_RANGE');
    refused(() => formatRev({ blockNum: 1n, txNum: -1, verNum: 1 }, 2), 'OUT_OF_RANGE');
  });
});
