import { fromHex } from '@cotrace/core';
import { ChannelConfig } from '@cotrace/fabric-model';
import {
  LINEAGE_LIMITS,
  type Direction,
  type TraceProof,
  type TraceQuestion,
  type Trust,
  writeTrust,
} from '@cotrace/verifier';
import { askProof } from '../client/ask-proof.js';
import { fakeConnections } from './fake-network.js';
import { addressed, honestAnswers } from './masters-in-process.js';
import type { TestMaster } from './test-master.js';
import type { TestNetwork } from './test-network.js';

/** The trust file of a test network. */
export function trustFile(network: TestNetwork): string {
  const { channels, checkingHeight: c } = network.consortium;
  return writeTrust(
    {
      mainName: channels.main.name,
      mainGenesisHeaderHash: fromHex(channels.main.genesisHeaderHash, 32),
      checkingName: channels.checking.name,
      checkingGenesisHeaderHash: fromHex(channels.checking.genesisHeaderHash, 32),
      c,
    },
    ChannelConfig.fromBlock(network.genesis),
  );
}

/** The same trust, with another quorum. */
export function withQuorum(trust: Trust, quorum: number): Trust {
  return { ...trust, membership: { ...trust.membership, quorum } };
}

/** A question without recorders and with the limits that clients have. */
export function questionOf(traceId: string, direction: Direction = 'none'): TraceQuestion {
  return { traceId, direction, recorders: null, limits: LINEAGE_LIMITS };
}

/** What an honest first master proves, of all events or of the newest alone, attested by all masters. */
export async function traceProof(
  network: TestNetwork,
  masters: readonly TestMaster[],
  question: TraceQuestion,
  more: { readonly newest?: number; readonly envelopes?: boolean } = {},
): Promise<TraceProof> {
  const nodes = Object.fromEntries(masters.map((master) => [master.name, honestAnswers(network, master)]));
  const [first] = fakeConnections({ consortium: addressed(network), nodes }).masters();
  if (first === undefined) throw new RangeError('there is no master to ask');
  const turn = { signal: new AbortController().signal, part: () => undefined };
  const showing = { newest: more.newest ?? null, envelopes: more.envelopes ?? false, at: null };
  const { block, nodes: trie, records, envelopes, traces } = await askProof(first, question, showing, turn);
  return {
    question,
    root: { block, attestations: masters.map((master) => master.attestation(block)) },
    transitions: [],
    tips: [],
    nodes: trie,
    records,
    envelopes,
    traces,
    states: [],
  };
}
