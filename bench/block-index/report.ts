import { bytes, table } from '@cotrace/gateway-app';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { plot, type Panel } from '../rank/plot.js';
import { FABRIC, PAPER } from './blocks.js';
import type { BuildCost, Cost } from './build-cost.js';
import type { OrderCost, SearchCost } from './search-cost.js';
import { rounded, say } from '../output.js';

export interface Results {
  /** Blocks of different sizes, an equal number of records each. */
  readonly bySize: readonly BuildCost[];
  /** Different numbers of records in blocks of one size. */
  readonly byAmount: readonly BuildCost[];
  /** How far that went, and why not further. */
  readonly stops: readonly string[];
  readonly searches: readonly SearchCost[];
  readonly orders: readonly OrderCost[];
}

const NOT_MEASURED = [
  'taking TraceIDs out of transactions: a master does it for its external index, tree or no tree',
  'the external index, which knows the previous block: it is there, tree or no tree',
  'the disk’s syncs: files are written, not synced, and begin anew after 64 MB',
  'the first 200,000 records of a process, until its code is compiled',
  'more than 50,000 different records: larger amounts are built from them again and again',
  'checking and validating blocks, next to which building them is little',
  'what a scan has to decode: transactions begin with their TraceID here, and a scan reads nothing else of them',
];

/** Prints tables for people, writes the plot, and ends with one line of JSON. */
export function report(results: Results, svg: string): void {
  writeFileSync(svg, plot(panels(results)));
  say(`${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}, order 32`);
  say(
    '\nBuilding and writing blocks, µs of processor time (wall time) a record. FB+, MB+: plain block and tree together, over the plain block.',
  );
  say(table([BUILD_HEAD, ...results.bySize.map(buildCells)]));
  say('\nThe same with ever more records, in blocks of 1,000.');
  say(table([BUILD_HEAD, ...results.byAmount.map(buildCells)]));
  for (const stop of results.stops) say(stop);
  say('Paper: 2.5 to 3.4 times the time, 1.1 to 1.2 times the bytes.');
  say('\nFinding one TraceID in a block, µs.');
  say(table([SEARCH_HEAD, ...results.searches.map(searchCells)]));
  say('\nOrders, blocks of 1,000: bytes of the trees a record, µs, and bytes of the proof of one TraceID.');
  say(table([ORDER_HEAD, ...results.orders.map(orderCells)]));
  say(`\nPlot: ${svg}\nNot measured: ${NOT_MEASURED.join('; ')}.`);
  say(JSON.stringify({ bench: 'block-index', ...results, notMeasured: NOT_MEASURED }, rounded(3)));
}

const BUILD_HEAD = [
  'transactions',
  'block',
  'records',
  'plain',
  'with FB+',
  'with MB+',
  'FB+ time',
  'MB+ time',
  'plain bytes',
  'FB+ bytes',
  'MB+ bytes',
];

function buildCells({ kind, size, records, plain, withFb, withMb }: BuildCost): string[] {
  const micros = ({ cpu, wall }: Cost): string =>
    `${((cpu * 1000) / records).toFixed(2)} (${((wall * 1000) / records).toFixed(2)})`;
  return [
    kind,
    String(size),
    String(records),
    ...[plain, withFb, withMb].map(micros),
    ...[withFb, withMb].map(({ cpu }) => `${(cpu / plain.cpu).toFixed(2)}×`),
    bytes(plain.bytes),
    ...[withFb, withMb].map((cost) => `${(cost.bytes / plain.bytes).toFixed(3)}×`),
  ];
}

const SEARCH_HEAD = ['transactions', 'block', 'scan', 'FB+', 'MB+', 'times faster'];

function searchCells({ kind, size, scan, fb, mb }: SearchCost): string[] {
  return [kind, String(size), scan.toFixed(1), fb.toFixed(1), mb.toFixed(1), `${(scan / fb).toFixed(1)}×`];
}

const ORDER_HEAD = ['order', 'FB+ bytes', 'MB+ bytes', 'search', 'prove', 'verify', 'proof bytes'];

function orderCells({ order, fbBytes, mbBytes, search, prove, verify, proofBytes }: OrderCost): string[] {
  return [
    String(order),
    fbBytes.toFixed(1),
    mbBytes.toFixed(1),
    search.toFixed(1),
    prove.toFixed(1),
    verify.toFixed(1),
    proofBytes.toFixed(0),
  ];
}

function panels({ bySize, searches }: Results): Panel[] {
  const builds = [FABRIC, PAPER].map(({ name }): Panel => {
    const costs = bySize.filter(({ kind }) => kind === name);
    const line = (part: (cost: BuildCost) => number) =>
      costs.map((cost) => [cost.size, (part(cost) * 1000) / cost.records] as const);
    return {
      title: `Building blocks: ${name}`,
      x: 'records of a block',
      y: 'processor time, µs a record',
      places: costs.map(({ size }) => size),
      series: [
        { name: 'plain block', colour: '#333', points: line(({ plain }) => plain.cpu) },
        { name: 'with FB+ tree', colour: '#36c', points: line(({ withFb }) => withFb.cpu) },
        { name: 'with MB+ tree', colour: '#393', points: line(({ withMb }) => withMb.cpu) },
      ],
    };
  });
  const found = searches.filter(({ kind }) => kind === FABRIC.name);
  const line = (part: (cost: SearchCost) => number) => found.map((cost) => [cost.size, part(cost)] as const);
  const search: Panel = {
    title: `Finding one TraceID: ${FABRIC.name}`,
    x: 'records of a block',
    y: 'µs',
    places: found.map(({ size }) => size),
    series: [
      { name: 'scan', colour: '#b33', points: line(({ scan }) => scan) },
      { name: 'FB+ tree', colour: '#36c', points: line(({ fb }) => fb) },
      { name: 'MB+ tree', colour: '#393', points: line(({ mb }) => mb) },
    ],
  };
  return [...builds, search];
}
