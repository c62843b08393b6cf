import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareBytes, utf8 } from '@cotrace/core';
import { refused } from './testing/refused.js';
import { prefixEnd, traceRange } from './trace-range.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

const text = fc.string({
  unit: fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom('a', '\ud7ff', '\ue000', '\u{10ffff}', '\uffff', '😀'),
  ),
  maxLength: 6,
});

describe('the range of a prefix', () => {
  it('holds exactly the keys that begin with it', () => {
    fc.assert(
      fc.property(text, text, (prefix, other) => {
        const start = `trace/${prefix}`;
        const end = prefixEnd(start);
        for (const key of [start + other, `trace/${other}`, other, start]) {
          const inside = compareBytes(utf8(start), utf8(key)) <= 0 && compareBytes(utf8(key), utf8(end)) < 0;
          expect(inside).toBe(key.startsWith(start));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('ends before the records of other tables', () => {
    expect(traceRange('', '10', '')).toEqual({ start: 'trace/', end: 'trace0', pageSize: 10, bookmark: '' });
    expect(traceRange('lot-\u{10ffff}', '1000', 'trace/lot-\u{10ffff}x')).toEqual({
      start: 'trace/lot-\u{10ffff}',
      end: 'trace/lot.',
      pageSize: 1000,
      bookmark: 'trace/lot-\u{10ffff}x',
    });
  });

  it.each([
    ['pageSize', '', '0', ''],
    ['pageSize', '', '1001', ''],
    ['pageSize', '', '1e2', ''],
    ['pageSize', '', '', ''],
    ['pageSize', '', '-1', ''],
    ['prefix', 'a\u0000', '1', ''],
    ['prefix', '\ud800', '1', ''],
    ['prefix', 'é'.repeat(257), '1', ''],
    ['bookmark', 'b', '1', 'trace/a'],
    ['bookmark', '', '1', 'meta/domain'],
    ['bookmark', '', '1', 'trace/\ud800'],
  ])('is refused for a bad %s: %j, %j, %j', (field, prefix, pageSize, bookmark) => {
    const { detail } = refused('BAD_ARGUMENT', () => traceRange(prefix, pageSize, bookmark));
    expect(detail).toEqual({ field });
  });
});
