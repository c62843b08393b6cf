import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareBytes, concat, equalBytes, fromHex, fromUtf8, toHex, utf8 } from './bytes.js';
import { lp, Reader, u16, u32, u64, u8 } from './codec.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

function refused(act: () => unknown, code: string): void {
  expect(act).toThrow(expect.objectContaining({ code }));
}

describe('the byte codecs', () => {
  it('write integers big-endian', () => {
    expect(toHex(concat(u8(1), u16(0x203), u32(0x80050607), u64(0x8000000000000009n)))).toBe(
      '010203800506078000000000000009',
    );
  });

  it('refuse integers that do not fit', () => {
    for (const value of [-1, 0.5, Number.NaN, 2 ** 32]) {
      for (const write of [u8, u16, u32]) refused(() => write(value), 'OUT_OF_RANGE');
    }
    refused(() => u8(256), 'OUT_OF_RANGE');
    refused(() => u16(65536), 'OUT_OF_RANGE');
    for (const value of [-1n, 2n ** 64n]) refused(() => u64(value), 'OUT_OF_RANGE');
  });

  it('read back what they wrote', () => {
    const fields = fc.record({
      a: fc.nat(255),
      b: fc.nat(65535),
      c: fc.nat(2 ** 32 - 1),
      d: fc.bigInt(0n, 2n ** 64n - 1n),
      bytes: fc.uint8Array(),
      text: fc.string({ unit: 'grapheme' }),
    });
    fc.assert(
      fc.property(fields, ({ a, b, c, d, bytes, text }) => {
        const reader = new Reader(concat(u8(a), u16(b), u32(c), u64(d), lp(bytes), lp(text)), 'fields');
        const read = [
          reader.u8(),
          reader.u16(),
          reader.u32(),
          reader.u64(),
          reader.lp(100),
          reader.text(1000),
        ];
        expect(read).toEqual([a, b, c, d, bytes, text]);
        reader.end();
      }),
      { numRuns: RUNS },
    );
  });

  it('refuse hostile lengths before they take anything', () => {
    const huge = concat(u32(0xffffffff), new Uint8Array(3));
    refused(() => new Reader(huge, 'x').lp(10), 'TOO_LONG');
    refused(() => new Reader(huge, 'x').lp(0xffffffff), 'TRUNCATED');
    refused(() => new Reader(new Uint8Array(7), 'x').u64(), 'TRUNCATED');
  });

  it('refuse what is left over, another tag and bytes that are not UTF-8', () => {
    refused(() => new Reader(new Uint8Array(1), 'x').end(), 'TRAILING_BYTES');
    refused(() => new Reader(utf8('abc'), 'x').expect(utf8('abd')), 'BAD_TAG');
    for (const bytes of [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xff], [0xe2, 0x82]]) {
      refused(() => fromUtf8(Uint8Array.from(bytes)), 'BAD_UTF8');
    }
    expect(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
  });

  it('take copies, so that later changes of the input do not reach what was read', () => {
    const bytes = utf8('abc');
    const taken = new Reader(bytes, 'x').take(2);
    bytes[0] = 0;
    expect(taken).toEqual(utf8('ab'));
  });
});

describe('bytes', () => {
  it('have one hexadecimal text, in lower case', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => equalBytes(fromHex(toHex(bytes), bytes.length), bytes)),
      { numRuns: RUNS },
    );
    const long = Uint8Array.from({ length: 5000 }, (_, i) => i);
    expect(toHex(long)).toBe(Buffer.from(long).toString('hex'));
    for (const text of ['a', 'AB', '0x', 'zz', ' 00', '00\n']) refused(() => fromHex(text), 'BAD_HEX');
    refused(() => fromHex('00', 2), 'BAD_HEX');
  });

  it('are ordered as their lower-case hexadecimal texts are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4 }), fc.uint8Array({ maxLength: 4 }), (a, b) => {
        const [x, y] = [toHex(a), toHex(b)];
        expect(Math.sign(compareBytes(a, b))).toBe(x < y ? -1 : x > y ? 1 : 0);
        expect(equalBytes(a, b)).toBe(x === y);
      }),
      { numRuns: RUNS },
    );
  });
});
