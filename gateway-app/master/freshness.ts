import { create } from '@bufbuild/protobuf';
import { CotraceError, decodeAttestationBody, isCotraceError } from '@cotrace/core';
import type { NetworkTerms } from '@cotrace/verifier';
import { TipSchema, type Tip } from '../gen/cotrace/cotrace_pb.js';
import type { Attestor } from './attestor.js';
import type { Configurations } from './configurations.js';
import type { MasterStore } from './master-store.js';
import { FRESH_MS, SAME_TIP_MS } from './limits.js';

/** Another master, as far as it is asked how far it is. */
export interface HeightSource {
  /** Number of blocks that it has. Throws `CotraceError`. */
  height(): Promise<bigint>;
}

export interface FreshnessParts {
  readonly store: MasterStore;
  readonly configurations: Configurations;
  readonly attestor: Attestor;
  readonly terms: NetworkTerms;
  readonly others: readonly HeightSource[];
  /** When the newest block arrived, in milliseconds; null where none has since the start. */
  readonly advancedAt: () => number | null;
  readonly now?: () => number;
}

/**
 * A master's tips: its signed word of how far the ledger has come now. A master whose peer is cut off would say that an old
 * block is the newest, so it signs only where it has reason to know: a block arrived just now, or a quorum of masters, itself
 * among them, have no more.
 */
export class Freshness {
  readonly #parts: FreshnessParts;
  readonly #now: () => number;
  /** The last question: whoever asks within a second is given the same answer. */
  #last: { readonly at: number; readonly tip: Promise<Tip> } | null = null;

  constructor(parts: FreshnessParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
  }

  /** A tip of this second. Throws `NOT_FRESH`, `DIVERGED`. */
  tip(): Promise<Tip> {
    const at = this.#now();
    const last = this.#last;
    if (last !== null && at >= last.at && at - last.at < SAME_TIP_MS) return last.tip;
    const tip = this.#sign();
    this.#last = { at, tip };
    return tip;
  }

  async #sign(): Promise<Tip> {
    const { store, attestor, terms } = this.#parts;
    attestor.requireAgreement();
    const block = store.checkpoint()?.number ?? null;
    if (block === null || !(await this.#isFresh(block))) {
      throw new CotraceError(
        'NOT_FRESH',
        'no block came for 30 s, and too few masters say that there is none: this one may be cut off from the ledger',
        { block },
      );
    }
    const { headerHash } = store.block(block);
    const { trieRoot } = decodeAttestationBody(store.attestation(block).body);
    const { block: blockNum, ...signed } = attestor.tip(
      { networkId: terms.networkId, block, headerHash, trieRoot },
      new Date(this.#now()),
    );
    return create(TipSchema, { ...signed, blockNum });
  }

  async #isFresh(block: bigint): Promise<boolean> {
    const { configurations, others, advancedAt } = this.#parts;
    const arrived = advancedAt();
    if (arrived !== null && this.#now() - arrived <= FRESH_MS) return true;
    const quorum = (await configurations.newest())?.quorum ?? Infinity;
    const heights = await Promise.all(others.map(heightOf));
    return 1 + heights.filter((height) => height !== null && height <= block + 1n).length >= quorum;
  }
}

/** A master that does not answer says nothing. */
async function heightOf(other: HeightSource): Promise<bigint | null> {
  try {
    return await other.height();
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return null;
  }
}
