import { withCopy } from './copies.js';
import { BenchDomain } from './domain.js';
import type { Spent } from './spent.js';
import { Random, type Setting } from './workload.js';

/** Updates of the cycle whose fold is measured: 4 % of a cycle's writes in a domain. */
export const AGED_UPDATES = 1310;
/** Runs of which the middle one counts. */
const RUNS = 3;

export interface AgeCost {
  /** Past cycles, of creations, over all of which the updates are spread. */
  readonly cycles: number;
  /** Keys of the domain. */
  readonly keys: number;
  /** Bringing the layers up to date after the updates, once. */
  readonly fold: Spent;
  /** Parts of groups that were read. */
  readonly groups: number;
  /** Pages that were read and written. */
  readonly read: number;
  readonly written: number;
}

/** What a fold costs by the number of past cycles; one domain's share of transactions. `folder` must not be there yet. */
export async function ages(
  folder: string,
  setting: Setting,
  of: readonly number[],
  signal: AbortSignal,
): Promise<AgeCost[]> {
  const costs: AgeCost[] = [];
  const perBlock = Math.round(setting.perBlock / setting.domains);
  let domain = await BenchDomain.open(folder, setting.blocks);
  try {
    let past = 0;
    for (const cycles of of) {
      for (; past < cycles; past++) {
        signal.throwIfAborted();
        let fresh = domain.keys;
        await domain.cycle(() => Array.from({ length: perBlock }, () => fresh++), 'left');
      }
      await domain.store.close();
      const runs: AgeCost[] = [];
      for (let run = 0; run < RUNS; run++) {
        const cost = await withCopy(domain, folder, (copy) => foldOf(copy, setting.blocks, run));
        runs.push({ cycles, keys: domain.keys, ...cost });
      }
      costs.push(...runs.sort((a, b) => a.fold.cpu - b.fold.cpu).slice((RUNS - 1) / 2, (RUNS + 1) / 2));
      domain = await domain.copyIn(folder);
    }
  } finally {
    await domain.store.close();
  }
  return costs;
}

/** A cycle of updates before the measured one is not counted: in it the store opens the files that such a fold reads. */
async function foldOf(
  domain: BenchDomain,
  blocks: number,
  run: number,
): Promise<Omit<AgeCost, 'cycles' | 'keys'>> {
  const random = new Random(run);
  const update = () => {
    const keys = random.distinct(AGED_UPDATES, domain.keys);
    const shareOf = (i: number) => Math.floor((i * keys.length) / blocks);
    return domain.cycle((i) => keys.slice(shareOf(i), shareOf(i + 1)), 'left');
  };
  await update();
  const { digest, groups, read, written } = await update();
  return { fold: digest, groups, read, written };
}
