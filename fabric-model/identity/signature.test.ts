import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concat, fromHex, utf8 } from '@cotrace/core';
import { orderOf } from './curves.js';
import { pureVerifier } from './pure-ecdsa.js';
import { derElement, derUnsigned } from './der.js';
import { encodeSignature, fabricSignature, isLowS, parseSignature, toLowS } from './signature.js';
import { newKeys, sign, type KeyPair } from './testing/pki.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const order = orderOf('P-256');
const scalar = fc.bigInt({ min: 1n, max: order - 1n });
const message = utf8('what was signed');

async function pointOf(keys: KeyPair): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey));
}

describe('ECDSA signatures', () => {
  it('keep their numbers through DER, and only one of the two possible s is low', () => {
    fc.assert(
      fc.property(scalar, scalar, (r, s) => {
        const der = encodeSignature({ r, s });
        const other = encodeSignature({ r, s: order - s });
        expect(parseSignature(der)).toEqual({ r, s });
        expect(isLowS(der)).toBe(!isLowS(other));
        expect(toLowS(der)).toEqual(toLowS(other));
        expect(isLowS(toLowS(der))).toBe(true);
      }),
      { numRuns },
    );
  });

  it('verify only as they were made: no other message, key, bit or high s', async () => {
    const [keys, others] = [await newKeys(), await newKeys()];
    const signature = await sign(keys, message);
    const point = await pointOf(keys);
    expect(pureVerifier.verify(point, message, signature)).toBe(true);
    expect(pureVerifier.verify(point, utf8('what was signed.'), signature)).toBe(false);
    expect(pureVerifier.verify(await pointOf(others), message, signature)).toBe(false);
    expect(pureVerifier.verify(point.subarray(1), message, signature)).toBe(false);
    const { r, s } = parseSignature(signature) ?? { r: 0n, s: 0n };
    expect(pureVerifier.verify(point, message, encodeSignature({ r, s: order - s }))).toBe(false);
    for (let bit = 0; bit < signature.length * 8; bit += 5) {
      const flipped = signature.map((octet, i) => (i === bit >> 3 ? octet ^ (1 << (bit & 7)) : octet));
      expect(pureVerifier.verify(point, message, flipped)).toBe(false);
    }
  });

  const one = fromHex('020101');
  it.each([
    ['nothing', new Uint8Array()],
    ['one number', derElement(0x30, one)],
    ['a zero', derElement(0x30, concat(fromHex('020100'), one))],
    ['a negative number', derElement(0x30, concat(fromHex('0201ff'), one))],
    ['a number with a superfluous zero', derElement(0x30, concat(fromHex('02020001'), one))],
    ['a length in long form', fromHex('308106020101020101')],
    ['an indefinite length', fromHex('30800201010201010000')],
    ['a number longer than any curve', derElement(0x30, concat(derUnsigned(1n << 700n), one))],
    ['another tag', derElement(0x31, concat(one, one))],
  ])('made of %s are none, to us and to Fabric', (_, der) => {
    expect(parseSignature(der)).toBeNull();
    expect(fabricSignature(der, 'P-256')).toBeNull();
    expect(isLowS(der)).toBe(false);
    expect(() => toLowS(der)).toThrow(expect.objectContaining({ code: 'BAD_SIGNATURE' }));
  });

  it('are accepted with trailing bytes where Fabric accepts them, and nowhere else', async () => {
    const keys = await newKeys();
    const signature = await sign(keys, message);
    const numbers = parseSignature(signature) ?? { r: 1n, s: 1n };
    const after = concat(signature, fromHex('00ff'));
    const inside = derElement(0x30, concat(signature.subarray(2), fromHex('0500')));
    for (const padded of [after, inside]) {
      expect(fabricSignature(padded, 'P-256')).toEqual(signature);
      expect(parseSignature(padded)).toBeNull();
      expect(pureVerifier.verify(await pointOf(keys), message, padded)).toBe(false);
    }
    expect(fabricSignature(encodeSignature({ ...numbers, s: order - numbers.s }), 'P-256')).toBeNull();
  });
});
