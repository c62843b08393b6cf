import { p256, p384, p521 } from '@noble/curves/nist.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { EcdsaVerifier } from './ecdsa.js';
import { verifierBy } from './signature.js';

const curves = { 'P-256': p256, 'P-384': p384, 'P-521': p521 } as const;
const hashes = { 'SHA-1': sha1, 'SHA-256': sha256, 'SHA-384': sha384, 'SHA-512': sha512 } as const;

/** ECDSA in plain TypeScript, for every platform. */
export const pureEcdsa: EcdsaVerifier = ({ curve, publicKey, hash, message, signature }) =>
  curves[curve].verify(signature, hashes[hash](message), publicKey, { prehash: false, lowS: false });

/** Verification in plain TypeScript, for every platform. */
export const pureVerifier = verifierBy(pureEcdsa);
