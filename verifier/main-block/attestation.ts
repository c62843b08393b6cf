import {
  type ErrorCode,
  attestationSignedBytes,
  CotraceError,
  decodeAttestationBody,
  equalBytes,
  isCotraceError,
  MAX_MSP_ID_BYTES,
  sha256,
  toHex,
  type Attestation,
  type AttestationBody,
} from '@cotrace/core';
import { encodePem, isLowS, serializeIdentity, type Identity, type MspManager } from '@cotrace/fabric-model';
import type { NetworkTerms } from './attestation-body.js';
import type { Membership } from './main-config.js';

/** What an attestation is judged against. */
export interface AttestationTerms extends NetworkTerms {
  /** Whose word counts: who attests before the block (block 0: by its own configuration), or whom a verifier trusts. */
  readonly membership: Membership;
}

/** What an organisation's peer signed, an attestation or a tip. */
export type SignedStatement = Pick<Attestation, 'mspId' | 'certificate' | 'signature' | 'unixSeconds'>;

/** Finds out who signed a statement; it may remember whom it has found valid. */
export type IdentifySigner = (
  statement: SignedStatement,
  membership: Pick<Membership, 'manager'>,
) => Identity;

/** Far above what X.509 and ECDSA need: what is longer is not looked at. */
export const MAX_CERTIFICATE_BYTES = 64 * 1024;
export const MAX_SIGNATURE_BYTES = 256;

/**
 * Checks that an attestation of block `blockNum` counts: this network and membership, and the signature of a peer
 * of the organisation that it names. Returns the decoded body. Throws `ATTESTATION_…` with what is wrong, and what
 * `decodeAttestationBody` throws.
 */
export function checkAttestation(
  attestation: Attestation,
  blockNum: bigint,
  terms: AttestationTerms,
): AttestationBody {
  const body = checkStatement(attestation, blockNum, terms);
  checkMembership(attestation, body, terms);
  return body;
}

/**
 * Checks that the organisation which an attestation names did sign it as a statement about this block; returns what it
 * states. Whether it counts is also a matter of the membership that it names: see `checkAttestation`. `identify` may
 * remember whom it has found valid. Throws as that.
 */
export function checkStatement(
  attestation: Attestation,
  blockNum: bigint,
  { networkId, membership }: AttestationTerms,
  identify: IdentifySigner = signerOf,
): AttestationBody {
  requireMember(attestation, membership);
  const body = decodeAttestationBody(attestation.body);
  if (!equalBytes(body.networkId, networkId)) {
    throw refusal(attestation, 'ATTESTATION_NETWORK', 'it belongs to another network', {
      networkId: toHex(body.networkId),
    });
  }
  if (body.blockNum !== blockNum) {
    throw refusal(attestation, 'ATTESTATION_BLOCK', `it is for block ${body.blockNum}, not ${blockNum}`);
  }
  checkSignature(attestation, attestationSignedBytes(attestation), membership, identify);
  return body;
}

/** Checks that who signed a statement may be a member's, and that it is not too long to be looked at. */
export function requireMember(statement: SignedStatement, { members }: Pick<Membership, 'members'>): void {
  const { mspId, certificate, signature } = statement;
  if (!members.some((member) => member.mspId === mspId)) {
    const named = mspId.slice(0, MAX_MSP_ID_BYTES);
    throw new CotraceError('ATTESTATION_MEMBER', `${named} is not an organisation of the channel`, {
      mspId: named,
    });
  }
  if (certificate.length > MAX_CERTIFICATE_BYTES || signature.length > MAX_SIGNATURE_BYTES) {
    throw refusal(statement, 'ATTESTATION_SIZE', 'its certificate or signature is too long', {
      certificate: certificate.length,
      signature: signature.length,
    });
  }
}

/**
 * Checks that a peer of the organisation that a statement names signed `signedBytes`, before its certificate expired. Throws
 * `ATTESTATION_…` with what is wrong.
 */
export function checkSignature(
  attestation: SignedStatement,
  signedBytes: Uint8Array,
  membership: Pick<Membership, 'manager'>,
  identify: IdentifySigner = signerOf,
): void {
  const { signature, unixSeconds } = attestation;
  const identity = identify(attestation, membership);
  if (identity.role !== 'peer') {
    const role = identity.role ?? 'none';
    throw refusal(
      attestation,
      'ATTESTATION_ROLE',
      `only a peer may attest; its certificate is of role ${role}`,
    );
  }
  if (identity.certificate.curve !== 'P-256') {
    throw refusal(
      attestation,
      'ATTESTATION_CURVE',
      `its key is on ${identity.certificate.curve}, not on P-256`,
    );
  }
  if (BigInt(identity.expiresAt.getTime()) < unixSeconds * 1000n) {
    throw refusal(attestation, 'ATTESTATION_EXPIRED', 'its certificate had expired when it was signed');
  }
  if (!isLowS(signature) || !membership.manager.verify(identity, signedBytes, signature)) {
    throw refusal(attestation, 'ATTESTATION_SIGNATURE', 'its signature is not valid');
  }
}

