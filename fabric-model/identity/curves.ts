import { bigintOf } from './der.js';

/** The curves whose keys certificates may hold. Identities that attest are P-256; certificate authorities may be larger. */
export type CurveName = 'P-256' | 'P-384' | 'P-521';

/** The hash functions of signatures, as WebCrypto names them. */
export type HashName = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

/** y² = x³ − 3x + b modulo p, and the order of the group. */
interface Curve {
  readonly p: bigint;
  readonly b: bigint;
  readonly order: bigint;
}

/** Source: NIST SP 800-186, section 3.2.1. */
const curves: Readonly<Record<CurveName, Curve>> = {
  'P-256': {
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  'P-384': {
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    order:
      0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  },
  'P-521': {
    p: 2n ** 521n - 1n,
    b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    order:
      0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
  },
};

const byOid: ReadonlyMap<string, CurveName> = new Map([
  ['1.2.840.10045.3.1.7', 'P-256'],
  ['1.3.132.0.34', 'P-384'],
  ['1.3.132.0.35', 'P-521'],
]);

const hashes: ReadonlyMap<string, HashName> = new Map([
  ['1.2.840.10045.4.3.2', 'SHA-256'],
  ['1.2.840.10045.4.3.3', 'SHA-384'],
  ['1.2.840.10045.4.3.4', 'SHA-512'],
]);

/** Curve of a `namedCurve` object identifier. */
export function curveOfOid(oid: string): CurveName | null {
  return byOid.get(oid) ?? null;
}

/** Hash function of an `ecdsa-with-…` object identifier; none for SHA-1, which Go refuses too. */
export function hashOfSignatureAlgorithm(oid: string): HashName | null {
  return hashes.get(oid) ?? null;
}

/** The same with SHA-1, which Go lets sign revocation lists; none where the algorithm is not ECDSA. Source: Go 1.26 crypto/x509 `checkSignature`. */
export function hashOfEcdsaAlgorithm(oid: string): HashName | null {
  return oid === '1.2.840.10045.4.1' ? 'SHA-1' : hashOfSignatureAlgorithm(oid);
}

/** Order of the curve's group. */
export function orderOf(curve: CurveName): bigint {
  return curves[curve].order;
}

/** Octets of a coordinate, and of each number of a signature. */
export function sizeOf(curve: CurveName): number {
  return Math.ceil(Number(curve.slice(2)) / 8);
}

/** Whether the bytes are the uncompressed form (0x04, x, y) of a point on the curve. */
export function isPoint(curve: CurveName, bytes: Uint8Array): boolean {
  const size = sizeOf(curve);
  if (bytes.length !== 1 + 2 * size || bytes[0] !== 0x04) return false;
  const { p, b } = curves[curve];
  const x = bigintOf(bytes.subarray(1, 1 + size));
  const y = bigintOf(bytes.subarray(1 + size));
  return x < p && y < p && (y * y - (x * x - 3n) * x - b) % p === 0n;
}
