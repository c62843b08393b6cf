import { PAPER } from '../rank/workload.js';
import type { CycleSizes } from './cycles.js';
import type { PeerCycle } from './peer-cycles.js';
import type { StorageSetting } from './setting.js';

/** A cycle of the paper's experiment; its sizes were measured, or worked out. */
export interface Shown extends CycleSizes {
  readonly isMeasured: boolean;
}

/** How many of the paper's cycles one stands for, and by how much its sizes are less. */
function scaleOf({ creating, height }: StorageSetting): { readonly cycles: number; readonly times: number } {
  const cycles = PAPER.creating / creating;
  return { cycles, times: (cycles * PAPER.blocks) / height };
}

/**
 * The paper's experiment, of 20 cycles of creations and 40 of updates of 1024 blocks, by a smaller one: each of its cycles stands
 * for as many as it takes, and sizes grow with the number of transactions. Of either the same share of the keys was updated.
 */
export function wholeExperiment(rows: readonly CycleSizes[], setting: StorageSetting): Shown[] {
  const { cycles, times } = scaleOf(setting);
  return rows.map(({ cycle, act, ...sizes }) => ({
    cycle: cycle * cycles,
    act,
    transactions: sizes.transactions * times,
    keys: sizes.keys * times,
    ledger: sizes.ledger * times,
    blocks: sizes.blocks * times,
    master: sizes.master * times,
    business: sizes.business * times,
    headers: sizes.headers * cycles,
    isMeasured: times === 1,
  }));
}

/** The same of a peer's folder: bytes by cycle of the whole experiment. */
export function wholePeer(rows: readonly PeerCycle[], setting: StorageSetting): ReadonlyMap<number, number> {
  const { cycles, times } = scaleOf(setting);
  return new Map(rows.map(({ cycle, whole }) => [cycle * cycles, whole * times]));
}
