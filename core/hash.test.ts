import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromHex, toHex, utf8 } from './bytes/bytes.js';
import { sha256 } from './hash.js';
import { pureSha256 } from './pure-sha256.js';

const runs = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

describe('sha256', () => {
  it.each([sha256, pureSha256])('hashes as FIPS 180-4 says: its examples', (hash) => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(hash(utf8('abc'))).toEqual(fromHex(abc));
    expect(toHex(hash())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('is the same on every platform for every length about which blocks are filled up', () => {
    for (let length = 0; length < 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 37 + length);
      expect(toHex(pureSha256(bytes))).toBe(toHex(sha256(bytes)));
    }
  });

  it('is the same on every platform, over any parts', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (parts) => {
        expect(sha256(...parts)).toEqual(pureSha256(...parts));
        expect(sha256(...parts)).toEqual(sha256(Uint8Array.from(parts.flatMap((part) => [...part]))));
      }),
      { numRuns: runs },
    );
  });

  it('is the same for parts of any length, in one piece or not', () => {
    for (const length of [0, 1, 4095, 4096, 4097, 100_000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 7);
      const hash = toHex(pureSha256(bytes));
      for (const cut of [0, 1, 2048, 4096].filter((at) => at <= length)) {
        expect(toHex(sha256(bytes.subarray(0, cut), bytes.subarray(cut)))).toBe(hash);
      }
      expect(toHex(sha256(bytes))).toBe(hash);
    }
  });

  it('gives every hash bytes of its own', () => {
    const first = sha256(utf8('a'), utf8('b'));
    const copy = Uint8Array.from(first);
    sha256(utf8('c'), utf8('d'));
    expect(first).toEqual(copy);
    expect(first.buffer.byteLength).toBe(32);
  });
});
