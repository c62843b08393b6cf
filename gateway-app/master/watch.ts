import { type Attestation, decodeAttestationBody, isCotraceError } from '@cotrace/core';
import { ChannelConfig, decodeBlock } from '@cotrace/fabric-model';
import { nodeVerifier } from '@cotrace/network';
import { type AttestationTerms, checkStatement, mainConfig, type NetworkTerms } from '@cotrace/verifier';
import type { Checkpoint } from '../fabric/chain.js';
import type { MainPeer } from '../fabric/main-peer.js';
import type { HeightFeed } from '../node/feed.js';
import { isAborted, pauseFor } from '../node/retry.js';
import { acceptanceOf, type Acceptance } from './acceptance.js';
import type { Attestor } from './attestor.js';
import type { MasterHealth, MasterPatience } from './master-health.js';
import type { MasterStore } from './master-store.js';
import { COMPARED_BLOCKS } from './limits.js';

/** Another master, as far as its attestations are asked for. */
export interface OtherMaster {
  /** Its own attestations of those of these blocks that it has reached. Throws `CotraceError`. */
  attestationsOf(blocks: readonly bigint[]): Promise<readonly Attestation[]>;
}

/** What a master looks at from time to time. */
export interface WatchParts {
  readonly peer: Pick<MainPeer, 'ledgerEnd'>;
  readonly others: readonly OtherMaster[];
  readonly store: MasterStore;
  readonly attestor: Attestor;
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
  const { health, patience } = parts;
  /** What was accepted stays so until the next block, which may bring another configuration. */
  let accepted = null as { readonly last: bigint; readonly under: AttestationTerms } | null;
  while (!signal.aborted) {
    const checkpoint = parts.store.checkpoint();
    if (checkpoint !== null) {
      const last = checkpoint.number;
      const isKnown: boolean = accepted?.last === last;
      const under: AttestationTerms =
        accepted !== null && isKnown ? accepted.under : termsAt(checkpoint, parts);
      const signer = signerRefusal(parts, last, under);
      let acceptance: Acceptance;
      if (signer !== null) acceptance = { kind: 'refused', why: signer };
      else if (isKnown) acceptance = { kind: 'accepted' };
      else acceptance = await acceptanceAmong(parts, checkpoint, under);
      accepted = acceptance.kind === 'accepted' ? { last, under } : null;
      // While it catches up, an old configuration may refuse it, as one from before its organisation joined.
      const isEarly = signer !== null && health.ledgerHeight - last > COMPARED_BLOCKS;
      if (!isAborted(signal) && acceptance.kind !== 'unknown') {
        health.attested(acceptance.kind === 'refused' && !isEarly ? acceptance.why : null);
      }
    }
    await pauseFor(patience.watch, signal);
  }
}

function termsAt({ configBlock }: Checkpoint, { terms }: WatchParts): AttestationTerms {
  return { ...terms, membership: mainConfig(ChannelConfig.fromBlock(configBlock), nodeVerifier) };
}

/** Why the newest configuration does not let this master attest now, as with a revoked certificate; null if it does. */
function signerRefusal(
  { store, attestor }: WatchParts,
  last: bigint,
  under: AttestationTerms,
): string | null {
  // The same statement once more, which goes nowhere: the certificate may be another than the stored one's.
  const attestation = attestor.attest(store.attestation(last).body, new Date());
  try {
    checkStatement(attestation, last, under);
    return null;
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return `[${error.code}] ${error.message}`;
  }
}

async function acceptanceAmong(
  { store, others }: WatchParts,
  { configBlock, number: last }: Checkpoint,
  under: AttestationTerms,
): Promise<Acceptance> {
  const blocks = blocksUnder(decodeBlock(configBlock).number, last);
  const received = (await Promise.all(others.map((other) => asked(other, blocks)))).map(byBlock);
  const statements = blocks.map((blockNum) => ({
    block: blockNum,
    own: store.attestation(blockNum),
    others: received.flatMap((list) => list.get(blockNum) ?? []),
  }));
  return acceptanceOf(statements, under);
}

/** The newest blocks that are attested under the configuration of block `config`, the newest first. */
function blocksUnder(config: bigint, last: bigint): bigint[] {
  if (last === 0n) return [0n];
  const blocks: bigint[] = [];
  for (let blockNum = last; blockNum > config && blocks.length < COMPARED_BLOCKS; blockNum -= 1n)
    blocks.push(blockNum);
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
