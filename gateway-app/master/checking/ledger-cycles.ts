import { isCotraceError, type HeaderChain } from '@cotrace/core';
import type { StoreBatch } from '../../node/store.js';
import type { Log } from '../../node/log.js';
import { configurationAt } from '../configurations.js';
import type { ChangedKey } from '../key-changes.js';
import type { MasterStore } from '../master-store.js';
import type { ReadBlock } from '../read-block.js';
import { anchorWrites, isBusy } from './anchors.js';
import { lifecycleChanges, putStep, type Checking, type CheckingStep } from './checking-step.js';
import { CycleKeeper, type CycleBlock, type CycleTerms } from './cycle-keeper.js';
import { DomainRanks, type RankStep } from './domain-ranks.js';
import { remakeRanks } from './remake-ranks.js';
import { rulesAfter, type SwitchingTransaction } from './rules-switch.js';

/** The rank trees and checking cycles of a master's ledger: what a block makes of them is written in the block's batch. */
export class LedgerCycles {
  readonly #store: MasterStore;
  readonly #terms: CycleTerms;
  readonly #log: Log;
  #ranks: DomainRanks;
  #keeper: CycleKeeper;

  private constructor(store: MasterStore, terms: CycleTerms, log: Log, made: Checking) {
    this.#store = store;
    this.#terms = terms;
    this.#log = log;
    this.#ranks = made.ranks;
    this.#keeper = made.keeper;
  }

  /** Those of a store; where it has blocks and no rank trees, from a time before there were any, they are made of its blocks. */
  static async open(store: MasterStore, terms: CycleTerms, log: Log): Promise<LedgerCycles> {
    const last = store.checkpoint()?.number ?? null;
    const isMade = last === null || store.ranks.areMade;
    const made = isMade ? await opened(store, terms, last) : await remakeRanks(store, terms, last, log);
    return new LedgerCycles(store, terms, log, made);
  }

  /** The chain of all headers that were computed; null before main's first block. */
  get chain(): HeaderChain | null {
    return this.#keeper.chain;
  }

  /** The rules in force for the next block. */
  get rules(): number {
    return this.#keeper.rules;
  }

  /** The newest cycle that main has an anchor of; 0: none. */
  get anchored(): bigint {
    return this.#keeper.anchored;
  }

  /**
   * What the next block makes of them; `keys` are those of domains that it changed, `body` is what is attested of it. Trees
   * that are damaged are made again first.
   */
  async step(
    block: ReadBlock,
    keys: readonly ChangedKey<unknown>[],
    body: CycleBlock['body'],
    now: Date,
  ): Promise<CheckingStep> {
    const { checked, writing, block: stored } = block;
    const { number } = checked.block;
    const lifecycle = lifecycleChanges(writing, this.#store.ranks);
    const ranks = await this.#advanced(number, [...keys, ...lifecycle]);
    const cycle = this.#keeper.step(
      {
        number,
        headerHash: stored.headerHash,
        body,
        rulesAfter: rulesAfter(this.rules, withEnvelopes(block), checked.main),
        anchors: anchorWrites(writing),
        busy: isBusy(stored),
        configures: checked.after !== checked.main,
        membership: checked.after.hash,
        parts: ranks.parts,
      },
      now,
    );
    return { ranks, lifecycle, cycle };
  }

  /** Adds the rows of a step to the batch that writes its block. */
  put(batch: StoreBatch, step: CheckingStep): void {
    putStep(this.#store, batch, step, this.#keeper);
    this.#store.ranks.putMade(batch);
  }

  /** To be called once the batch with the step is on disk. */
  took({ cycle }: CheckingStep): void {
    this.#keeper.took(cycle);
  }

  /** Makes trees and cycles again from the store's blocks: what a quorum sealed shows that they are not what they should be. */
  async remake(): Promise<void> {
    const last = this.#store.checkpoint()?.number ?? null;
    if (last === null) return;
    const { ranks, keeper } = await remakeRanks(this.#store, this.#terms, last, this.#log);
    this.#ranks = ranks;
    this.#keeper = keeper;
  }

  async #advanced(blockNum: bigint, keys: readonly ChangedKey<unknown>[]): Promise<RankStep> {
    try {
      const step = this.#ranks.advance(blockNum, keys);
      if (step.strays === 0) return step;
      this.#log.error(`${step.strays} entries are not in the rank trees where the state has them`);
    } catch (error) {
      if (!isCotraceError(error, 'RANK_TREE_DAMAGED')) throw error;
      this.#log.error('a rank tree is damaged', error);
    }
    await this.remake();
    return this.#ranks.advance(blockNum, keys);
  }
}

/** The valid transactions of a block. */
function withEnvelopes({ writing, envelopes }: ReadBlock): SwitchingTransaction[] {
  return writing.map(({ txNum, rwset }) => ({ rwset, envelope: envelopes[txNum] ?? new Uint8Array() }));
}

async function opened(store: MasterStore, terms: CycleTerms, last: bigint | null): Promise<Checking> {
  const ranks = await DomainRanks.open(store.ranks, terms.c);
  if (last === null) return { ranks, keeper: CycleKeeper.start(terms, store.cycles) };
  const { hash: membership } = configurationAt(store, 0n);
  const genesis = { genesisHeaderHash: store.block(0n).headerHash, membership };
  return { ranks, keeper: CycleKeeper.resume(terms, store.cycles, genesis, last) };
}
