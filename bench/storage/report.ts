import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { bytes, table } from '@cotrace/gateway-app';
import { plot, type Panel } from '../rank/plot.js';
import { PAPER } from '../rank/workload.js';
import { rounded, say } from '../output.js';
import type { CycleSizes } from './cycles.js';
import { wholeExperiment, type Shown } from './extrapolate.js';
import type { HeightRow } from './heights.js';
import type { RetrievalRow } from './retrieval.js';
import { DOMAINS, updatingAfter, VALUES, type StorageSetting } from './setting.js';

/** What was measured. */
export interface StorageResults {
  readonly setting: StorageSetting;
  readonly cycles: readonly CycleSizes[];
  readonly retrieval: readonly RetrievalRow[];
  readonly heights: readonly HeightRow[];
}

/** Bytes of a checking header as nodes keep it, packed: one a cycle. */
const PACKED_HEADER = 156;
/** Seed 001, section 6: percent of a Fabric node's ledger after so many cycles. */
const PAPER_PERCENT: ReadonlyMap<number, number> = new Map([
  [20, 2.6053],
  [40, 1.38],
  [60, 0.95],
]);
/** Most that is accepted after so many cycles. */
const ACCEPTED_PERCENT: ReadonlyMap<number, number> = new Map([
  [20, 1.4],
  [40, 0.75],
  [60, 0.5],
]);
/** Seed 001, table 1. */
const SCHEMES = [
  ['Liu et al.', 'filter transactions', 'on-chain', 'local retrieval', '56.65 %'],
  ['Guo et al.', 'encode blocks', 'on-chain', 'encode fragments', '20 %'],
  ['Zheng et al.', 'storage in IPFS', 'off-chain and on-chain', 'ask from off-chain', '8.17 %'],
  ['Xu et al. (2021)', 'collaborative storage', 'on-chain', 'local retrieval or ask others', '5 %'],
  [
    'Xu et al. (2018)',
    'storage in off-chain nodes',
    'off-chain and on-chain',
    'ask from off-chain',
    '1 to 3 %',
  ],
  ['seed 001', 'collaborative storage', 'on-chain', 'local retrieval', '0.95 %'],
];
const NOT_MEASURED = [
  'the folder of a real peer: its state, history and indices are more than the blocks alone',
  'the headers’ bytes in the store: their share is worked out of 156 bytes a cycle',
];

/** Prints tables for people, writes the plots, and ends with one line of JSON. */
export function report(results: StorageResults, svg: string): void {
  const { setting, cycles, retrieval, heights } = results;
  const { height, creating, digits } = setting;
  const updating = updatingAfter(creating);
  const whole = wholeExperiment(cycles, setting);
  writeFileSync(svg, plot(panels(whole, retrieval)));
  say(`${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}`);
  say(
    `\n${DOMAINS.length} domains, ${PAPER.perBlock} transactions a block, c = ${height}, ${creating} cycles of creations and ${updating} of updates. Of the ${VALUES.valueBytes} bytes of a value ${digits} do not compress. Beside the embedded ledger, which compresses, and beside the blocks alone, as a Fabric peer writes them: the least that its folder takes. Stores are compacted.`,
  );
  say(table([CYCLE_HEAD, ...cycles.map((row) => cycleCells({ ...row, isMeasured: true }))]));
  say(
    `\nThe whole experiment: ${PAPER.creating} cycles of creations, ${PAPER.updating} of updates, of ${PAPER.blocks} blocks. ~: worked out of the cycles above.`,
  );
  say(table([WHOLE_HEAD, ...whole.map(wholeCells)]));
  say('\nReading states of one domain, milliseconds.');
  say(table([RETRIEVAL_HEAD, ...retrieval.map(retrievalCells)]));
  if (heights.length > 0) {
    say(
      '\nThe effect of c on the same blocks. Milliseconds until master and nodes have a block: median (longest).',
    );
    say(table([HEIGHT_HEAD, ...heights.map(heightCells)]));
  }
  const last = whole.at(-1);
  say('\nTable 1 of the paper.');
  say(
    table([
      SCHEME_HEAD,
      ...SCHEMES,
      ['this', 'collaborative storage', 'on-chain', 'local retrieval', percentOf(last)],
    ]),
  );
  say(`\nPlots: ${svg}\nNot measured: ${NOT_MEASURED.join('; ')}.`);
  say(JSON.stringify({ bench: 'storage', ...results, whole }, rounded(3)));
}

const CYCLE_HEAD = [
  'cycle',
  'of',
  'transactions',
  'ledger',
  'blocks alone',
  'master',
  'business node',
  'bytes a key',
  'of the ledger',
  'of the blocks',
];

