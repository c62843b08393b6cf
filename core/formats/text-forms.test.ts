import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromBase64url, toBase64url } from './base64url.js';
import { formatU64, parseU64 } from './decimal.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

function refused(act: () => unknown, code: string): void {
  expect(act).toThrow(expect.objectContaining({ code }));
}

describe('base64url', () => {
  it('is the one of RFC 4648 without padding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = toBase64url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(fromBase64url(text, bytes.length)).toEqual(bytes);
      }),
      { numRuns: RUNS },
    );
  });

  it('has one text per byte string: what is read is what would be written', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{0,9}$/), (text) => {
        let bytes: Uint8Array;
        try {
          bytes = fromBase64url(text, 100);
        } catch {
          return Buffer.from(text, 'base64url').toString('base64url') !== text;
        }
        return toBase64url(bytes) === text;
      }),
      { numRuns: RUNS },
    );
  });

  it.each([
    'A',
    'AAAAA',
    'AB',
    'AAB',
    'AA==',
    'AA=',
    'A+8A',
    'A/8A',
    'AA A',
    'AAAA\n',
    'AAé',
    'AAA\u0141',
    '=',
    'AA\0A',
  ])('refuses %j', (text) => {
    refused(() => fromBase64url(text, 100), 'BAD_BASE64URL');
  });

  it('refuses more bytes than wanted before it decodes them', () => {
    expect(fromBase64url('AAAA', 3)).toEqual(new Uint8Array(3));
    refused(() => fromBase64url('AAAAAA', 3), 'TOO_LONG');
    refused(() => fromBase64url('!'.repeat(100), 3), 'TOO_LONG');
  });
});

describe('integers of 64 bits in JSON', () => {
  it('read back as they were written', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (value) => parseU64(formatU64(value)) === value),
      { numRuns: RUNS },
    );
  });

  it.each([
    '',
    '-1',
    '+1',
    '01',
    '1.0',
    '1e3',
    ' 1',
    '1\n',
    '0x1',
    '١',
    '18446744073709551616',
    '9'.repeat(21),
  ])('refuse %j', (text) => {
    refused(() => parseU64(text), 'BAD_U64');
  });

  it('stop at 2^64-1', () => {
    expect(parseU64('18446744073709551615')).toBe(2n ** 64n - 1n);
    refused(() => formatU64(2n ** 64n), 'OUT_OF_RANGE');
    refused(() => formatU64(-1n), 'OUT_OF_RANGE');
  });
});
