import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { isLowS, type SignatureVerifier } from '@cotrace/fabric-model';

// A network has tens of keys that sign; the bound is for clients that bring a new certificate each time.
const MAX_KEYS = 4096;
const MAX_GOOD = 8192;
const POINT_LENGTH = 65;
const UNCOMPRESSED = 4;

/**
 * ECDSA P-256 verification by OpenSSL, with the same verdicts as fabric-model's `pureVerifier` and many
 * times its speed. Keys are parsed once and kept, the longest unused leaving first. Signatures found good are
 * remembered: nodes that share a process check the same ones, such as those of blocks and attestations, or of a
 * proposal by every endorser, and a hash costs a fifteenth of a verification.
 */
export const nodeVerifier: SignatureVerifier = {
  verify(publicKey, message, signature) {
    const name = nameOf(publicKey, message, signature);
    if (good.has(name)) return true;
    if (!isLowS(signature)) return false;
    const key = keyOf(publicKey);
    if (key === null || !verify('sha256', message, key, signature)) return false;
    const oldest = good.keys().next();
    if (good.size >= MAX_GOOD && oldest.done !== true) good.delete(oldest.value);
    good.add(name);
    return true;
  },
};

/** Names of the signatures found good, the longest known leaving first. */
const good = new Set<string>();

/** The lengths keep one triple from passing for another. */
function nameOf(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): string {
  const hash = createHash('sha256').update(publicKey).update(signature).update(message);
  return `${hash.digest('base64')}:${publicKey.length}:${signature.length}`;
}

/** By point; null for a point that is not on the curve, which OpenSSL finds out only by parsing it. */
const keys = new Map<string, KeyObject | null>();

function keyOf(point: Uint8Array): KeyObject | null {
  if (point.length !== POINT_LENGTH || point[0] !== UNCOMPRESSED) return null;
  const bytes = Buffer.from(point);
  const name = bytes.toString('latin1');
  let key = keys.get(name);
  if (key === undefined) {
    key = parsePoint(bytes);
    const oldest = keys.keys().next();
    if (keys.size >= MAX_KEYS && oldest.done !== true) keys.delete(oldest.value);
  } else {
    keys.delete(name);
  }
  keys.set(name, key);
  return key;
}

function parsePoint(bytes: Buffer): KeyObject | null {
  const x = bytes.toString('base64url', 1, 33);
  const y = bytes.toString('base64url', 33);
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_CRYPTO_INVALID_JWK') return null;
    throw error;
  }
}
