import type { Panel } from '../rank/plot.js';
import type { Spent } from '../rank/spent.js';
import type { Shown } from './extrapolate.js';
import type { RetrievalRow } from './retrieval.js';

/** Seed 001, section 6: percent of a Fabric node's ledger after so many cycles. */
export const PAPER_PERCENT: ReadonlyMap<number, number> = new Map([
  [20, 2.6053],
  [40, 1.38],
  [60, 0.95],
]);

/** Of the bytes of a business node, those of the sealed headers. */
export function headerShare({ headers, business }: Shown): number {
  return headers / business;
}

/** What reading states took. */
interface Reads {
  readonly retrieval: readonly RetrievalRow[];
  readonly peerReads: ReadonlyMap<number, Spent>;
}

/** Figures 10 to 15: sizes, shares, the share of headers, reading. */
export function panels(
  whole: readonly Shown[],
  folders: ReadonlyMap<number, number>,
  { retrieval, peerReads }: Reads,
): Panel[] {
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
        {
          name: 'Fabric peer',
          colour: '#939',
          points: Array.from(folders, ([cycle, size]) => [cycle, size / 1e6]),
        },
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
        {
          name: 'of a Fabric peer',
          colour: '#939',
          points: whole.flatMap(({ cycle, business }) => {
            const folder = folders.get(cycle);
            return folder === undefined ? [] : [[cycle, (business / folder) * 100] as const];
          }),
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
          name: 'Fabric peer',
          colour: '#939',
          points: Array.from(peerReads, ([states, spent]) => [states, spent.wall]),
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
