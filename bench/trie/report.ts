import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { table } from '@cotrace/gateway-app';
import type { InnerFinds } from './floor.js';
import { svg, type Line } from './plot.js';
import { judge } from './targets.js';
import { say } from '../output.js';

const VALUE_SIZE = 64;
/** Nodes in the greatest memory there is. */
const ARENA_BYTES = 2 ** 32 - 0x2c0_0000;
const PROCESSORS = cpus().length;

const NOTES = [
  `- ${PROCESSORS} processors: more threads than that share them. 4 threads can show here that they have the same root and what`,
  '  taking turns costs, and nothing of how much faster four processors would be.',
  '- builds use memory that the build before left, here as in go-ethereum; the least of several rounds counts.',
  '- find: key by key through the interface, the value copied out. Together: one `findAll` of keys that stand one after the',
  '  other, all values copied out into one buffer; their sizes are looked at one by one. go-ethereum: `Get` of each key, which',
  '  hands out its own value without a copy, within Go.',
  '- within WebAssembly: no call and no copy on either side; the hash table has an entry of 4 bytes for at most every other slot.',
  '- the same 10,000 keys are looked up in every round: caches of the processor hold what fits them, for every subject.',
];

/** By size, then by subject: milliseconds. */
type Results = Map<number, Map<string, number>>;

/** What is measured with one number of keys. */
export interface AtSize {
  readonly keys: number;
  readonly build: Record<string, number>;
  readonly updates: Record<string, Record<string, number>>;
  readonly finds: Record<string, number>;
  readonly inner: InnerFinds;
  /** Bytes of nodes per key without the value, and bytes of memory that the arena took. */
  readonly bytesPerKey: number;
  readonly reservedPerKey: number;
  /** Permutations of Keccak that the root of all keys needs; null where they were not counted. */
  readonly permutations: number | null;
}

/** Prints what was measured, and draws it. `permutation` is the cost of one permutation of Keccak, in nanoseconds. */
export function report(results: readonly AtSize[], permutation: number, plotFile: string): void {
  const builds: Results = new Map(results.map(({ keys, build }) => [keys, new Map(Object.entries(build))]));
  print('Build and root, ms', builds);
  for (const { keys, updates } of results) {
    const rows = Object.entries(updates).map(
      ([count, least]) => [Number(count), new Map(Object.entries(least))] as const,
    );
    if (rows.length > 0) print(`Updates of a block and root in ${keys} keys, ms`, new Map(rows));
  }
  print(
    '10,000 finds, ms',
    new Map(results.map(({ keys, finds }) => [keys, new Map(Object.entries(finds))])),
  );
  const inner = results.map(({ keys, inner: found }) => [
    String(keys),
    ...[found.cached, found.uncached, found.table].map((ms) => ms.toFixed(3)),
    (found.cached / found.table).toFixed(2),
    found.cachedVisits.toFixed(2),
    found.uncachedVisits.toFixed(2),
    String(found.cacheLevel),
  ]);
  const heads = [
    'keys',
    'cache',
    'no cache',
    'hash table',
    'cache : table',
    'nodes, cache',
    'nodes, none',
    'level',
  ];
  say(`\n10,000 finds within WebAssembly, ms\n${table([heads, ...inner]).join('\n')}`);
  const bytes = results.map(({ keys, bytesPerKey, reservedPerKey }) => [
    String(keys),
    bytesPerKey.toFixed(0),
    reservedPerKey.toFixed(0),
    (ARENA_BYTES / (reservedPerKey + VALUE_SIZE) / 1e6).toFixed(1),
  ]);
  say(
    `\nBytes per key beside its value\n${table([['keys', 'in nodes', 'taken', 'millions in 4 GiB'], ...bytes]).join('\n')}`,
  );
  const floors = results.flatMap(({ keys, build, permutations }) => {
    const ms = build['cotrace 1'];
    if (permutations === null || ms === undefined) return [];
    const floor = (permutations * permutation) / 1e6;
    return [[String(keys), String(permutations), floor.toFixed(2), ms.toFixed(2), (ms / floor).toFixed(2)]];
  });
  say(
    `\nBuild on one thread and its floor: permutations at ${permutation.toFixed(0)} ns, two at a time\n${table(
      [['keys', 'permutations', 'floor, ms', 'build, ms', 'build : floor'], ...floors],
    ).join('\n')}`,
  );
  const targets = judge(results);
  say(
    `\nWhat is wanted, and the worst case of it\n${table([['', 'wanted', 'measured', 'where'], ...targets.map(({ name, wanted, measured, where }) => [name, wanted, measured.toFixed(2), where])]).join('\n')}`,
  );
  say(`\n${NOTES.join('\n')}`);
  writeFileSync(plotFile, svg(plots(builds, results)));
  say(`\nplotted in ${plotFile}`);
  say(JSON.stringify({ bench: 'trie', processors: PROCESSORS, permutation, targets, results, notes: NOTES }));
}

function plots(builds: Results, results: readonly AtSize[]): { title: string; lines: Line[] }[] {
  const updated = results.findLast(({ updates }) => Object.keys(updates).length > 0);
  const updates: Results = new Map(
    Object.entries(updated?.updates ?? {}).map(([count, least]) => [
      Number(count),
      new Map(Object.entries(least)),
    ]),
  );
  const finds: Results = new Map(
    results.map(({ keys, finds: all, inner }) => [
      keys,
      new Map([...Object.entries(all), ['cotrace, inner', inner.cached], ['hash table, inner', inner.table]]),
    ]),
  );
  return [
    { title: 'Build and root', lines: linesOf(builds) },
    { title: `Updates in ${updated?.keys ?? 0} keys`, lines: linesOf(updates) },
    { title: '10,000 finds', lines: linesOf(finds) },
  ].filter(({ lines }) => lines.length > 0);
}

function linesOf(results: Results): Line[] {
  const names = new Set([...results.values()].flatMap((bySubject) => [...bySubject.keys()]));
  return [...names].map((name) => ({
    name,
    points: [...results].flatMap(([size, bySubject]) => {
      const ms = bySubject.get(name);
      return ms === undefined ? [] : [[size, ms] as const];
    }),
  }));
}

function print(title: string, results: Results): void {
  const names = [...new Set([...results.values()].flatMap((bySubject) => [...bySubject.keys()]))];
  const rows = [...results].map(([size, bySubject]) => [
    String(size),
    ...names.map((name) => bySubject.get(name)?.toFixed(2) ?? ''),
  ]);
  say(`\n${title}\n${table([['', ...names], ...rows]).join('\n')}`);
}
