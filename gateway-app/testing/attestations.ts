import { decodeAttestationBody, encodeAttestationBody, type AttestationBody } from '@cotrace/core';
import type { SigningIdentity } from '@cotrace/network';
import type { Attestation } from '../gen/cotrace/cotrace_pb.js';
import { Attestor } from '../master/attestor.js';

/** When attestations of tests are signed, if nothing else is said. */
const NOW = new Date();

/** The attestation of a body by any identity. */
export function attest(identity: SigningIdentity, body: Uint8Array, now = NOW): Attestation {
  return new Attestor(identity).attest(body, now);
}

/** A body with other members. */
export function withMembers(body: Uint8Array, members: Partial<AttestationBody>): Uint8Array {
  return encodeAttestationBody({ ...decodeAttestationBody(body), ...members });
}
