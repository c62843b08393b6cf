import { nodeVerifier } from '@cotrace/network';
import { forgeries } from '../../gateway-app/testing/forged-proofs.js';
import type { ProofScene } from '../../gateway-app/testing/proof-scene.js';
import { trustFile } from '../../gateway-app/testing/proofs.js';
import { verdictOf } from '../../gateway-app/testing/verdict.js';
import { readRecordsProof, writeRecordsProof } from '../../verifier/proof/records-proof.js';
import { readTrust } from '../../verifier/proof/trust.js';
import { verifyRecords } from '../../verifier/proof/verify-records.js';
import { Random } from '../faults/random.js';
import { altered } from './altered-proofs.js';

/** A proof file, and the verdict of Node's verifier, which decides with OpenSSL and without waiting. */
export interface JudgedProof {
  readonly title: string;
  readonly text: string;
  readonly verdict: string;
}

/** `count` proofs: the honest one, every named forgery, and the honest one altered, from a seed. */
export async function judgedProofs(scene: ProofScene, count: number, seed: number): Promise<JudgedProof[]> {
  const trust = readTrust(trustFile(scene.network), nodeVerifier);
  const honest = writeRecordsProof(scene.honest);
  const random = new Random(seed);
  const proofs: [string, string][] = [['honest', honest]];
  for (const [title, , forge] of forgeries(scene)) proofs.push([title, writeRecordsProof(await forge())]);
  while (proofs.length < count) {
    proofs.push([`altered, number ${proofs.length} of seed ${seed}`, altered(honest, random)]);
  }
  const judged: JudgedProof[] = [];
  for (const [title, text] of proofs) {
    const verdict = await verdictOf(() => verifyRecords(readRecordsProof(text), trust));
    judged.push({ title, text, verdict });
  }
  return judged;
}
