import { nodeVerifier } from '@cotrace/network';
import { ChannelConfig, decodeBlock } from '@cotrace/fabric-model';
import { decodeAttestationBody, isCotraceError, type Attestation } from '@cotrace/core';
import type { MainPeer } from '../fabric/main-peer.js';
import type { NetworkTerms } from '../main-block/attestation-body.js';
import { mainConfig } from '../main-block/main-config.js';
import type { HeightFeed } from '../node/feed.js';
import { isAborted, pauseFor } from '../node/retry.js';
import { refusalOf, signerRefusal } from './acceptance.js';
import type { MasterHealth, MasterPatience } from './master-health.js';
import type { MasterStore } from './master-store.js';

/** How many of the newest blocks are compared: others may be some blocks behind. */
const COMPARED = 8;

/** Another master, as far as its attestations are asked for. */
export interface OtherMaster {
  /** Its attestations of those of these blocks that it has reached. Throws `CotraceError`. */
  attestationsOf(blocks: readonly bigint[]): Promise<readonly Attestation[]>;
}

/** What a master looks at from time to time. */
export interface WatchParts {
  readonly peer: Pick<MainPeer, 'ledgerEnd'>;
  readonly others: readonly OtherMaster[];
  readonly store: MasterStore;
  readonly feed: HeightFeed;
  readonly terms: NetworkTerms;
  readonly health: MasterHealth;
  readonly patience: MasterPatience;
}

/** Asks the own peer where its ledger ends, until `signal` is aborted. */
export async function watchPeer(parts: WatchParts, signal: AbortSignal): Promise<void> {
  const { peer, feed, health, patience } = parts;
  while (!signal.aborted) {
    const { height } = feed;
    try {
      health.peerAnswered(await peer.ledgerEnd(), height);
    } catch (error) {
      if (!isAborted(signal)) health.peerFailed(error);
    }
    await pauseFor(patience.watch, signal);
  }
}

/** Asks the other masters for what they attest, and whether the own attestations count, until `signal` is aborted. */
export async function watchAcceptance(parts: WatchParts, signal: AbortSignal): Promise<void> {
  const { feed, health, patience } = parts;
  let accepted: bigint | null = null;
  while (!signal.aborted) {
    const { height } = feed;
    // What was accepted stays so until the next block, which may bring another configuration.
    if (height !== accepted) {
      const refusal = await acceptance(parts);
      accepted = refusal === null ? height : null;
      if (!isAborted(signal) && refusal !== undefined) health.attested(refusal);
    }
    await pauseFor(patience.watch, signal);
  }
}

async function acceptance(parts: WatchParts): Promise<string | null | undefined> {
  const { store, others, terms } = parts;
  const position = store.position();
  if (position === null) return undefined;
  const membership = mainConfig(ChannelConfig.fromBlock(position.configBlock), nodeVerifier);
  const under = { ...terms, membership };
  const refusal = signerRefusal(store.attestation(position.number), position.number, under);
  if (refusal !== null) return refusal;
  const blocks = blocksUnder(decodeBlock(position.configBlock).number, position.number);
  const received = (await Promise.all(others.map((other) => asked(other, blocks)))).map(byBlock);
  const statements = blocks.map((block) => ({
    block,
    own: store.attestation(block),
    others: received.flatMap((list) => list.get(block) ?? []),
  }));
  return refusalOf(statements, under);
}

/** The newest blocks that are attested under the configuration of block `config`, the newest first. */
function blocksUnder(config: bigint, last: bigint): bigint[] {
  if (last === 0n) return [0n];
  const blocks: bigint[] = [];
  for (let block = last; block > config && blocks.length < COMPARED; block -= 1n) blocks.push(block);
  return blocks;
}

/** Attestations by the block that they name; what names none is left out. */
function byBlock(attestations: readonly Attestation[]): Map<bigint, Attestation> {
  const found = new Map<bigint, Attestation>();
  for (const attestation of attestations) {
    try {
      found.set(decodeAttestationBody(attestation.body).blockNum, attestation);
    } catch (error) {
      if (!isCotraceError(error)) throw error;
    }
  }
  return found;
}

/** A master that does not answer, or answers nonsense, says nothing. */
async function asked(other: OtherMaster, blocks: readonly bigint[]): Promise<readonly Attestation[]> {
  if (blocks.length === 0) return [];
  try {
    return (await other.attestationsOf(blocks)).slice(0, blocks.length);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return [];
  }
}
