import { prove } from '../../verifier/trace-proof/testing/prove.js';
import { answerJson, type TraceAnswer } from '../../verifier/trace-proof/answer.js';
import { writeTraceProof } from '../../verifier/trace-proof/proof-file.js';
import { verifyTraceProof } from '../../verifier/trace-proof/verify-trace-proof.js';
import { Random } from '../faults/random.js';
import { M, N, O, outcomeOf, QUORUM, verdictOf, verdictOn, type ProofWorld } from './trace-proof-scene.js';
import { A, chain, corrected, makings, others, X, Y } from './trace-proof-scenes.js';
import { mutated } from './trace-proof-mutations.js';
import { reshaped } from './trace-proof-shapes.js';

/** What became of mutated proofs. */
export interface Tally {
  /** How many were refused, by code. */
  readonly refused: ReadonlyMap<string, number>;
  readonly incomplete: number;
  readonly unchanged: number;
  /** Texts that were called complete and say something else than the honest proof: there must be none. */
  readonly wrong: readonly string[];
  /** Texts that the second verifier answers otherwise: there must be none. */
  readonly disputed: readonly string[];
}

/** What a second verifier, which is asked nothing, says of texts: canonical answers or codes. Null: there is none. */
export type SecondVerifier = (texts: readonly string[]) => Promise<readonly string[] | null>;

const BATCH = 500;

/** Verifies `count` mutations of honest proofs, from a seed, here and by a second verifier. */
export async function tryMutants(
  world: ProofWorld,
  count: number,
  seed: number,
  second: SecondVerifier,
): Promise<Tally> {
  const random = new Random(seed);
  const honest = await Promise.all(
    (
      [
        [chain(world), Y, 'up', {}],
        [chain(world), X, 'both', { envelopes: true }],
        [chain(world), X, 'up', { recorders: [O, N], counted: [M] }],
        [makings(world), X, 'up', {}],
        [corrected(world), A, 'down', {}],
        [others(world), A, 'down', {}],
      ] as const
    ).map(async ([ledger, traceId, direction, more]) => {
      const proof = await prove(ledger, { traceId, direction, attestedBy: QUORUM, ...more });
      const said = substance(verifyTraceProof(proof, world.trust, null));
      return { ledger, proof, said };
    }),
  );
  const refused = new Map<string, number>();
  const [wrong, disputed]: [string[], string[]] = [[], []];
  let [incomplete, unchanged] = [0, 0];
  for (let left = count; left > 0; left -= BATCH) {
    const batch = [];
    for (let i = 0; i < Math.min(BATCH, left); i++) {
      const { ledger, proof, said } = random.one(honest);
      const isShape = random.integer(0, 9) === 0;
      const text = isShape ? reshaped(writeTraceProof(proof), random) : await mutated(proof, ledger, random);
      batch.push({ text, question: proof.question, said });
    }
    const there = await second(batch.map(({ text }) => text));
    batch.forEach(({ text, question, said }, i) => {
      const answer = outcomeOf(text, world.trust, question);
      if (typeof answer === 'string') refused.set(answer, (refused.get(answer) ?? 0) + 1);
      else if (!answer.complete) incomplete++;
      else if (substance(answer) === said) unchanged++;
      else wrong.push(text);
      const here = answer === 'WRONG_QUESTION' ? verdictOn(text, world.trust) : verdictOf(answer);
      if (there !== null && here !== there[i]) disputed.push(text);
    });
  }
  return { refused, incomplete, unchanged, wrong, disputed };
}

/**
 * All that an answer says of products. Who attests, and when, may be others: one liar can sign an earlier time; and which
 * envelopes are shown. For recorders it is what is certain: what is shown of others is nowhere said to be all.
 */
function substance(answer: TraceAnswer): string {
  const asOf = { ...answer.asOf, unixSeconds: 0n, attestedBy: [] };
  const events = answer.events.map((event) => ({ ...event, envelope: false }));
  const all = { ...answer, asOf, future: [], events, orphans: [] };
  if (answer.question.recorders === null) return answerJson(all);
  return answerJson({
    ...all,
    events: events.filter(({ certain }) => certain),
    identifiers: all.identifiers.flatMap((one) => (one.certain ? [{ ...one, organisations: [] }] : [])),
    consulted: [],
    containers: [],
    disputes: [],
    foreign: [],
    brokenChains: [],
    withoutOrigin: [],
  });
}
