import { fromUtf8, parseStrictJson, Shape, type Attestation, type JsonValue } from '@cotrace/core';
import { MspManager, verifierBy } from '@cotrace/fabric-model';
import { signerOf } from './main-block/attestation.js';
import { boundSignatures, certificateOf } from './proof/bound-work.js';
import { MAX_PROOF_BYTES, RECORDS_PROOF, recordsProofOf, type RecordsProof } from './proof/records-proof.js';
import { trustOf, type Trust } from './proof/trust.js';
import { verifyBlocks, verifyUnder, type VerifiedTrace } from './proof/verify-records.js';
import { AnsweredSignatures, outcomeOf } from './signatures/answered.js';
import { platformEcdsa } from './signatures/platform-ecdsa.js';
import type { TraceAnswer } from './trace-proof/answer.js';
import { attestedRoot } from './trace-proof/attested-root.js';
import { TRACE_PROOF, traceProofOf } from './trace-proof/proof-file.js';
import { answerUnder } from './trace-proof/verify-trace-proof.js';

/** How a file is verified, by the format that it names. */
const FORMATS = { [RECORDS_PROOF]: verifyRecordsFile, [TRACE_PROOF]: verifyTraceFile } as const;
const NAMES = Object.keys(FORMATS) as (keyof typeof FORMATS)[];

/**
 * Verifies a proof file with a trust file, each as text or as its bytes in UTF-8, in Node and in browsers, where WebCrypto
 * checks the signatures. Throws a `CotraceError` that says what the first wrong thing is: `BAD_UTF8`; `BAD_TRUST` and
 * `BAD_JSON` of the trust file; then of the proof `BAD_JSON`, `BAD_PROOF`, and what `verifyTraceProof` throws, or
 * `verifyRecords` for a records proof.
 */
export async function verify(
  file: string | Uint8Array,
  trustFile: string | Uint8Array,
): Promise<TraceAnswer | VerifiedTrace> {
  const signatures = new AnsweredSignatures(platformEcdsa());
  const trustText = textOf(trustFile);
  const trust = await signatures.settle(() =>
    trustOf(trustText, verifierBy(signatures.verify), signatures.verify),
  );
  const json = parseStrictJson(textOf(file), MAX_PROOF_BYTES);
  const format = new Shape(json, { code: 'BAD_PROOF', locate: () => 'proof' }).at('format');
  return FORMATS[format.oneOf(NAMES)](json, trust, signatures);
}

async function verifyRecordsFile(
  json: JsonValue,
  trust: Trust,
  signatures: AnsweredSignatures,
): Promise<VerifiedTrace> {
  const proof = recordsProofOf(json);
  boundSignatures(proof.blocks);
  await learnSigners(signersOf(proof.blocks), trust, signatures);
  const blocks = await signatures.settle(() => verifyBlocks(proof, forgetful(trust, signatures)));
  return verifyUnder(blocks, proof, trust);
}

async function verifyTraceFile(
  json: JsonValue,
  trust: Trust,
  signatures: AnsweredSignatures,
): Promise<TraceAnswer> {
  const proof = traceProofOf(json);
  const blocks = [...proof.transitions, proof.root];
  boundSignatures(blocks);
  await learnSigners([...signersOf(blocks), ...proof.tips], trust, signatures);
  const root = await signatures.settle(() =>
    attestedRoot(proof, forgetful(trust, signatures), signatures.verify),
  );
  return answerUnder(root, proof, trust);
}

type Signer = Pick<Attestation, 'mspId' | 'certificate'>;

function signersOf(blocks: RecordsProof['blocks']): Signer[] {
  return blocks.flatMap(({ attestations }) => attestations);
}

/**
 * Finds out what authorities signed, a certificate after the other: a run over all blocks would stop at the first of them
 * that is not good, and each would cost a run more.
 */
async function learnSigners(
  signers: readonly Signer[],
  { membership }: Trust,
  signatures: AnsweredSignatures,
): Promise<void> {
  const learnt = new Set<string>();
  for (const signer of signers) {
    const manager = membership.manager.msp(signer.mspId);
    const name = `${signer.mspId}/${certificateOf(signer)}`;
    if (manager === null || learnt.has(name)) continue;
    learnt.add(name);
    await signatures.settle(() => outcomeOf(() => signerOf(signer, { manager })));
  }
}

/** The same trust with a manager that has seen no identity: it would keep those of a run that does not count. */
function forgetful(trust: Trust, signatures: AnsweredSignatures): Trust {
  const { members, manager } = trust.membership;
  const msps = members.flatMap(({ mspId }) => manager.msp(mspId) ?? []);
  const fresh = new MspManager(msps, verifierBy(signatures.verify));
  return { ...trust, membership: { ...trust.membership, manager: fresh } };
}

function textOf(file: string | Uint8Array): string {
  return typeof file === 'string' ? file : fromUtf8(file);
}
