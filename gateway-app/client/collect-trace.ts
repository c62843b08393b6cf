import { decodeAttestationBody, isCotraceError, type Attestation } from '@cotrace/core';
import { Master, type ProvenTransaction } from '../gen/cotrace/cotrace_pb.js';
import { pauseFor } from '../node/retry.js';
import type { RpcClient } from '../node/rpc-client.js';
import { Lineage } from '../proof/lineage.js';
import { viewTransaction } from '../proof/record-view.js';
import type { Question, RecordsProof } from '../proof/records-proof.js';
import { quorumOf } from '../consortium.js';
import { mastersOf } from './client-config.js';
import type { Connections } from './connections.js';
import { firstAnswer } from './first-answer.js';

/** The most blocks whose attestations are asked for at once. */
const BLOCKS_PER_REQUEST = 500;
/** How long to wait for the other masters to attest the newest blocks, in milliseconds. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 100;

/** A records proof as collected, and what the master said beside it. */
export interface CollectedTrace {
  readonly proof: RecordsProof;
  /** Records whose hint names the wrong block: the chain is whole, but the client that captured them was wrong. */
  readonly wrongHints: readonly { readonly block: bigint; readonly txNum: number }[];
}

/** Collects everything that answers a question, from the first master that does; nothing is verified yet. */
export async function collectTrace(connections: Connections, question: Question): Promise<CollectedTrace> {
  const found = await firstAnswer(connections.masters(), (master) => collectTransactions(master, question));
  const transactions = [...found.values()];
  const numbers = [...new Set(transactions.map(({ blockNum }) => blockNum))].sort((a, b) => (a < b ? -1 : 1));
  const blocks = await collectAttestations(connections, numbers);
  return {
    proof: {
      question,
      blocks,
      transactions: transactions.map(({ blockNum, txNum, envelope, inclusionProof }) => ({
        block: blockNum,
        txNum,
        envelope,
        inclusionProof,
      })),
    },
    wrongHints: transactions
      .filter(({ wrongHint }) => wrongHint)
      .map(({ blockNum, txNum }) => ({ block: blockNum, txNum })),
  };
}

async function collectTransactions(
  master: RpcClient,
  question: Question,
): Promise<Map<string, ProvenTransaction>> {
  const found = new Map<string, ProvenTransaction>();
  const lineage = new Lineage(question.traceId, question.direction);
  for (let id = lineage.next(); id !== undefined; id = lineage.next()) {
    const records = [];
    for await (const transaction of master.stream(Master.method.trace, { traceId: id }, NEVER)) {
      const { records: written } = viewTransaction(transaction.envelope);
      // Any chaincode may write rows of a trace table; only with a record beside them do they tell of an event.
      if (written.length === 0) continue;
      found.set(`${transaction.blockNum}/${transaction.txNum}`, transaction);
      records.push(...written);
    }
    lineage.visit(id, records);
  }
  return found;
}

const NEVER = new AbortController().signal;

/**
 * The masters' attestations of `blocks`. A record is known to the first master before the others have come to its
 * block, so this waits a while for a quorum; whether what is there is enough is the verifier's to say.
 */
export async function collectAttestations(
  connections: Connections,
  blocks: readonly bigint[],
): Promise<RecordsProof['blocks']> {
  const wanted = quorumOf(connections.context.consortium);
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const masters = mastersOf(connections.context);
    const answers = await Promise.all(
      masters.map((node) => attestationsOf(connections.node(node), node.mspId, blocks)),
    );
    const attested = new Map(blocks.map((block) => [block, [] as Attestation[]]));
    for (const { block, attestation } of answers.flat()) attested.get(block)?.push(attestation);
    const collected = [...attested].map(([block, attestations]) => ({ block, attestations }));
    if (collected.every(({ attestations }) => attestations.length >= wanted) || Date.now() > deadline)
      return collected;
    await pauseFor(PAUSE_MS, NEVER);
  }
}

interface PlacedAttestation {
  readonly block: bigint;
  readonly attestation: Attestation;
}

/**
 * What the master of `mspId` attests of `blocks`; nothing where it is away. It speaks for its own organisation alone: a proof
 * has room for one attestation of each.
 */
async function attestationsOf(
  master: RpcClient,
  mspId: string,
  blocks: readonly bigint[],
): Promise<PlacedAttestation[]> {
  const placed: PlacedAttestation[] = [];
  try {
    for (let at = 0; at < blocks.length; at += BLOCKS_PER_REQUEST) {
      const blockNums = blocks.slice(at, at + BLOCKS_PER_REQUEST);
      const { attestations } = await master.call(Master.method.attestationsOf, { blockNums });
      for (const attestation of attestations) {
        if (attestation.mspId !== mspId) continue;
        placed.push({ block: decodeAttestationBody(attestation.body).blockNum, attestation });
      }
    }
  } catch (error) {
    if (!isCotraceError(error, 'UNREACHABLE')) throw error;
  }
  return placed;
}
