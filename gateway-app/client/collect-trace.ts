import { CotraceError, isCotraceError } from '@cotrace/core';
import {
  type Tip,
  type TraceAnswer,
  type TraceProof,
  type TraceQuestion,
  type Trust,
  verifyTraceProof,
} from '@cotrace/verifier';
import { askFurthest } from './ask-furthest.js';
import { noAnswer } from './ask-in-turn.js';
import type { AssembledProof } from './assemble-proof.js';
import { askProof, type Showing } from './ask-proof.js';
import { collectAttestations, completeAttestations } from './collect-attestations.js';
import { collectTips } from './collect-tips.js';
import type { ConnectedNode, Connections } from './connections.js';
import { TooManyRefused, type Gathered } from './gathered.js';
import { requireReached, type Heights } from './heights.js';
import { requireEnough } from './shown-enough.js';

/** A proof that holds by the trust file, and what it proves. */
export interface CollectedTrace {
  readonly proof: TraceProof;
  readonly answer: TraceAnswer;
}

/**
 * Collects a proof that answers a question: from the first master whose answer holds by the trust file, leaves nothing
 * out that the question needs, and is not older than what a quorum of masters have reached. Where each leaves something out,
 * which others than masters can bring about by rows without records, it is the answer that leaves out least, and says so. What
 * is wrong with others is in `connections.faults`. Throws `NO_QUORUM` where too few masters attest as the trust file wants it, and what stands for the
 * faults of all.
 */
export async function collectTrace(
  connections: Connections,
  question: TraceQuestion,
  showing: Showing,
  trust: Trust,
): Promise<CollectedTrace> {
  const { faults } = connections;
  const { heights, masters, answers, named } = await askFurthest(connections, (master, turn) =>
    askProof(master, question, showing, turn),
  );
  let tips: Promise<readonly Tip[]> | null = null;
  const asked = {
    question,
    showing,
    tips: () => (tips ??= showing.at === null ? collectTips(connections, trust) : Promise.resolve([])),
  };
  let fullest: CollectedTrace | null = null;
  for await (const { from, answer } of answers) {
    try {
      const sent = { from, sent: answer, heights };
      const collected = await checked(connections, sent, asked, trust);
      fullest = fuller(fullest, collected);
      requireEnough(collected.proof, collected.answer, showing.newest);
      await named;
      return collected;
    } catch (error) {
      if (error instanceof TooManyRefused) throw error;
      faults.add(from.name, error);
    }
  }
  if (fullest === null || showing.newest !== null) throw noAnswer(masters, faults);
  await named;
  return fullest;
}

/** The answer of which less is open. */
function fuller(known: CollectedTrace | null, other: CollectedTrace): CollectedTrace {
  return known === null || other.answer.open.length < known.answer.open.length ? other : known;
}

/** What one master sent, and how far the masters said to be before. */
interface SentBy {
  readonly from: ConnectedNode;
  readonly sent: AssembledProof;
  readonly heights: Heights;
}

interface Asked {
  readonly question: TraceQuestion;
  readonly showing: Showing;
  /** What the masters say of how far the ledger has come, asked for once for all answers. */
  readonly tips: () => Promise<readonly Tip[]>;
}

/** An answer with its attestations, verified. Throws what is wrong with it, or with the attestations. */
async function checked(
  connections: Connections,
  { from, sent, heights }: SentBy,
  { question, showing, tips: askTips }: Asked,
  trust: Trust,
): Promise<CollectedTrace> {
  const { block, nodes, records, envelopes, traces } = sent;
  requireBlock(block, from.name, showing.at, heights);
  const [gathered, tips] = await Promise.all([
    collectAttestations(connections, [block], from.name, trust),
    askTips(),
  ]);
  const proofWith = (attestations: TraceProof['root']['attestations']): TraceProof => ({
    question,
    root: { block, attestations },
    transitions: [],
    tips,
    ...{ nodes, records, envelopes, traces },
    states: [],
  });
  return verifiedWith(connections, gathered, proofWith, { from, question }, trust);
}

/** Throws `BEHIND` for an answer of long ago, `BAD_ANSWER` for one of another block than was asked for. */
function requireBlock(blockNum: bigint, master: string, at: bigint | null, heights: Heights): void {
  if (at === null) requireReached(blockNum, master, heights);
  else if (at !== blockNum) {
    throw new CotraceError('BAD_ANSWER', `answers as of block ${blockNum}, not of block ${at}`, {
      blockNum,
      at,
    });
  }
}

/** Verifies; where a quorum is missing because a master sends rubbish, once more without that master. */
async function verifiedWith(
  connections: Connections,
  gathered: Gathered,
  proofWith: (attestations: TraceProof['root']['attestations']) => TraceProof,
  { from, question }: { readonly from: ConnectedNode; readonly question: TraceQuestion },
  trust: Trust,
): Promise<CollectedTrace> {
  const { faults } = connections;
  for (;;) {
    gathered.refuseTooFew(faults);
    const [block] = gathered.blocks();
    const proof = proofWith(block?.attestations ?? []);
    try {
      return { proof, answer: verifyTraceProof(proof, trust, question) };
    } catch (error) {
      if (!isCotraceError(error, 'NO_QUORUM')) throw error;
      if (!gathered.dropRefused(faults)) throw error;
      await completeAttestations(connections, gathered, from.name);
    }
  }
}
