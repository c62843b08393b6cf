import { describe, expect, it } from '@jest/globals';
import { bytes, table, toJson } from './output.js';

describe('what commands print', () => {
  it('has numbers of bytes in units that people read', () => {
    expect([0n, 999, 1000, 123_456n, 5e6, 7_200_000_000n, 12e12].map(bytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '123.5 kB',
      '5.0 MB',
      '7.2 GB',
      '12000.0 GB',
    ]);
  });

  it('has columns as wide as their widest cell, and no space at the end of a line', () => {
    expect(table([['NODE', 'LAG', 'AT'], ['org1.master', '0', ''], ['x']])).toBe(
      'NODE         LAG  AT\norg1.master  0\nx',
    );
    expect(table([])).toBe('');
  });

  it('has whole numbers of any size and bytes as text in JSON', () => {
    expect(toJson({ height: 2n ** 63n, hash: Uint8Array.of(0, 171), list: [1n] })).toBe(
      '{"height":"9223372036854775808","hash":"00ab","list":["1"]}',
    );
  });
});
