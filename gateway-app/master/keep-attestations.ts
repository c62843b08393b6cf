import { equalBytes, isCotraceError, type CotraceError } from '@cotrace/core';
import { checkAttestation, type NetworkTerms } from '@cotrace/verifier';
import type { Attestation } from '../gen/cotrace/cotrace_pb.js';
import type { HeightFeed } from '../node/feed.js';
import type { Log } from '../node/log.js';
import { Backoff, isAborted } from '../node/retry.js';
import type { Configurations } from './configurations.js';
import type { MasterStore } from './master-store.js';

/** Another organisation's master, whose attestations are kept. */
export interface KeptMaster {
  readonly name: string;
  readonly mspId: string;
  /** Its own attestations from block `from` on, in the order of their blocks. */
  attestations(from: bigint, signal: AbortSignal): AsyncIterable<Attestation>;
}

/** Where they are kept, and what they are judged against. */
export interface KeepingParts {
  readonly store: MasterStore;
  readonly configurations: Configurations;
  readonly feed: HeightFeed;
  readonly terms: NetworkTerms;
  readonly log: Log;
}

/**
 * Keeps another master's attestations until `signal` is aborted, so that this one can give out what a quorum has attested:
 * of each block the one that states what this master states of it, signed by whom the configuration before the block lets
 * attest. What another one states is passed over: it is not this master's to spread. Throws `STORE_FAILED`.
 */
export async function keepAttestations(
  master: KeptMaster,
  { store, configurations, feed, terms, log }: KeepingParts,
  signal: AbortSignal,
): Promise<void> {
  const { name, mspId } = master;
  const backoff = new Backoff();
  while (!signal.aborted) {
    try {
      let blockNum = store.kept.next(mspId);
      for await (const attestation of master.attestations(blockNum, signal)) {
        await feed.above(blockNum, signal);
        if (isAborted(signal)) return;
        await store.kept.add(mspId, blockNum, (await isToKeep(blockNum, attestation)) ? attestation : null);
        blockNum += 1n;
        backoff.reset();
      }
    } catch (error) {
      if (isCotraceError(error, 'STORE_FAILED')) throw error;
      if (!isAborted(signal)) {
        log.often('info', `kept ${name}`, `could not get attestations of ${name}; retrying`, error);
      }
    }
    await backoff.wait(signal);
  }

  async function isToKeep(blockNum: bigint, attestation: Attestation): Promise<boolean> {
    if (attestation.mspId !== mspId || !equalBytes(attestation.body, store.attestation(blockNum).body)) {
      return false;
    }
    try {
      const membership = await configurations.before(blockNum);
      checkAttestation(attestation, blockNum, { ...terms, membership });
      return true;
    } catch (error) {
      if (!isCotraceError(error)) throw error;
      warn(blockNum, error);
      return false;
    }
  }

  function warn(blockNum: bigint, error: CotraceError): void {
    const kind = `kept ${name} ${error.code}`;
    log.often('warn', kind, `refused an attestation of block ${blockNum} from ${name}`, error);
  }
}
