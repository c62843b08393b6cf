import { CotraceError, sha256, toHex, type Attestation } from '@cotrace/core';
import type { Identity } from '@cotrace/fabric-model';
import { checkStatement, signerOf, type IdentifySigner } from '../main-block/attestation.js';
import { outcomeOf } from '../signatures/answered.js';
import type { RecordsProof } from './records-proof.js';

/**
 * Different certificates of one organisation in a proof. Each costs what ten signatures do; a new one every month is 60 in
 * five years.
 */
const MAX_CERTIFICATES = 64;

/**
 * Refuses what would make a proof cost more than an honest one of its size, before any signature is looked at: more than one
 * attestation of an organisation for a block, and more than `MAX_CERTIFICATES` certificates of one. Throws `BAD_PROOF`.
 */
export function boundSignatures(blocks: RecordsProof['blocks']): void {
  const certificates = new Map<string, Set<string>>();
  for (const { block, attestations } of blocks) {
    const signers = new Set<string>();
    for (const attestation of attestations) {
      const { mspId } = attestation;
      if (signers.has(mspId)) {
        throw new CotraceError('BAD_PROOF', `block ${block} has two attestations of ${mspId}`, {
          block,
          mspId,
        });
      }
      signers.add(mspId);
      const own = certificates.get(mspId) ?? new Set();
      certificates.set(mspId, own.add(certificateOf(attestation)));
      if (own.size > MAX_CERTIFICATES) {
        throw new CotraceError(
          'BAD_PROOF',
          `the proof has more than ${MAX_CERTIFICATES} certificates of ${mspId}`,
          { mspId, max: MAX_CERTIFICATES },
        );
      }
    }
  }
}

/** A `checkStatement` that judges each certificate once, whatever comes of it. For attestations under one membership. */
export function rememberingSigners(): typeof checkStatement {
  const known = new Map<string, () => Identity>();
  const identify: IdentifySigner = (attestation, membership) => {
    const signer = `${attestation.mspId}/${certificateOf(attestation)}`;
    const judged = known.get(signer) ?? outcomeOf(() => signerOf(attestation, membership));
    known.set(signer, judged);
    return judged();
  };
  return (attestation, blockNum, terms) => checkStatement(attestation, blockNum, terms, identify);
}

/** Distinguishes certificates. */
export function certificateOf({ certificate }: Pick<Attestation, 'certificate'>): string {
  return toHex(sha256(certificate));
}
