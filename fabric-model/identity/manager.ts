import { CotraceError } from '@cotrace/core';
import { decode } from '../wire/decode.js';
import { SerializedIdentity } from '../wire/identity-forms.js';
import { BoundedCache } from './bounded-cache.js';
import type { Identity } from './identity.js';
import type { Msp } from './msp.js';
import { fabricSignature, isMadeBy, parseSignature, type SignatureVerifier } from './signature.js';

const CACHED_IDENTITIES = 1024;
/** Larger ones are read each time: their holder may put any amount of bytes around a certificate, and the cache would keep them. */
const MAX_CACHED_BYTES = 16 * 1024;

/** The organisations of one channel configuration: whose identity it is, and whether a signature is that identity's. */
export class MspManager {
  readonly #msps: ReadonlyMap<string, Msp>;
  readonly #verifier: SignatureVerifier;
  readonly #identities = new BoundedCache<Identity>(CACHED_IDENTITIES);

  /** `verifier` checks signatures of P-256 keys. */
  constructor(msps: Iterable<Msp>, verifier: SignatureVerifier) {
    this.#msps = new Map([...msps].map((msp) => [msp.mspId, msp]));
    this.#verifier = verifier;
  }

  /** The MSP of this id, null if the channel has none. */
  msp(mspId: string): Msp | null {
    return this.#msps.get(mspId) ?? null;
  }

  /**
   * The identity in `SerializedIdentity` bytes, from a cache where it was seen before. It chains to its organisation; whether it is
   * valid is `Identity.validate`. Throws `BAD_PROTOBUF`, `UNKNOWN_MSP` and as `Msp.identity`.
   */
  deserialize(bytes: Uint8Array): Identity {
    const known = bytes.length <= MAX_CACHED_BYTES ? this.#identities.get(bytes) : null;
    if (known !== null) return known;
    const { mspid, idBytes } = decode(SerializedIdentity, bytes);
    const msp = this.#msps.get(mspid);
    if (msp === undefined) {
      throw new CotraceError('UNKNOWN_MSP', `MSP ${mspid} is not defined on this channel`, { mspId: mspid });
    }
    const identity = msp.identity(idBytes);
    if (bytes.length <= MAX_CACHED_BYTES) this.#identities.set(bytes, identity);
    return identity;
  }

  /**
   * Whether Fabric takes `signature` for the identity's over `message` (SHA-256, low s; bytes after the two
   * numbers are ignored, see `fabricSignature`).
   */
  verify(identity: Identity, message: Uint8Array, signature: Uint8Array): boolean {
    const { certificate, msp } = identity;
    const { curve, publicKey } = certificate;
    const canonical = fabricSignature(signature, curve);
    if (canonical === null) return false;
    if (curve === 'P-256') return this.#verifier.verify(publicKey, message, canonical);
    const numbers = parseSignature(canonical);
    return numbers !== null && isMadeBy(certificate, { hash: 'SHA-256', message, numbers }, msp.ecdsa);
  }
}
