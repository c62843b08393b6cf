import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { bytes, table } from '@cotrace/gateway-app';
import { plot } from '../rank/plot.js';
import { PAPER } from '../rank/workload.js';
import { rounded, say } from '../output.js';
import type { CycleSizes } from './cycles.js';
import type { Spent } from '../rank/spent.js';
import { wholeExperiment, wholePeer, type Shown } from './extrapolate.js';
import type { HeightRow } from './heights.js';
import type { PeerCycle } from './peer-cycles.js';
import { headerShare, PAPER_PERCENT, panels } from './panels.js';
import type { RetrievalRow } from './retrieval.js';
import { DOMAINS, updatingAfter, VALUES, type StorageSetting } from './setting.js';

/** What was measured. */
export interface StorageResults {
  readonly setting: StorageSetting;
  readonly cycles: readonly CycleSizes[];
  /** A Fabric peer's ledger folder; none where there are no programs of Fabric. */
  readonly peer: readonly PeerCycle[];
  /** Reading from a peer's database, by the number of states. */
  readonly peerReads: ReadonlyMap<number, Spent>;
  readonly retrieval: readonly RetrievalRow[];
  readonly heights: readonly HeightRow[];
}

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
  'how long a Fabric peer takes to answer: its states are read from its database, without the peer',
];
const WITHOUT_FABRIC =
  'a Fabric peer: FABRIC_BIN is not set, so that shares are those of the embedded ledger and of the blocks alone';

/** Prints tables for people, writes the plots, and ends with one line of JSON. */
export function report(results: StorageResults, svg: string): void {
  const { setting, cycles, peer, retrieval, heights } = results;
  const { height, creating, digits } = setting;
  const updating = updatingAfter(creating);
  const whole = wholeExperiment(cycles, setting);
  const folders = wholePeer(peer, setting);
  writeFileSync(svg, plot(panels(whole, folders, results)));
  say(`${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}`);
  say(
    `\n${DOMAINS.length} domains, ${PAPER.perBlock} transactions a block, c = ${height}, ${creating} cycles of creations and ${updating} of updates. Of the ${VALUES.valueBytes} bytes of a value ${digits} do not compress. Beside the embedded ledger, which compresses, and beside the blocks alone, as a Fabric peer writes them. Stores are compacted.`,
  );
  say(table([CYCLE_HEAD, ...cycles.map((row) => cycleCells({ ...row, isMeasured: true }))]));
  if (peer.length > 0) {
    say('\nThe ledger folder of a Fabric peer with the same blocks, as it left it.');
    say(table([PEER_HEAD, ...peer.map((row) => peerCells(row, cycles))]));
  }
  say(
    `\nThe whole experiment: ${PAPER.creating} cycles of creations, ${PAPER.updating} of updates, of ${PAPER.blocks} blocks. ~: worked out of the cycles above.`,
  );
  say(table([WHOLE_HEAD, ...whole.map((row) => wholeCells(row, folders.get(row.cycle) ?? null))]));
  say('\nReading states of one domain, milliseconds. Of a Fabric peer: from its database, without the peer.');
  say(table([RETRIEVAL_HEAD, ...retrieval.map((row) => retrievalCells(row, results.peerReads))]));
  if (heights.length > 0) {
    say(
      '\nThe effect of c on the same blocks. Milliseconds until master and nodes have a block: median (longest).',
    );
    say(table([HEIGHT_HEAD, ...heights.map(heightCells)]));
  }
  const [last = null] = whole.slice(-1);
  say('\nTable 1 of the paper.');
  say(
    table([
      SCHEME_HEAD,
      ...SCHEMES,
      ['this', 'collaborative storage', 'on-chain', 'local retrieval', shareAtEnd(last, folders)],
    ]),
  );
  const notMeasured = [...NOT_MEASURED, ...(peer.length > 0 ? [] : [WITHOUT_FABRIC])];
  say(`\nPlots: ${svg}\nNot measured: ${notMeasured.join('; ')}.`);
  const peerReads = Object.fromEntries(results.peerReads);
  say(JSON.stringify({ bench: 'storage', ...results, peerReads, whole }, rounded(3)));
}

const PEER_HEAD = ['cycle', 'whole folder', 'blocks', 'index', 'state', 'history', 'business node', 'of it'];

function peerCells(row: PeerCycle, cycles: readonly CycleSizes[]): string[] {
  const business = cycles[row.cycle - 1]?.business ?? NaN;
  return [
    String(row.cycle),
    ...[row.whole, row.blocks, row.index, row.state, row.history, business].map((size) => bytes(size)),
    percent(business / row.whole),
  ];
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
  'of a Fabric peer',
  'paper',
  'accepted',
  'headers of the node',
];

function wholeCells(row: Shown, peer: number | null): string[] {
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
    peer === null ? '' : mark + percent(row.business / peer),
    given(PAPER_PERCENT),
    given(ACCEPTED_PERCENT),
    mark + percent(headerShare(row), 5),
  ];
}

const RETRIEVAL_HEAD = ['states', 'embedded ledger', 'Fabric peer', 'business node'];

function retrievalCells(
  { states, ledger, business }: RetrievalRow,
  peer: ReadonlyMap<number, Spent>,
): string[] {
  return [
    String(states),
    ledger.wall.toFixed(1),
    peer.get(states)?.wall.toFixed(1) ?? '',
    business.wall.toFixed(1),
  ];
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

/** At the end, of a Fabric peer's folder; of the embedded ledger where there is none. */
function shareAtEnd(last: Shown | null, folders: ReadonlyMap<number, number>): string {
  if (last === null) return '';
  const folder = folders.get(last.cycle);
  if (folder === undefined) return percentOf(last);
  return `${last.isMeasured ? '' : '~'}${percent(last.business / folder)}`;
}

function percent(share: number, places = 2): string {
  return `${(share * 100).toFixed(places)} %`;
}
