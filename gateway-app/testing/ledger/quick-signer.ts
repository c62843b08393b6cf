import { createECDH, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, toHex, utf8 } from '@cotrace/core';
import { encodeSignature, orderOf } from '@cotrace/fabric-model';
import { loadIdentity, type SigningIdentity } from '@cotrace/network';

const CURVE = 'prime256v1';
const ORDER = orderOf('P-256');
const HALF_ORDER = ORDER >> 1n;
/**
 * Secret numbers that an identity's signatures are made with: enough that a store, which compresses some kilobytes at a
 * time, hardly meets the same one twice.
 */
const SECRETS = 256;

/** What one secret number k makes of a hash z: r, and s = inverse · z + offset. */
interface Prepared {
  readonly r: bigint;
  readonly inverse: bigint;
  readonly offset: bigint;
}

/**
 * The identity of an MSP folder, which signs in microseconds, and the same bytes for the same message. The points that
 * ECDSA needs (SEC 1, section 4.1.3) are computed once and used again and again, by the message's hash. So anybody can work out the key from
 * a few of its signatures: this is for generated ledgers, whose keys are worth nothing. Signatures are as valid as others.
 */
export function quickIdentity(mspDir: string, mspId: string): SigningIdentity {
  const prepared = prepare(privateNumber(join(mspDir, 'keystore', 'priv_sk')));
  return {
    ...loadIdentity(mspDir, mspId),
    sign: (message) => {
      const z = numberOf(sha256(message));
      const { r, inverse, offset } = at(prepared, Number(z % BigInt(prepared.length)));
      const s = (inverse * z + offset) % ORDER;
      return encodeSignature({ r, s: s > HALF_ORDER ? ORDER - s : s });
    },
  };
}

function prepare(key: bigint): Prepared[] {
  return Array.from({ length: SECRETS }, (_, i) => {
    const secret = sha256(utf8(`secret ${i} of ${key}`));
    const inverse = inverseOf(numberOf(secret));
    const r = xOf(secret) % ORDER;
    return { r, inverse, offset: (inverse * r * key) % ORDER };
  });
}

function privateNumber(path: string): bigint {
  const { d = '' } = createPrivateKey(readFileSync(path)).export({ format: 'jwk' });
  return numberOf(Buffer.from(d, 'base64url'));
}

/** x of the secret's point: 32 bytes after the byte 4, which says that both coordinates follow. */
function xOf(secret: Uint8Array): bigint {
  const ecdh = createECDH(CURVE);
  ecdh.setPrivateKey(secret);
  return numberOf(ecdh.getPublicKey().subarray(1, 33));
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

/** The inverse modulo the order of the group, by Euclid's algorithm. */
function inverseOf(value: bigint): bigint {
  let [a, b, x, y] = [value % ORDER, ORDER, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b] = [b % a, a];
    [x, y] = [y - quotient * x, x];
  }
  return ((x % ORDER) + ORDER) % ORDER;
}

function at(prepared: readonly Prepared[], i: number): Prepared {
  const found = prepared[i];
  if (found === undefined) throw new RangeError('there is no such secret');
  return found;
}