function checkMembership(
  attestation: Attestation,
  body: AttestationBody,
  { membership: { hash } }: AttestationTerms,
): void {
  if (hash === null || equalBytes(body.membership, hash)) return;
  throw refusal(
    attestation,
    'ATTESTATION_MEMBERSHIP',
    'its membership or quorum is not that of the channel configuration',
  );
}

function refusal(
  { mspId }: SignedStatement,
  code: ErrorCode,
  message: string,
  detail: Readonly<Record<string, unknown>> = {},
): CotraceError {
  return new CotraceError(code, `attestation of ${mspId}: ${message}`, {
    mspId,
    ...detail,
  });
}

/** The valid identity that an attestation names as its signer's. Throws `ATTESTATION_IDENTITY`. */
export function signerOf(
  { mspId, certificate }: Pick<SignedStatement, 'mspId' | 'certificate'>,
  { manager }: { readonly manager: Pick<MspManager, 'deserialize'> },
): Identity {
  try {
    const identity = manager.deserialize(serializeIdentity(mspId, encodePem('CERTIFICATE', certificate)));
    identity.validate();
    return identity;
  } catch (cause) {
    if (!isCotraceError(cause)) throw cause;
    throw new CotraceError(
      'ATTESTATION_IDENTITY',
      `the certificate of the attestation is not valid for ${mspId}: ${cause.message}`,
      { mspId },
      cause,
    );
  }
}

/** An attestation that did not count, and why. */
export interface RefusedAttestation {
  readonly attestation: Attestation;
  readonly error: CotraceError;
}

/** What a set of attestations of one block amounts to. */
export interface Verdict {
  /** The body that a quorum of different organisations signed, or null. */
  readonly agreed: AttestationBody | null;
  /** The attestations that agree with `agreed`, one an organisation. */
  readonly supporters: readonly Attestation[];
  readonly refused: readonly RefusedAttestation[];
  /** Pairs of different bodies that one organisation signed for this block: evidence against it; neither counts. */
  readonly equivocations: readonly (readonly [Attestation, Attestation])[];
}

/**
 * Judges attestations of block `blockNum`: one vote an organisation, bodies compared as bytes. `check` may remember what
 * it has checked under these terms.
 */
export function judgeAttestations(
  attestations: readonly Attestation[],
  blockNum: bigint,
  terms: AttestationTerms,
  check = checkStatement,
): Verdict {
  const refused: RefusedAttestation[] = [];
  const statements = new Map<string, Attestation>();
  const votes = new Map<string, { attestation: Attestation; body: AttestationBody }>();
  const equivocations = new Map<string, readonly [Attestation, Attestation]>();
  for (const attestation of attestations) {
    try {
      const body = check(attestation, blockNum, terms);
      const { mspId } = attestation;
      const earlier = statements.get(mspId);
      if (earlier === undefined) statements.set(mspId, attestation);
      else if (!equalBytes(earlier.body, attestation.body)) equivocations.set(mspId, [earlier, attestation]);
      checkMembership(attestation, body, terms);
      if (earlier === undefined) votes.set(mspId, { attestation, body });
    } catch (error) {
      if (!isCotraceError(error)) throw error;
      refused.push({ attestation, error });
    }
  }
  for (const mspId of equivocations.keys()) votes.delete(mspId);
  // A quorum is a majority: there is one at most.
  const agreeing = groupsOf(votes.values()).find(({ length }) => length >= terms.membership.quorum) ?? [];
  const [first] = agreeing;
  return {
    agreed: first?.body ?? null,
    supporters: agreeing.map(({ attestation }) => attestation),
    refused,
    equivocations: [...equivocations.values()],
  };
}

/** The votes by the body that they are for. */
function groupsOf<V extends { readonly attestation: Attestation }>(votes: Iterable<V>): V[][] {
  const groups = new Map<string, V[]>();
  for (const vote of votes) {
    const body = toHex(sha256(vote.attestation.body));
    const group = groups.get(body);
    if (group === undefined) groups.set(body, [vote]);
    else group.push(vote);
  }
  return [...groups.values()];
}
