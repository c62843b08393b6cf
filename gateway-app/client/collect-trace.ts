import { CotraceError, isCotraceError } from '@cotrace/core';
import {
  type Question,
  type RecordsProof,
  type Trust,
  type VerifiedTrace,
  verifyRecords,
} from '@cotrace/verifier';
import type { ProvenTransaction } from '../gen/cotrace/cotrace_pb.js';
import { askInTurn, noAnswer } from './ask-in-turn.js';
import { agreedHeads, missingHead } from './agreed-heads.js';
import { collectAttestations, completeAttestations } from './collect-attestations.js';
import type { ConnectedNode, Connections } from './connections.js';
import { TooManyRefused, type Gathered } from './gathered.js';
import { catchUp, heightsOf, nameThoseBehind, readyFirst, type Heights } from './heights.js';
import { walkTrace, type Walked } from './walk-trace.js';

/** A records proof that holds, or an empty one where no master knows a record, and what the master that answered said beside it. */
export interface CollectedTrace {
  readonly proof: RecordsProof;
  readonly verified: VerifiedTrace;
  /** Records whose hint names the wrong block: the chain is whole, but the client that captured them was wrong. */
  readonly wrongHints: readonly { readonly block: bigint; readonly txNum: number }[];
}

/**
 * Collects everything that answers a question: from the first master whose answer holds against the trust file, and leaves
 * out nothing that a quorum of masters know to be the newest record of an identifier. What is wrong with others is in
 * `connections.faults`. Throws `NO_QUORUM` where too few masters attest as the trust file wants it, and what stands for the
 * faults of all.
 */
export async function collectTrace(
  connections: Connections,
  question: Question,
  trust: Trust,
): Promise<CollectedTrace> {
  const { faults } = connections;
  const heights = await heightsOf(connections);
  const masters = readyFirst(connections.masters(), heights);
  const named = nameThoseBehind(connections, masters, heights);
  const walks = askInTurn(
    masters,
    async (master, turn) => {
      await catchUp(master, heights, turn.signal);
      return walkTrace(master, question, turn);
    },
    faults,
  );
  for await (const { from, answer } of walks) {
    try {
      const collected = await checked(connections, { from, walked: answer, heights }, question, trust);
      await named;
      return collected;
    } catch (error) {
      if (error instanceof TooManyRefused) throw error;
      faults.add(from.name, error);
    }
  }
  throw noAnswer(masters, faults);
}

/** What one master answered, and how far the masters said to be before. */
interface WalkedBy {
  readonly from: ConnectedNode;
  readonly walked: Walked;
  readonly heights: Heights;
}

/** An answer with its attestations, verified. Throws what is wrong with it, or with the attestations. */
async function checked(
  connections: Connections,
  { from, walked, heights }: WalkedBy,
  question: Question,
  trust: Trust,
): Promise<CollectedTrace> {
  const { transactions, places, identifiers } = walked;
  const numbers = [...new Set(transactions.map(({ blockNum }) => blockNum))].sort((a, b) => Number(a - b));
  const [gathered, heads] = await Promise.all([
    collectAttestations(connections, numbers, from.name, trust),
    agreedHeads(connections, identifiers),
  ]);
  const known = heights.of.get(from.name) ?? heights.least;
  const missing = missingHead(heads, places, known);
  if (missing !== null) {
    throw new CotraceError('INCOMPLETE', `leaves out the newest record of ${missing.traceId}`, {
      ...missing,
    });
  }
  const prove = (): RecordsProof => ({
    question,
    blocks: gathered.blocks(),
    transactions: transactions.map(toProof),
  });
  const { proof, verified } = await verifiedWith(connections, gathered, prove, from, trust);
  return {
    proof,
    verified,
    wrongHints: transactions
      .filter(({ wrongHint }) => wrongHint)
      .map(({ blockNum, txNum }) => ({ block: blockNum, txNum })),
  };
}

/** Verifies; where a quorum is missing because a master sends rubbish, once more without that master. */
async function verifiedWith(
  connections: Connections,
  gathered: Gathered,
  prove: () => RecordsProof,
  from: ConnectedNode,
  trust: Trust,
): Promise<Pick<CollectedTrace, 'proof' | 'verified'>> {
  const { faults } = connections;
  for (;;) {
    gathered.refuseTooFew(faults);
    const proof = prove();
    if (proof.transactions.length === 0) return { proof, verified: nothingOf(proof.question) };
    try {
      return { proof, verified: verifyRecords(proof, trust) };
    } catch (error) {
      if (!isCotraceError(error, 'NO_QUORUM')) throw error;
      if (!gathered.dropRefused(faults)) throw error;
      await completeAttestations(connections, gathered, from.name);
    }
  }
}

/** What is known of an identifier of which nobody has a record: nothing is proven, and nothing shown. */
function nothingOf(question: Question): VerifiedTrace {
  return { question, records: [], identifiers: [], attestedBy: [] };
}

function toProof({ blockNum, txNum, envelope, inclusionProof }: ProvenTransaction) {
  return { block: blockNum, txNum, envelope, inclusionProof };
}
