import { CotraceError, decodeAttestationBody, type Attestation } from '@cotrace/core';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import { pauseFor } from '../node/retry.js';
import type { Trust } from '@cotrace/verifier';
import { askAll } from './ask-all.js';
import { askInTurn } from './ask-in-turn.js';
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
 * Gathers attestations of `blocks`, which master `namedBy` says there are: from that master, which has kept those of others as
 * well, then from others for what is missing. A record is known to one master before the others have come to its block, so
 * this waits a while for a quorum; whether what is there is enough is the verifier's to say.
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
  if (gathered.missing().length === 0) return;
  const { quorum } = gathered;
  const began = performance.now();
  let known: boolean | null = null;
  let answered = await askOneAfterTheOther(connections, gathered, namedBy);
  for (;;) {
    gathered.nameDissenters(connections.faults);
    const missing = gathered.missing();
    const waited = performance.now() - began;
    if (missing.length === 0 || waited > ATTESTED_MS) return;
    if (waited > SHORT_ATTESTED_MS) {
      if (answered < quorum) return;
      known ??= await isKnown(connections, missing, namedBy);
      if (!known) return;
    }
    await pauseFor(ATTESTED_PAUSE_MS, NEVER);
    answered = await askEach(connections, gathered);
  }
}

/**
 * Asks masters until nothing is missing or a quorum of them has answered, `namedBy` first: the next one where the one before
 * was not enough, or is late. Returns how many answered.
 */
async function askOneAfterTheOther(
  connections: Connections,
  gathered: Gathered,
  namedBy: string,
): Promise<number> {
  const { faults } = connections;
  const masters = connections.masters().filter(({ name }) => !gathered.hasDropped(name));
  const isFirst = ({ name }: ConnectedNode) => name === namedBy;
  const answers = askInTurn(
    [...masters.filter(isFirst), ...masters.filter((master) => !isFirst(master))],
    (master, { signal }) => attestationsOf(master, gathered.missing(), signal),
    faults,
  );
  let answered = 0;
  for await (const { from, answer } of answers) {
    answered += 1;
    gathered.add(from, answer, faults);
    // Those that are late are asked again, without waiting for one that says nothing.
    if (gathered.missing().length === 0 || answered >= gathered.quorum) break;
  }
  return answered;
}

/** Asks the masters for what they have not sent of their own. Returns how many answered. */
async function askEach(connections: Connections, gathered: Gathered): Promise<number> {
  const { faults } = connections;
  const answers = await askAll(
    connections.masters().filter(({ name }) => !gathered.hasDropped(name)),
    async (master, signal) => {
      gathered.add(master, await attestationsOf(master, gathered.wantedOf(master), signal), faults);
    },
    faults,
    ({ length }) => length >= gathered.quorum,
  );
  return answers.length;
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
 * What one master has of what was attested of `blocks`: of each at most one of an organisation. Throws `BAD_ANSWER` for
 * anything else.
 */
async function attestationsOf(
  { client }: ConnectedNode,
  blocks: readonly bigint[],
  signal: AbortSignal,
): Promise<(readonly [bigint, Attestation])[]> {
  const sent: (readonly [bigint, Attestation])[] = [];
  const seen = new Set<string>();
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
      const name = `${blockNum}/${attestation.mspId}`;
      if (!wanted.has(blockNum) || seen.has(name)) {
        throw new CotraceError(
          'BAD_ANSWER',
          `sent an attestation of block ${blockNum} that was not asked for`,
        );
      }
      seen.add(name);
      sent.push([blockNum, attestation]);
    }
  }
  return sent;
}
