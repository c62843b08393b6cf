import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { generateKeyPairSync, sign } from 'node:crypto';
import type { CurveName, HashName } from './curves.js';
import type { EcdsaQuestion } from './ecdsa.js';
import { hostEcdsa } from './host-ecdsa.js';
import { pureEcdsa } from './pure-ecdsa.js';

const CURVES: readonly CurveName[] = ['P-256', 'P-384', 'P-521'];
const HASHES: readonly HashName[] = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];

/** A point is the end of the DER of its key: two coordinates, and 0x04 before them. */
const POINT_BYTES: Readonly<Record<CurveName, number>> = { 'P-256': 65, 'P-384': 97, 'P-521': 133 };

function signed(curve: CurveName, hash: HashName, message: Uint8Array): EcdsaQuestion {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
  const key = publicKey.export({ format: 'der', type: 'spki' });
  return {
    curve,
    hash,
    message,
    publicKey: new Uint8Array(key.subarray(-POINT_BYTES[curve])),
    signature: new Uint8Array(
      sign(hash.replace('-', ''), message, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
    ),
  };
}

describe('ECDSA by Node', () => {
  const pairs = CURVES.flatMap((curve) => HASHES.map((hash) => [curve, hash] as const));

  it.each(pairs)('judges as in JavaScript: %s with %s', (curve, hash) => {
    const [one, other] = [signed(curve, hash, Uint8Array.of(1, 2)), signed(curve, hash, Uint8Array.of(1, 2))];
    const questions = [
      one,
      { ...one, publicKey: other.publicKey },
      { ...one, signature: other.signature },
      { ...one, message: Uint8Array.of(1, 2, 3) },
    ];
    expect(questions.map(hostEcdsa)).toEqual([true, false, false, false]);
    expect(questions.map(pureEcdsa)).toEqual([true, false, false, false]);
  });

  it('judges signatures with any bit turned over as in JavaScript', () => {
    const good = signed('P-256', 'SHA-256', new Uint8Array(500));
    fc.assert(
      fc.property(fc.nat({ max: 8 * good.signature.length - 1 }), (bit) => {
        const signature = Uint8Array.from(good.signature, (byte, i) =>
          i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte,
        );
        expect(hostEcdsa({ ...good, signature })).toBe(false);
        expect(pureEcdsa({ ...good, signature })).toBe(false);
      }),
    );
  });
});
