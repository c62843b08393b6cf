import { bytes, table } from '@cotrace/gateway-app';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { AGED_UPDATES, type AgeCost } from './ages.js';
import type { CurvePoint } from './curve.js';
import type { CycleRow } from './history.js';
import type { MemoryCost } from './memory.js';
import { plot, type Panel } from './plot.js';
import type { RebuildCost } from './rebuild.js';
import type { RepairCost, WholeCost } from './repair.js';
import { sum, type Spent } from './spent.js';
import type { Setting } from './workload.js';
import { rounded, say } from '../output.js';

export interface Results {
  readonly setting: Setting;
  /** Of all domains. */
  readonly cycles: readonly CycleRow[];
  /** Of the first domain, by cycle. */
  readonly rebuilt: ReadonlyMap<number, RebuildCost>;
  /** Of the first domain after the creating cycles, as what follows. */
  readonly curve: readonly CurvePoint[];
  readonly base: RebuildCost;
  readonly repairs: readonly RepairCost[];
  readonly whole: WholeCost;
  readonly memory: readonly MemoryCost[];
  readonly ages: readonly AgeCost[];
}

const NOT_MEASURED = [
  'the network: a peer’s tree is at hand in the same process, bytes are those of hashes, groups, keys and values',
  'the disk’s syncs: 128 blocks share one here; a node syncs once a block, tree or no tree',
  'writing the state, which the tree does not change',
];

/** Prints tables for people, writes the plot, and ends with one line of JSON. */
export function report(results: Results, svg: string): void {
  const { setting } = results;
  writeFileSync(svg, plot([curvePanel(results), cyclesPanel(results)]));
  say(
    `${setting.domains} domains, ${setting.perBlock * setting.blocks} transactions a cycle, ${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}`,
  );
  say(
    '\nThe digest, per cycle, milliseconds of processor time (wall time). Upkeep and digest: one domain, on average. Rebuilt: the first domain.',
  );
  say(table([CYCLE_HEAD, ...results.cycles.filter(isShown(results)).map((row) => cycleCells(row, results))]));
  say('\nOne cycle of updates that touch so much of the groups, one domain, from the same state.');
  say(table([CURVE_HEAD, ...results.curve.map((point) => curveCells(point, results.base))]));
  say(
    `\nBringing the layers up to date after ${AGED_UPDATES} updates of a domain, by the cycles that they are spread over.`,
  );
  say(table([AGE_HEAD, ...results.ages.map((cost) => ageCells(cost, results.ages))]));
  say('\nFinding and repairing damage, against fetching the whole state.');
  say(table([REPAIR_HEAD, ...results.repairs.map(repairCells), wholeCells(results.whole)]));
  say('\nA process with the tree of one domain: created, then a cycle of updates.');
  say(table([MEMORY_HEAD, ...results.memory.map(memoryCells)]));
  say(`\nPlot: ${svg}\nNot measured: ${NOT_MEASURED.join('; ')}.`);
  say(
    JSON.stringify({ bench: 'rank', ...results, rebuilt: Object.fromEntries(results.rebuilt) }, rounded(2)),
  );
}

/** Processor time of the incremental digest over that of rebuilding, upkeep of the whole cycle included. */
export function timesCheaper(point: CurvePoint, { fromState }: RebuildCost): number {
  return fromState.cpu / sum([point.upkeep, point.digest]).cpu;
}

const CYCLE_HEAD = [
  'cycle',
  'entries',
  'upkeep',
  'digest',
  'groups rehashed',
  'rebuilt from the state',
  'groups hashed alone',
];

function cycleCells({ cycle, entries, upkeep, digest, groups }: CycleRow, results: Results): string[] {
  const { domains } = results.setting;
  const rebuilt = results.rebuilt.get(cycle);
  return [
    String(cycle),
    String(entries),
    spent(upkeep, domains),
    spent(digest, domains),
    String(Math.round(groups / domains)),
    rebuilt === undefined ? '' : spent(rebuilt.fromState),
    rebuilt === undefined ? '' : spent(rebuilt.groupsAlone),
  ];
}

