import { CotraceError, decodeAttestationBody, type Attestation } from '@cotrace/core';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import { pauseFor } from '../node/retry.js';
import type { Trust } from '@cotrace/verifier';
import { askAll } from './ask-all.js';
import type { ConnectedNode, Connections } from './connections.js';
import { Gathered } from './gathered.js';
import {
  ATTESTED_MS,
  ATTESTED_PAUSE_MS,
  BLOCKS_PER_REQUEST,
  PEER_STATUS_MS,
  SHORT_ATTESTED_MS,
  SHORT_CALL_MS,
} from './limits.js';

const NEVER = new AbortController().signal;

/**
 * Gathers the masters' attestations of `blocks`, which master `namedBy` says there are. A record is known to one master
 * before the others have come to its block, so this waits a while for a quorum; whether what is there is enough is the
 * verifier's to say.
 */
export async function collectAttestations(
  connections: Connections,
  blocks: readonly bigint[],
  namedBy: string,
  trust: Trust,
): Promise<Gathered> {
  const gathered = new Gathered(blocks, connections.masters().length, trust);
  await completeAttestations(connections, gathered, namedBy);
  return gathered;
}

/** Gathers what is missing of a quorum from masters whose attestations were not refused. */
export async function completeAttestations(
  connections: Connections,
  gathered: Gathered,
  namedBy: string,
): Promise<void> {
  const { faults } = connections;
  const { quorum } = gathered;
  const began = performance.now();
  let known: boolean | null = null;
  for (;;) {
    const masters = connections.masters().filter(({ name }) => !gathered.hasDropped(name));
    const answers = await askAll(
      masters,
      async (master, signal) => {
        const sent = await attestationsOf(master, gathered.wantedOf(master.name), signal);
        gathered.add(master.name, sent, faults);
      },
      faults,
      // Those that are late are asked again, without waiting for one that says nothing.
      ({ length }) => length >= quorum,
    );
    gathered.nameDissenters(faults);
    const missing = gathered.missing();
    const waited = performance.now() - began;
    if (missing.length === 0 || waited > ATTESTED_MS) return;
    if (waited > SHORT_ATTESTED_MS) {
      if (answers.length < quorum) return;
      known ??= await isKnown(connections, missing, namedBy);
      if (!known) return;
    }
    await pauseFor(ATTESTED_PAUSE_MS, NEVER);
  }
}

/** Whether a master other than `namedBy` says that it, or its peer, has all of `blocks`. */
async function isKnown(
  connections: Connections,
  blocks: readonly bigint[],
  namedBy: string,
): Promise<boolean> {
  const others = connections.masters().filter(({ name }) => name !== namedBy);
  const has = await askAll(
    others,
    async ({ client }, signal) => {
      const { height, ledgerHeight } = await client.call(
        Master.method.status,
        {},
        { timeout: PEER_STATUS_MS, signal },
      );
      return blocks.every((block) => block < height || block < ledgerHeight);
    },
    connections.faults,
    (answers) => answers.some(({ answer }) => answer),
  );
  return has.some(({ answer }) => answer);
}

/**
 * What one master attests of `blocks`: each at most once, and signed by its own organisation. Throws `BAD_ANSWER` for
 * anything else.
 */
async function attestationsOf(
  { client, mspId }: ConnectedNode,
  blocks: readonly bigint[],
  signal: AbortSignal,
): Promise<ReadonlyMap<bigint, Attestation>> {
  const sent = new Map<bigint, Attestation>();
  const wanted = new Set(blocks);
  for (let at = 0; at < blocks.length; at += BLOCKS_PER_REQUEST) {
    const blockNums = blocks.slice(at, at + BLOCKS_PER_REQUEST);
    const { attestations } = await client.call(
      Master.method.attestationsOf,
      { blockNums },
      { timeout: SHORT_CALL_MS, signal },
    );
    for (const attestation of attestations) {
      const { blockNum } = decodeAttestationBody(attestation.body);
      if (!wanted.delete(blockNum)) {
        throw new CotraceError(
          'BAD_ANSWER',
          `sent an attestation of block ${blockNum} that was not asked for`,
        );
      }
      if (attestation.mspId !== mspId) {
        throw new CotraceError('BAD_ANSWER', `sent an attestation of another organisation`);
      }
      sent.set(blockNum, attestation);
    }
  }
  return sent;
}
