import { p256, p384, p521 } from '@noble/curves/nist.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { bigintOf } from './der.js';

/** The curves whose keys certificates may hold. Identities that attest are P-256; certificate authorities may be larger. */
export type CurveName = 'P-256' | 'P-384' | 'P-521';

/** A hash function. */
export type Hash = (message: Uint8Array) => Uint8Array;

const curves = { 'P-256': p256, 'P-384': p384, 'P-521': p521 } as const;

const byOid: ReadonlyMap<string, CurveName> = new Map([
  ['1.2.840.10045.3.1.7', 'P-256'],
  ['1.3.132.0.34', 'P-384'],
  ['1.3.132.0.35', 'P-521'],
]);

const hashes: ReadonlyMap<string, Hash> = new Map<string, Hash>([
  ['1.2.840.10045.4.3.2', sha256],
  ['1.2.840.10045.4.3.3', sha384],
  ['1.2.840.10045.4.3.4', sha512],
]);

/** Curve of a `namedCurve` object identifier. */
export function curveOfOid(oid: string): CurveName | undefined {
  return byOid.get(oid);
}

/** Hash function of an `ecdsa-with-…` object identifier; none for SHA-1, which Go refuses too. */
export function hashOfSignatureAlgorithm(oid: string): Hash | undefined {
  return hashes.get(oid);
}

/** The same with SHA-1, which Go lets sign revocation lists; none where the algorithm is not ECDSA. Source: Go 1.26 crypto/x509 `checkSignature`. */
export function hashOfEcdsaAlgorithm(oid: string): Hash | undefined {
  return oid === '1.2.840.10045.4.1' ? sha1 : hashOfSignatureAlgorithm(oid);
}

/** Order of the curve's group. */
export function orderOf(curve: CurveName): bigint {
  return curves[curve].Point.Fn.ORDER;
}

/** Whether the bytes are the uncompressed form (0x04, x, y) of a point on the curve. */
export function isPoint(curve: CurveName, bytes: Uint8Array): boolean {
  const { Point } = curves[curve];
  const size = Point.Fp.BYTES;
  if (bytes.length !== 1 + 2 * size || bytes[0] !== 0x04) return false;
  const x = bigintOf(bytes.subarray(1, 1 + size));
  const y = bigintOf(bytes.subarray(1 + size));
  if (x >= Point.Fp.ORDER || y >= Point.Fp.ORDER) return false;
  const { Fp } = Point;
  const { a, b } = Point.CURVE();
  return Fp.eql(Fp.sqr(y), Fp.add(Fp.add(Fp.mul(Fp.sqr(x), x), Fp.mul(a, x)), b));
}

/** Whether (r, s) is a signature over a digest: 0 < r, s < order; high and low s alike. */
export function verifyDigest(
  curve: CurveName,
  publicKey: Uint8Array,
  digest: Uint8Array,
  { r, s }: { readonly r: bigint; readonly s: bigint },
): boolean {
  const order = orderOf(curve);
  if (r <= 0n || s <= 0n || r >= order || s >= order) return false;
  const size = curves[curve].Point.Fn.BYTES;
  const signature = new Uint8Array(2 * size);
  signature.set(octets(r, size));
  signature.set(octets(s, size), size);
  return curves[curve].verify(signature, digest, publicKey, { prehash: false, lowS: false });
}

function octets(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = size - 1, rest = value; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}
