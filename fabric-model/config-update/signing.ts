import { create, toBinary } from '@bufbuild/protobuf';
import { concat } from '@cotrace/core';
import {
  ConfigUpdateEnvelopeSchema,
  ConfigUpdateSchema,
  SignatureHeaderSchema,
  type ConfigSignature,
  type ConfigUpdate,
  type ConfigUpdateEnvelope,
} from '../gen/fabric/common_pb.js';
import type { SignedData } from '../policy/policy.js';
import { encodeSignatureHeader } from '../transaction/builders.js';
import { read } from './refused.js';

/** Somebody who signs updates: a serialized identity and its signature over SHA-256 of a message (DER, low S). */
export interface UpdateSigner {
  readonly serialized: Uint8Array;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/** `ConfigUpdate` bytes with nobody's signature yet. */
export function unsignedUpdate(update: ConfigUpdate): ConfigUpdateEnvelope {
  return create(ConfigUpdateEnvelopeSchema, { configUpdate: toBinary(ConfigUpdateSchema, update) });
}

/**
 * The update with one more signature, as `peer channel signconfigtx` adds it: over the signature header and the bytes of the update.
 * `nonce` are 24 random bytes. Source: Fabric `internal/peer/channel/create.go`.
 */
export function signUpdate(
  { configUpdate, signatures }: ConfigUpdateEnvelope,
  signer: UpdateSigner,
  nonce: Uint8Array,
): ConfigUpdateEnvelope {
  const signatureHeader = encodeSignatureHeader(signer.serialized, nonce);
  const signature = signer.sign(concat(signatureHeader, configUpdate));
  const added: Pick<ConfigSignature, 'signature' | 'signatureHeader'> = { signatureHeader, signature };
  return create(ConfigUpdateEnvelopeSchema, { configUpdate, signatures: [...signatures, added] });
}

/**
 * What the signatures of an update are over, and whose they are said to be. Throws `CONFIG_UPDATE`.
 * Source: Fabric `protoutil/signeddata.go`.
 */
export function updateSignedData({ configUpdate, signatures }: ConfigUpdateEnvelope): SignedData[] {
  return signatures.map(({ signatureHeader, signature }) => ({
    identity: read(SignatureHeaderSchema, signatureHeader).creator,
    data: concat(signatureHeader, configUpdate),
    signature,
  }));
}
