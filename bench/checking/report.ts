import { cpus } from 'node:os';
import { bytes, table } from '@cotrace/gateway-app';
import { rounded, say } from '../output.js';
import type { Spent } from '../rank/spent.js';
import { AGED_UPDATES, type AgeCost } from '../rank/ages.js';
import type { HeightRow } from '../storage/heights.js';
import type { EndCosts } from './ends.js';
import type { NetworkCost } from './network.js';

/** What was measured; what was left out is null or empty. */
export interface CheckingResults {
  readonly ends: EndCosts | null;
  readonly cycles: readonly HeightRow[];
  readonly folds: readonly AgeCost[];
  readonly networks: readonly NetworkCost[];
}

/** Most that the block at the end of a cycle may be later than its neighbours, in milliseconds. */
const ACCEPTED_DELAY = 250;
/** Most that a fold may cost after 100 past cycles, beside one after 10. */
const ACCEPTED_GROWTH = 1.3;

/** Prints tables for people, and ends with one line of JSON. */
export function report(results: CheckingResults): void {
  const { ends, cycles, folds, networks } = results;
  say(`${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}`);
  if (ends !== null) sayEnds(ends);
  if (cycles.length > 0) sayCycles(cycles);
  if (folds.length > 0) sayFolds(folds);
  if (networks.length > 0) sayNetworks(networks);
  say(JSON.stringify({ bench: 'checking', ...results }, rounded(3)));
}

function sayEnds({ domains, height, updates, ends, header }: EndCosts): void {
  say(
    `\nA master takes in blocks of cycles of ${updates} updates over ${domains} domains, c = ${height}; milliseconds, and of those of processor time.`,
  );
  say(
    table([
      [
        'cycle n',
        'block n·c',
        '16 before it',
        'most',
        '16 after it',
        'most',
        'others',
        'most',
        'later',
        'accepted',
      ],
      ...ends.map(({ cycle, end, before, after, others }) => [
        String(cycle),
        spentText(end),
        ...[before, after, others].flatMap(({ median, most }) => [spentText(median), spentText(most)]),
        spentText({
          wall: end.wall - (before.median.wall + after.median.wall) / 2,
          cpu: end.cpu - (before.median.cpu + after.median.cpu) / 2,
        }),
        `at most ${ACCEPTED_DELAY}`,
      ]),
    ]),
  );
  say(
    `Medians; later: than the mean of both. After the end of cycle 9 a master lets go what cycle 2 changed. A header with its parts takes ${bytes(header)} in a master.`,
  );
}

function spentText({ wall, cpu }: Spent): string {
  return `${wall.toFixed(0)} (${cpu.toFixed(0)})`;
}

function sayCycles(cycles: readonly HeightRow[]): void {
  const [ending, never] = cycles;
  say('\nThe same blocks with cycles and without; a master and business nodes in one process.');
  say(
    table([
      ['c', 'cycles', 'end of a cycle, ms', 'other blocks', 'CPU ms/tx', 'business node', 'master'],
      ...cycles.map((row) => [
        String(row.height),
        String(Math.floor(row.blocks / row.height)),
        row.ends.median.toFixed(1),
        row.others.median.toFixed(1),
        row.cpu.toFixed(3),
        bytes(row.business),
        bytes(row.master),
      ]),
    ]),
  );
  if (ending === undefined || never === undefined) return;
  const count = Math.floor(ending.blocks / ending.height);
  const each = (of: (row: HeightRow) => number) => (of(ending) - of(never)) / count;
  say(
    `A cycle adds ${each((row) => row.cpu * row.transactions).toFixed(1)} ms of processor time, ${each(({ master }) => master).toFixed(0)} bytes to the master and ${each(({ business }) => business).toFixed(0)} to a business node.`,
  );
}

function sayFolds(folds: readonly AgeCost[]): void {
  const [first] = folds;
  const [last, asMany] = folds.slice(-2);
  say(`\nA fold after ${AGED_UPDATES} updates of a domain, by the cycles that they are spread over.`);
  say(
    table([
      ['past cycles', 'keys', 'CPU ms', 'times the first', 'pages read', 'pages written'],
      ...folds.map(({ cycles, keys, fold, read, written }) => [
        String(cycles),
        String(keys),
        fold.cpu.toFixed(0),
        `${(fold.cpu / (first?.fold.cpu ?? fold.cpu)).toFixed(2)}×`,
        String(read),
        String(written),
      ]),
    ]),
  );
  if (last === undefined || asMany === undefined) return;
  say(
    `With as many keys, ${last.cycles} past cycles take ${(last.fold.cpu / asMany.fold.cpu).toFixed(2)} times what ${asMany.cycles} take; accepted: at most ${ACCEPTED_GROWTH}.`,
  );
}

function sayNetworks(networks: readonly NetworkCost[]): void {
  const kinds = ['devnet', 'master', 'business', 'chaincode', 'client'];
  say('\nThe same load on the embedded network, 64 records in flight; processor time in ms a record.');
  say(
    table([
      ['c', 'records/s', 'p50 ms', 'p95 ms', 'CPU', ...kinds],
      ...networks.map(({ height, txPerSecond, p50, p95, cpu, cpuTotal }) => [
        height === null ? 'none ends' : String(height),
        txPerSecond.toFixed(1),
        p50.toFixed(0),
        p95.toFixed(0),
        cpuTotal?.toFixed(2) ?? '-',
        ...kinds.map((kind) => (cpu === null ? '-' : ofKind(cpu, kind).toFixed(2))),
      ]),
    ]),
  );
}

function ofKind(cpu: Readonly<Record<string, number>>, kind: string): number {
  return Object.entries(cpu)
    .filter(([name]) => name === kind || name.endsWith(`.${kind}`))
    .reduce((sum, [, value]) => sum + value, 0);
}
