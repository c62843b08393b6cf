import { CotraceError, decodeAttestationBody, equalBytes } from '@cotrace/core';
import { headerHash } from '@cotrace/fabric-model';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { majorityOf } from '../consortium/consortium.js';
import type { LedgerEnd } from '../fabric/ledger-queries.js';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import { pauseFor } from '../node/retry.js';
import { askAll } from './ask-all.js';
import type { ConnectedNode, Connections } from './connections.js';
import { otherwise } from './gathered.js';
import type { Tell } from './patience.js';
import { GRACE_MS, MASTERS_PAUSE_MS, SHORT_CALL_MS, TIP_MS, TIP_REACHED_MS } from './limits.js';

const NEVER = new AbortController().signal;

/** What is known of the chain that the own organisation's peer stands on: it is the masters', or nobody can tell now. */
export type ChainStanding = 'attested' | 'unknown';

/**
 * Whether the newest block of the own organisation's peer is the one that a quorum of masters attest: a ledger that was put
 * back to an older copy goes on on a chain of its own, where nothing counts. Two calls, however many records are captured.
 * A peer that does not answer is told. Throws `WRONG_CHAIN`.
 */
export async function checkChain(connections: Connections, tell: Tell): Promise<ChainStanding> {
  const tip = await tipOf(connections);
  if (tip === null) {
    tell(`${connections.peerName} does not report the height of its ledger`);
    return 'unknown';
  }
  return standingOf(connections, tip);
}

/** Whether a quorum of masters attest the last block of a ledger. Names those that do not. Throws `WRONG_CHAIN`. */
export async function standingOf(connections: Connections, tip: LedgerEnd): Promise<ChainStanding> {
  const blockNum = tip.height - 1n;
  const quorum = majorityOf(connections.context.consortium);
  const { faults } = connections;
  const graceEnds = performance.now() + GRACE_MS;
  const deadline = performance.now() + TIP_REACHED_MS;
  for (;;) {
    const answers = await askAll(
      connections.masters(),
      (master, signal) => hashOf(master, blockNum, signal),
      faults,
      // Those that are late are asked again, without waiting for one that says nothing.
      (hashes) => hashes.length >= quorum,
    );
    const votesFor = (wanted: Uint8Array) =>
      answers.filter(({ answer: { hash } }) => hash !== null && equalBytes(hash, wanted)).length;
    const late = answers.some(({ from, answer }) => answer.hash === null && !faults.has(from.name));
    if (votesFor(tip.headerHash) >= quorum && (!late || performance.now() > graceEnds)) {
      for (const { from, answer } of answers) {
        if (answer.hash === null) faults.add(from.name, behind(blockNum));
        else if (!equalBytes(answer.hash, tip.headerHash)) faults.add(from.name, otherwise(blockNum));
      }
      return 'attested';
    }
    if (
      answers.some(({ answer: { hash } }) => hash !== null && isOther(hash, tip) && votesFor(hash) >= quorum)
    ) {
      throw new CotraceError(
        'WRONG_CHAIN',
        `block ${blockNum} of the ledger of ${connections.context.organisation.name}’s peer is not the one that a quorum of masters attest; ` +
          'was its ledger restored from an older copy? Nothing captured there counts',
        { block: blockNum, ledger: tip.headerHash },
      );
    }
    if (answers.length < quorum || performance.now() > deadline) return 'unknown';
    await pauseFor(MASTERS_PAUSE_MS, NEVER);
  }
}

/** Where the ledger of the own organisation's peer ends; null where the peer does not answer. */
export async function tipOf({ peer }: Connections): Promise<LedgerEnd | null> {
  try {
    return await peer.ledgerEnd(TIP_MS);
  } catch (error) {
    if (error instanceof GatewayError) return null;
    throw error;
  }
}

/** Hash of the header that a master attests for a block; null where it has not reached it. Throws `BAD_ANSWER`. */
async function hashOf(
  { client, mspId }: ConnectedNode,
  block: bigint,
  signal: AbortSignal,
): Promise<{ readonly hash: Uint8Array | null }> {
  const { attestations } = await client.call(
    Master.method.attestationsOf,
    { blockNums: [block] },
    { timeout: SHORT_CALL_MS, signal },
  );
  const attestation = attestations.find((one) => one.mspId === mspId);
  if (attestation === undefined) return { hash: null };
  const { blockNum, previousHash, dataHash } = decodeAttestationBody(attestation.body);
  if (blockNum !== block) {
    throw new CotraceError('BAD_ANSWER', `sent an attestation of block ${blockNum} that was not asked for`);
  }
  return { hash: headerHash(blockNum, previousHash, dataHash) };
}

const isOther = (hash: Uint8Array, tip: LedgerEnd) => !equalBytes(hash, tip.headerHash);

function behind(blockNum: bigint): CotraceError {
  return new CotraceError('BEHIND', `has not reached block ${blockNum}, which others have`, {
    block: blockNum,
  });
}
