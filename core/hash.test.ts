import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromHex, toHex, utf8 } from './bytes/bytes.js';
import { pureSha256, sha256 } from './hash.js';

const runs = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

describe('sha256', () => {
  it.each([sha256, pureSha256])('hashes as FIPS 180-4 says: its examples', (hash) => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(hash(utf8('abc'))).toEqual(fromHex(abc));
    expect(toHex(hash())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
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
});
