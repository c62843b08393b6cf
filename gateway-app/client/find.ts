import { CotraceError, isCotraceError } from '@cotrace/core';
import { type FoundAnswer, type StateQuestion, type Trust, verifyStates } from '@cotrace/verifier';
import { Master, type FindReply } from '../gen/cotrace/cotrace_pb.js';
import { askFurthest } from './ask-furthest.js';
import { noAnswer } from './ask-in-turn.js';
import { collectAttestations } from './collect-attestations.js';
import type { Connections } from './connections.js';
import { requireReached, type Heights } from './heights.js';
import { SHORT_CALL_MS } from './limits.js';

/**
 * What the ledger holds now of keys of domains' states, all of one block: from the first master whose answer holds against
 * the trust file, and that is not behind what a quorum of masters have reached, so that one that lies cannot answer with a
 * state of long ago. What is wrong with others is in `connections.faults`. Throws `ANSWER_DISPROVED` where a master answered
 * and no answer holds, else what stands for the faults of all.
 */
export async function findStates(
  connections: Connections,
  questions: readonly StateQuestion[],
  trust: Trust,
): Promise<FoundAnswer> {
  const { faults } = connections;
  const keys = questions.map((value) => ({ what: { case: 'state' as const, value } }));
  const { heights, masters, answers, named } = await askFurthest(connections, (master, { signal }) =>
    master.client.call(Master.method.find, { keys }, { timeout: SHORT_CALL_MS, signal }),
  );
  let disproved: unknown = null;
  for await (const { from, answer } of answers) {
    try {
      const holding = await checked(connections, answer, from.name, heights, questions, trust);
      await named;
      return holding;
    } catch (error) {
      faults.add(from.name, error);
      if (isDisproof(error)) disproved = error;
    }
  }
  if (disproved === null) throw noAnswer(masters, faults);
  throw new CotraceError(
    'ANSWER_DISPROVED',
    'what the masters answer does not hold; do not act on it',
    { faults: faults.list() },
    disproved,
  );
}

/** Throws `BEHIND`, `NO_QUORUM` and what is wrong with the answer. */
async function checked(
  connections: Connections,
  { blockNum, found }: FindReply,
  from: string,
  heights: Heights,
  questions: readonly StateQuestion[],
  trust: Trust,
): Promise<FoundAnswer> {
  requireReached(blockNum, from, heights);
  const gathered = await collectAttestations(connections, [blockNum], from, trust);
  gathered.refuseTooFew(connections.faults);
  const [block] = gathered.blocks();
  const answer = { blockNum, found, attestations: block?.attestations ?? [] };
  verifyStates(questions, answer, trust);
  return answer;
}

/** Whether an answer was wrong, or attestations were: masters that are away or behind are no lie. */
function isDisproof(error: unknown): boolean {
  if (isCotraceError(error, 'BEHIND')) return false;
  return !isCotraceError(error, 'NO_QUORUM') || wereRefused(error.detail['refused']);
}

const wereRefused = (refused: unknown) => Array.isArray(refused) && refused.length > 0;
