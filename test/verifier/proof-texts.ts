import { verdictOf } from '../../gateway-app/testing/verdict.js';
import { readTraceProof, writeTraceProof } from '../../verifier/trace-proof/proof-file.js';
import { prove } from '../../verifier/trace-proof/testing/prove.js';
import { verifyTraceProof } from '../../verifier/trace-proof/verify-trace-proof.js';
import { Random } from '../faults/random.js';
import { forgeries } from './trace-proof-forgeries.js';
import { mutated } from './trace-proof-mutations.js';
import { QUORUM, type ProofWorld } from './trace-proof-scene.js';
import { chain, X } from './trace-proof-scenes.js';

/** A proof file, and the verdict of Node's verifier, which decides with OpenSSL and without waiting. */
export interface JudgedProof {
  readonly title: string;
  readonly text: string;
  readonly verdict: string;
}

/** `count` proofs: an honest one, up from X; every named forgery; and the honest one mutated, from a seed. */
export async function judgedProofs(world: ProofWorld, count: number, seed: number): Promise<JudgedProof[]> {
  const ledger = chain(world);
  const honest = await prove(ledger, { traceId: X, direction: 'up', attestedBy: QUORUM });
  const random = new Random(seed);
  const proofs: [string, string][] = [['honest', writeTraceProof(honest)]];
  for (const { name, make } of forgeries(world)) proofs.push([name, (await make()).proof]);
  while (proofs.length < count) {
    const title = `mutated, number ${proofs.length} of seed ${seed}`;
    proofs.push([title, await mutated(honest, ledger, random)]);
  }
  const judged: JudgedProof[] = [];
  for (const [title, text] of proofs) {
    const verdict = await verdictOf(() => verifyTraceProof(readTraceProof(text), world.trust, null));
    judged.push({ title, text, verdict });
  }
  return judged;
}