function cycleCells(row: Shown): string[] {
  return [
    String(row.cycle),
    row.act === 'create' ? 'creations' : 'updates',
    String(row.transactions),
    bytes(row.ledger),
    bytes(row.blocks),
    bytes(row.master),
    bytes(row.business),
    (row.business / row.keys).toFixed(0),
    percentOf(row),
    percent(row.business / row.blocks),
  ];
}

const WHOLE_HEAD = [
  'cycle',
  'ledger',
  'blocks alone',
  'business node',
  'of the ledger',
  'of the blocks',
  'paper',
  'accepted',
  'headers of the node',
];

function wholeCells(row: Shown): string[] {
  const mark = row.isMeasured ? '' : '~';
  const given = (values: ReadonlyMap<number, number>) =>
    values.has(row.cycle) ? `${values.get(row.cycle) ?? 0} %` : '';
  return [
    String(row.cycle),
    mark + bytes(row.ledger),
    mark + bytes(row.blocks),
    mark + bytes(row.business),
    percentOf(row),
    mark + percent(row.business / row.blocks),
    given(PAPER_PERCENT),
    given(ACCEPTED_PERCENT),
    mark + percent(headerShare(row), 5),
  ];
}

const RETRIEVAL_HEAD = ['states', 'embedded ledger', 'business node'];

function retrievalCells({ states, ledger, business }: RetrievalRow): string[] {
  return [String(states), ledger.wall.toFixed(1), business.wall.toFixed(1)];
}

const HEIGHT_HEAD = [
  'c',
  'end of a cycle',
  'other blocks',
  'processor time a transaction',
  'business node',
  'master',
];

function heightCells({ height, ends, others, cpu, business, master }: HeightRow): string[] {
  const times = ({ median, most }: HeightRow['ends']) => `${median.toFixed(1)} (${most.toFixed(0)})`;
  return [String(height), times(ends), times(others), cpu.toFixed(3), bytes(business), bytes(master)];
}

const SCHEME_HEAD = ['scheme', 'technology', 'where the ledger lies', 'query', 'of a full ledger'];

function percentOf(row: Shown): string {
  return `${row.isMeasured ? '' : '~'}${percent(row.business / row.ledger)}`;
}

function percent(share: number, places = 2): string {
  return `${(share * 100).toFixed(places)} %`;
}

function headerShare({ cycle, business }: Shown): number {
  return (cycle * PACKED_HEADER) / business;
}

/** Figures 10 to 15: sizes, shares, the share of headers, reading. */
function panels(whole: readonly Shown[], retrieval: readonly RetrievalRow[]): Panel[] {
  const places = whole.map(({ cycle }) => cycle);
  const line = (of: (row: Shown) => number) => whole.map((row) => [row.cycle, of(row)] as const);
  const paper = [...PAPER_PERCENT];
  return [
    {
      title: 'Bytes after each cycle (figures 10 and 12)',
      x: 'cycle',
      y: 'MB',
      places,
      series: [
        { name: 'embedded ledger', colour: '#b33', points: line(({ ledger }) => ledger / 1e6) },
        { name: 'blocks alone', colour: '#c90', points: line(({ blocks }) => blocks / 1e6) },
        { name: 'business node', colour: '#36c', points: line(({ business }) => business / 1e6) },
      ],
    },
    {
      title: 'Business node beside the ledger (figures 11 and 13)',
      x: 'cycle',
      y: '%',
      places,
      series: [
        {
          name: 'of the embedded ledger',
          colour: '#36c',
          points: line((row) => (row.business / row.ledger) * 100),
        },
        {
          name: 'of the blocks alone',
          colour: '#393',
          points: line((row) => (row.business / row.blocks) * 100),
        },
        { name: 'paper', colour: '#b33', points: paper },
      ],
    },
    {
      title: 'Share of headers in a business node (figure 14)',
      x: 'cycle',
      y: '%',
      places,
      series: [{ name: 'packed headers', colour: '#36c', points: line((row) => headerShare(row) * 100) }],
    },
    {
      title: 'Reading states (figure 15)',
      x: 'states',
      y: 'ms',
      places: retrieval.map(({ states }) => states),
      series: [
        {
          name: 'embedded ledger',
          colour: '#b33',
          points: retrieval.map(({ states, ledger }) => [states, ledger.wall]),
        },
        {
          name: 'business node',
          colour: '#36c',
          points: retrieval.map(({ states, business }) => [states, business.wall]),
        },
      ],
    },
  ];
}
