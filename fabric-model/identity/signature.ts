import { MalformedError, compareBytes, concat } from '@cotrace/core';
import { isPoint, orderOf, sizeOf, type CurveName, type HashName } from './curves.js';
import { DerReader, TAG, bigintOf, derElement, derUnsigned } from './der.js';
import type { EcdsaVerifier } from './ecdsa.js';

/** Checks ECDSA signatures on P-256 over SHA-256; a platform's own implementation may take the place of `pureVerifier`. */
export interface SignatureVerifier {
  /**
   * Whether `signature` (DER, canonical, low-S; anything else is false) was made over `message` with the key
   * whose uncompressed point (65 bytes) is `publicKey`.
   */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** The two numbers of an ECDSA signature. */
export interface EcdsaSignature {
  readonly r: bigint;
  readonly s: bigint;
}

/** Canonical DER of a signature. */
export function encodeSignature({ r, s }: EcdsaSignature): Uint8Array {
  return derElement(TAG.sequence, concat(derUnsigned(r), derUnsigned(s)));
}

/** The numbers of a canonical DER signature, both positive; null for any other bytes. */
export function parseSignature(der: Uint8Array): EcdsaSignature | null {
  const found = readAsFabric(der);
  return found?.isCanonical === true ? { r: bigintOf(found.r), s: bigintOf(found.s) } : null;
}

/** Whether the bytes are a canonical DER signature whose s is at most half the order of the group. */
export function isLowS(der: Uint8Array, curve: CurveName = 'P-256'): boolean {
  const found = readAsFabric(der);
  return found?.isCanonical === true && isLow(found.s, curve);
}

/** The signature with the low one of its two possible s. Throws `BAD_SIGNATURE` if it is not canonical DER. */
export function toLowS(der: Uint8Array, curve: CurveName = 'P-256'): Uint8Array {
  if (isLowS(der, curve)) return der;
  const signature = parseSignature(der);
  const order = orderOf(curve);
  if (signature === null || signature.s >= order) {
    throw new MalformedError('BAD_SIGNATURE', 'not an ECDSA signature in DER', { length: der.length });
  }
  return encodeSignature({ r: signature.r, s: order - signature.s });
}

/**
 * The canonical form of a signature as Fabric reads it, null where Fabric refuses it (high S included).
 *
 * Fabric ignores what stands after the two numbers, inside and after the sequence. A client can append such bytes to an
 * endorsement and its transaction is still valid, so whoever replays the ledger must ignore them too.
 * Source: fabric-lib-go `bccsp/utils/ecdsa.go`, `bccsp/sw/ecdsa.go`.
 */
export function fabricSignature(der: Uint8Array, curve: CurveName): Uint8Array | null {
  const found = readAsFabric(der);
  if (found === null || !isLow(found.s, curve)) return null;
  return found.isCanonical ? der : encodeSignature({ r: bigintOf(found.r), s: bigintOf(found.s) });
}

/** Whether (r, s), high or low s, over the hash of `message` was made with the key of a certificate. */
export function isMadeBy(
  { curve, publicKey }: { readonly curve: CurveName; readonly publicKey: Uint8Array },
  {
    message,
    hash,
    numbers: { r, s },
  }: {
    readonly message: Uint8Array;
    readonly hash: HashName;
    readonly numbers: EcdsaSignature;
  },
  ecdsa: EcdsaVerifier,
): boolean {
  const order = orderOf(curve);
  if (r <= 0n || s <= 0n || r >= order || s >= order) return false;
  const size = sizeOf(curve);
  return ecdsa({ curve, publicKey, hash, message, signature: concat(octets(r, size), octets(s, size)) });
}

/** A verifier of P-256 signatures over SHA-256 that leaves to `ecdsa` what only a computation can decide. */
export function verifierBy(ecdsa: EcdsaVerifier): SignatureVerifier {
  const curve = 'P-256';
  return {
    verify(publicKey, message, signature) {
      const numbers = parseSignature(signature);
      if (numbers === null || numbers.s > orderOf(curve) >> 1n || !isPoint(curve, publicKey)) return false;
      return isMadeBy({ curve, publicKey }, { message, hash: 'SHA-256', numbers }, ecdsa);
    },
  };
}

function octets(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = size - 1, rest = value; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

/** A signature as Fabric reads it: big-endian numbers, both positive, in the shortest form that DER has for them. */
interface ReadSignature {
  readonly r: Uint8Array;
  readonly s: Uint8Array;
  /** Whether nothing stands after the two numbers. */
  readonly isCanonical: boolean;
}

function readAsFabric(der: Uint8Array): ReadSignature | null {
  try {
    const outside = new DerReader(der, 'signature');
    const inside = outside.inside();
    const [r, s] = [inside.integer(), inside.integer()];
    if (!isPositive(r) || !isPositive(s)) return null;
    return { r, s, isCanonical: outside.empty && inside.empty };
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}

/** No curve has numbers as long as what is refused here; they would only cost time. */
function isPositive(integer: Uint8Array): boolean {
  const [first = 0] = integer;
  return integer.length <= 67 && first < 0x80 && (first > 0 || integer.length > 1);
}

/** The greatest low s of each curve, in the form of DER. */
const HALF_ORDERS = new Map<CurveName, Uint8Array>();

/** Compared as bytes: every signature that is verified comes through here, and big integers are slow. */
function isLow(s: Uint8Array, curve: CurveName): boolean {
  let half = HALF_ORDERS.get(curve);
  if (half === undefined) {
    half = new DerReader(derUnsigned(orderOf(curve) >> 1n), 'half order').integer();
    HALF_ORDERS.set(curve, half);
  }
  return s.length === half.length ? compareBytes(s, half) <= 0 : s.length < half.length;
}
