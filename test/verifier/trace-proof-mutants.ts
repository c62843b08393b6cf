import { isCotraceError } from '@cotrace/core';
import { prove } from '../../verifier/trace-proof/testing/prove.js';
import { answerJson, type TraceAnswer } from '../../verifier/trace-proof/answer.js';
import { readTraceProof } from '../../verifier/trace-proof/proof-file.js';
import type { TraceQuestion } from '../../verifier/trace-proof/types.js';
import { verifyTraceProof } from '../../verifier/trace-proof/verify-trace-proof.js';
import { Random } from '../faults/random.js';
import { M, N, O, QUORUM, type ProofWorld } from './trace-proof-scene.js';
import { A, chain, corrected, makings, others, X, Y } from './trace-proof-scenes.js';
import { mutated } from './trace-proof-mutations.js';

/** What became of mutated proofs. */
export interface Tally {
  /** How many were refused, by code. */
  readonly refused: ReadonlyMap<string, number>;
  readonly incomplete: number;
  readonly unchanged: number;
  /** Texts that were called complete and say something else than the honest proof: there must be none. */
  readonly wrong: readonly string[];
}

/** Verifies `count` mutations of honest proofs, from a seed. */
export async function tryMutants(world: ProofWorld, count: number, seed: number): Promise<Tally> {
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
  const wrong: string[] = [];
  let [incomplete, unchanged] = [0, 0];
  for (let at = 0; at < count; at++) {
    const { ledger, proof, said } = random.one(honest);
    const text = await mutated(proof, ledger, random);
    const answer = outcomeOf(text, world, proof.question);
    if (typeof answer === 'string') refused.set(answer, (refused.get(answer) ?? 0) + 1);
    else if (!answer.complete) incomplete++;
    else if (substance(answer) === said) unchanged++;
    else wrong.push(text);
  }
  return { refused, incomplete, unchanged, wrong };
}

function outcomeOf(text: string, { trust }: ProofWorld, question: TraceQuestion): TraceAnswer | string {
  try {
    return verifyTraceProof(readTraceProof(text), trust, question);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return error.code;
  }
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
