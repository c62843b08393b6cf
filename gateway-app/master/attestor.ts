import { create } from '@bufbuild/protobuf';
import { attestationSignedBytes, utf8, type Attestation as CoreAttestation } from '@cotrace/core';
import { splitPem } from '@cotrace/fabric-model';
import type { SigningIdentity } from '@cotrace/network';
import { AttestationSchema, type Attestation } from '../gen/cotrace/cotrace_pb.js';

/** Signs attestation bodies with a master's own identity (OU `peer`, never the peer's key). */
export class Attestor {
  readonly #identity: SigningIdentity;
  readonly #certificate: Uint8Array;

  constructor(identity: SigningIdentity) {
    const [certificate] = splitPem(utf8(identity.certificate));
    if (certificate === undefined) throw new TypeError('a signing identity holds a certificate');
    this.#identity = identity;
    this.#certificate = certificate.bytes;
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
}
