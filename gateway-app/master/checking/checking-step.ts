import type { StoreBatch } from '../../node/store.js';
import type { WritingTransaction } from '../block-writes.js';
import { keyChanges, type ChangedKey } from '../key-changes.js';
import type { MasterStore } from '../master-store.js';
import type { CycleKeeper, CycleStep } from './cycle-keeper.js';
import type { DomainRanks, RankStep } from './domain-ranks.js';
import type { RankRows } from './rank-rows.js';

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

/** The keys of `_lifecycle` that a block's valid transactions changed; `rows` are those before it. */
export function lifecycleChanges(
  writing: readonly WritingTransaction[],
  rows: Pick<RankRows, 'lifecycle'>,
): ChangedKey<unknown>[] {
  return keyChanges(
    writing.map(({ blockNum, txNum, lifecycle: rwset }) => ({ blockNum, txNum, rwset })),
    (_namespace, key) => ({ id: null, state: rows.lifecycle(key) }),
  );
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
