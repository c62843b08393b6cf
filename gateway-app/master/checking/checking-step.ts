import type { StoreBatch } from '../../node/store.js';
import type { ChangedKey } from '../key-changes.js';
import type { MasterStore } from '../master-store.js';
import type { CycleKeeper, CycleStep } from './cycle-keeper.js';
import type { DomainRanks, RankStep } from './domain-ranks.js';

/** Rank trees and cycles after one block. */
export interface Checking {
  readonly ranks: DomainRanks;
  readonly keeper: CycleKeeper;
}

/** What a block makes of rank trees and cycles. */
export interface CheckingStep {
  readonly ranks: RankStep;
  /** Keys of `_lifecycle` that it changed. */
  readonly lifecycle: readonly ChangedKey<unknown>[];
  readonly cycle: CycleStep;
}

/** Adds the rows of a step to the batch that writes its block. */
export function putStep(
  store: MasterStore,
  batch: StoreBatch,
  { ranks, lifecycle, cycle }: CheckingStep,
  keeper: CycleKeeper,
): void {
  for (const { domain, writes } of ranks.pages) store.ranks.put(batch, domain, writes);
  store.ranks.putLifecycle(batch, lifecycle);
  keeper.put(batch, cycle);
}
