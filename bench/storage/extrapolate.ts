import { PAPER } from '../rank/workload.js';
import type { CycleSizes } from './cycles.js';
import type { StorageSetting } from './setting.js';

/** A cycle of the paper's experiment; its sizes were measured, or worked out. */
export interface Shown extends CycleSizes {
  readonly isMeasured: boolean;
}

/**
 * The paper's experiment, of 20 cycles of creations and 40 of updates of 1024 blocks, by a smaller one: each of its cycles stands
 * for as many as it takes, and sizes grow with the number of transactions. Of either the same share of the keys was updated.
 */
export function wholeExperiment(rows: readonly CycleSizes[], { creating, height }: StorageSetting): Shown[] {
  const cycles = PAPER.creating / creating;
  const times = (cycles * PAPER.blocks) / height;
  return rows.map(({ cycle, act, ...sizes }) => ({
    cycle: cycle * cycles,
    act,
    transactions: sizes.transactions * times,
    keys: sizes.keys * times,
    ledger: sizes.ledger * times,
    blocks: sizes.blocks * times,
    master: sizes.master * times,
    business: sizes.business * times,
    isMeasured: times === 1,
  }));
}
