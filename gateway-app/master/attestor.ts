import { create } from '@bufbuild/protobuf';
import {
  attestationSignedBytes,
  CotraceError,
  isCotraceError,
  tipSignedBytes,
  utf8,
  type Attestation as CoreAttestation,
  type TipStatement,
} from '@cotrace/core';
import { splitPem, type MspManager } from '@cotrace/fabric-model';
import type { SigningIdentity } from '@cotrace/network';
import type { Membership, Tip } from '@cotrace/verifier';
import { AttestationSchema, type Attestation } from '../gen/cotrace/cotrace_pb.js';
import { divergedError, type Divergence } from './checking/divergence.js';

/** Signs attestation bodies with a master's own identity (OU `peer`, never the peer's key). */
export class Attestor {
  readonly #identity: SigningIdentity;
  readonly #certificate: Uint8Array;
  #fits: MspManager | null = null;
  #divergence: Divergence | null = null;

  constructor(identity: SigningIdentity) {
    const [certificate] = splitPem(utf8(identity.certificate));
    if (certificate === undefined) throw new TypeError('a signing identity holds a certificate');
    this.#identity = identity;
    this.#certificate = certificate.bytes;
  }

  /**
   * Throws `IDENTITY` where a configuration shows that nobody will ever accept what is signed here: the certificate is of
   * another member, or of its own one and no peer's. A configuration that knows it not at all may be an old one.
   */
  requireFit({ manager, members }: Membership): void {
    if (this.#fits === manager) return;
    const pem = utf8(this.#identity.certificate);
    const { mspId } = this.#identity;
    const owner = members.find((member) => roleIn(manager, member.mspId, pem) !== null)?.mspId;
    if (owner !== undefined && owner !== mspId) {
      throw new CotraceError(
        'IDENTITY',
        `the signing identity of the master of ${mspId} is one of ${owner}`,
        {
          mspId,
          owner,
        },
      );
    }
    const role = owner === undefined ? 'peer' : roleIn(manager, mspId, pem);
    if (role !== 'peer' && role !== 'none') {
      throw new CotraceError(
        'IDENTITY',
        `the signing identity of the master of ${mspId} is a ${role}'s, not a peer's`,
        {
          mspId,
          role,
        },
      );
    }
    this.#fits = manager;
  }

  /** What a quorum sealed against what was attested here; null where nothing. Until it is null again, nothing is to be signed. */
  diverged(divergence: Divergence | null): void {
    this.#divergence = divergence;
  }

  /** Throws `DIVERGED` where a quorum sealed what contradicts what was attested here. */
  requireAgreement(): void {
    if (this.#divergence !== null) throw divergedError(this.#divergence);
  }

  /** The attestation of `body` at `now`. The caller stores it before it is sent, and never asks twice for a block. */
  attest(body: Uint8Array, now: Date): Attestation {
    const unsigned: CoreAttestation = {
      body,
      unixSeconds: BigInt(Math.floor(now.getTime() / 1000)),
      mspId: this.#identity.mspId,
      certificate: this.#certificate,
      signature: new Uint8Array(),
    };
    const signature = this.#identity.sign(attestationSignedBytes(unsigned));
    return create(AttestationSchema, { ...unsigned, signature });
  }

  /** The tip that states at `now` how far the ledger has come; it is not an attestation, and is signed as often as asked. */
  tip(
    { networkId, ...stated }: Pick<TipStatement, 'networkId' | 'block' | 'headerHash' | 'trieRoot'>,
    now: Date,
  ): Tip {
    const unsigned = {
      ...stated,
      unixSeconds: BigInt(Math.floor(now.getTime() / 1000)),
      mspId: this.#identity.mspId,
      certificate: this.#certificate,
    };
    return { ...unsigned, signature: this.#identity.sign(tipSignedBytes({ networkId, ...unsigned })) };
  }
}

/** The role of a certificate in an organisation; `none` where it has none or is not valid, null where it is not of it. */
function roleIn(manager: MspManager, mspId: string, pem: Uint8Array): string | null {
  try {
    return manager.msp(mspId)?.identity(pem).role ?? 'none';
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return null;
  }
}
