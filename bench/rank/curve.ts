import type { BenchDomain, CycleCost } from './domain.js';
import { withCopy } from './copies.js';
import { Random, type Setting } from './workload.js';

/** Percent of the groups whose entries a cycle updates. */
export const TOUCHED = [1, 2, 5, 10, 20, 50, 100] as const;

export interface CurvePoint extends CycleCost {
  readonly percent: number;
}

/** One cycle of updates, from the same state each time, to keys of so many percent of its groups; one domain's share of transactions. */
export async function curve(domain: BenchDomain, folder: string, setting: Setting): Promise<CurvePoint[]> {
  const points: CurvePoint[] = [];
  const perBlock = Math.round(setting.perBlock / setting.domains);
  for (const percent of TOUCHED) {
    const random = new Random(percent);
    const chosen = keysIn(domain, percent, random);
    const cost = await withCopy(domain, folder, (copy) =>
      copy.cycle(
        () => Array.from({ length: perBlock }, () => chosen[random.below(chosen.length)] ?? 0),
        'left',
      ),
    );
    points.push({ percent, ...cost });
  }
  return points;
}

/** The keys whose groups are among `percent` of all, chosen at random. */
function keysIn(domain: BenchDomain, percent: number, random: Random): number[] {
  const byBlock = new Map<number, number[]>();
  for (let key = 0; key < domain.keys; key++) {
    const block = domain.blockOf(key);
    const group = byBlock.get(block);
    if (group === undefined) byBlock.set(block, [key]);
    else group.push(key);
  }
  const groups = [...byBlock.values()];
  const count = Math.max(1, Math.round((groups.length * percent) / 100));
  return random.distinct(count, groups.length).flatMap((index) => groups[index] ?? []);
}