const CURVE_HEAD = [
  'groups touched',
  'updates',
  'upkeep',
  'digest',
  'groups rehashed',
  'rebuilt',
  'times cheaper',
  'digest alone',
];

function curveCells(point: CurvePoint, base: RebuildCost): string[] {
  return [
    `${point.percent} %`,
    String(point.writes),
    spent(point.upkeep),
    spent(point.digest),
    String(point.groups),
    spent(base.fromState),
    `${timesCheaper(point, base).toFixed(1)}×`,
    `${(base.fromState.cpu / point.digest.cpu).toFixed(1)}×`,
  ];
}

const AGE_HEAD = ['past cycles', 'fold', 'times the first', 'parts of groups read'];

function ageCells({ cycles, fold, groups }: AgeCost, [first]: readonly AgeCost[]): string[] {
  return [
    String(cycles),
    spent(fold),
    `${(fold.cpu / (first?.fold.cpu ?? fold.cpu)).toFixed(2)}×`,
    String(groups),
  ];
}

const REPAIR_HEAD = ['damaged', 'find', 'repair', 'messages', 'tree', 'values', 'bytes of values'];

function repairCells(cost: RepairCost): string[] {
  const { damaged, find, repair, messages, treeBytes, values, valueBytes } = cost;
  return [
    String(damaged),
    spent(find),
    spent(repair),
    String(messages),
    bytes(treeBytes),
    String(values),
    bytes(valueBytes),
  ];
}

function wholeCells({ spent: cost, entries, bytes: size }: WholeCost): string[] {
  return ['whole state', '', spent(cost), '', '', String(entries), bytes(size)];
}

const MEMORY_HEAD = ['entries', 'a block', 'most memory', 'restart to digest, ms'];

function memoryCells({ entries, perBlock, memory, restart }: MemoryCost): string[] {
  return [String(entries), String(perBlock), bytes(memory), restart.toFixed(0)];
}

/** Some twenty rows are enough for people; those with a rebuilding among them. */
function isShown({ cycles, rebuilt }: Results): (row: CycleRow) => boolean {
  const every = Math.max(1, Math.floor(cycles.length / 15));
  return ({ cycle }) => cycle % every === 0 || cycle === 1 || rebuilt.has(cycle);
}

function spent({ cpu, wall }: Spent, among = 1): string {
  return `${(cpu / among).toFixed(0)} (${(wall / among).toFixed(0)})`;
}

function curvePanel({ curve, base }: Results): Panel {
  const places = curve.map(({ percent }) => percent);
  const flat = (value: number) => places.map((percent) => [percent, value] as const);
  return {
    title: 'One cycle of updates, one domain',
    x: 'groups touched, %',
    y: 'processor time, ms',
    places,
    series: [
      { name: 'rebuilt from the state', colour: '#b33', points: flat(base.fromState.cpu) },
      { name: 'all groups hashed, values not read', colour: '#c90', points: flat(base.groupsAlone.cpu) },
      {
        name: 'incremental: upkeep and digest',
        colour: '#36c',
        points: curve.map(({ percent, upkeep, digest }) => [percent, upkeep.cpu + digest.cpu]),
      },
      {
        name: 'incremental: digest alone',
        colour: '#393',
        points: curve.map(({ percent, digest }) => [percent, digest.cpu]),
      },
    ],
  };
}

function cyclesPanel({ cycles, rebuilt, setting }: Results): Panel {
  return {
    title: `${setting.creating} cycles of creations, then ${setting.updating} of updates anywhere`,
    x: 'cycle',
    y: 'processor time per domain, ms',
    places: cycles.map(({ cycle }) => cycle),
    series: [
      {
        name: 'rebuilt from the state',
        colour: '#b33',
        points: Array.from(rebuilt, ([cycle, { fromState }]) => [cycle, fromState.cpu]),
      },
      {
        name: 'incremental: upkeep and digest',
        colour: '#36c',
        points: cycles.map(({ cycle, upkeep, digest }) => [
          cycle,
          (upkeep.cpu + digest.cpu) / setting.domains,
        ]),
      },
    ],
  };
}
