import type { BenchDomain, CycleCost } from './domain.js';
import { sum, type Spent } from './spent.js';
import type { Setting, Random } from './workload.js';

/** What one cycle cost, over all domains, and what rebuilding one of their trees would have. */
export interface CycleRow {
  readonly cycle: number;
  /** Entries of all domains. */
  readonly entries: number;
  readonly upkeep: Spent;
  readonly digest: Spent;
  readonly groups: number;
}

/** Runs a cycle of the setting: each transaction creates or updates one key of a domain, each as likely as the others. */
export async function runCycle(
  domains: readonly BenchDomain[],
  setting: Setting,
  cycle: number,
  random: Random,
): Promise<CycleRow> {
  const of = Uint8Array.from({ length: setting.perBlock * setting.blocks }, () =>
    random.below(domains.length),
  );
  const costs: CycleCost[] = [];
  for (const [d, domain] of domains.entries()) {
    const known = domain.keys;
    let fresh = known;
    costs.push(
      await domain.cycle((block) => {
        const start = block * setting.perBlock;
        const writes = of.subarray(start, start + setting.perBlock).filter((one) => one === d).length;
        return Array.from({ length: writes }, () =>
          cycle <= setting.creating ? fresh++ : random.below(known),
        );
      }),
    );
  }
  return {
    cycle,
    entries: domains.reduce((total, { keys }) => total + keys, 0),
    upkeep: sum(costs.map(({ upkeep }) => upkeep)),
    digest: sum(costs.map(({ digest }) => digest)),
    groups: costs.reduce((total, { groups }) => total + groups, 0),
  };
}
