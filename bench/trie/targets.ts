import type { AtSize } from './report.js';

/** A figure that is wanted, and the worst that was measured of it. */
export interface Target {
  readonly name: string;
  readonly wanted: string;
  readonly measured: number;
  readonly where: string;
}

type Ratio = readonly [number, string];

/** How many times faster `mine` is than `theirs` at each of the places where both were measured. */
function faster(
  places: readonly (readonly [string, Record<string, number>])[],
  mine: string,
  theirs: string,
) {
  return places.flatMap(([where, ms]): Ratio[] => {
    const [a, b] = [ms[mine], ms[theirs]];
    return a === undefined || b === undefined ? [] : [[b / a, where]];
  });
}

/** The worst case of everything that is wanted of the trie's speed; what was not measured is left out. */
export function judge(results: readonly AtSize[]): Target[] {
  const builds = results.map(({ keys, build }) => [`${keys} keys`, build] as const);
  const updates = results.flatMap(({ keys, updates: all }) =>
    Object.entries(all).map(([count, ms]) => [`${count} of ${keys} keys`, ms] as const),
  );
  const finds = results.map(({ keys, finds: ms }) => [`${keys} keys`, ms] as const);
  const least = (name: string, wanted: number, ratios: readonly Ratio[]): Target[] => {
    const [worst] = ratios.toSorted(([a], [b]) => a - b);
    return worst === undefined ? [] : [{ name, wanted: `≥ ${wanted}`, measured: worst[0], where: worst[1] }];
  };
  const most = (name: string, wanted: number, ratios: readonly Ratio[]): Target[] => {
    const [worst] = ratios.toSorted(([a], [b]) => b - a);
    return worst === undefined ? [] : [{ name, wanted: `≤ ${wanted}`, measured: worst[0], where: worst[1] }];
  };
  const one = 'cotrace 1';
  return [
    ...least('build, to go-ethereum, 1 thread', 2, faster(builds, one, 'go-ethereum 1')),
    ...least('build, to go-ethereum, 2 threads', 2, faster(builds, 'cotrace 2', 'go-ethereum 2')),
    ...least('build, to @ethereumjs/mpt', 100, faster(builds, one, '@ethereumjs/mpt')),
    ...least('updates, to go-ethereum, 1 thread', 1.2, faster(updates, one, 'go-ethereum 1')),
    ...least('updates, to go-ethereum, 2 threads', 1.2, faster(updates, 'cotrace 2', 'go-ethereum 2')),
    ...most('updates, time of twice as many, 1 thread', 2, doublings(results, one)),
    ...least('finds together, to go-ethereum', 5, faster(finds, `${one}, together`, 'go-ethereum 1')),
    ...least('finds one by one, to go-ethereum', 5, faster(finds, one, 'go-ethereum 1')),
    ...most(
      'finds, to a hash table, within WebAssembly',
      2,
      results.map(({ keys, inner }): Ratio => [inner.cached / inner.table, `${keys} keys`]),
    ),
    ...most(
      'bytes per key beside its value',
      250,
      results.map(({ keys, reservedPerKey }): Ratio => [reservedPerKey, `${keys} keys`]),
    ),
  ];
}

/** By how much time grows where the number of updates doubles. */
function doublings(results: readonly AtSize[], subject: string): Ratio[] {
  return results.flatMap(({ keys, updates }) => {
    const points = Object.entries(updates).map(([count, ms]) => [Number(count), ms[subject]] as const);
    return points.flatMap(([count, ms], i): Ratio[] => {
      const [, before] = points[i - 1] ?? [];
      return before === undefined || ms === undefined ? [] : [[ms / before, `${count} of ${keys} keys`]];
    });
  });
}
