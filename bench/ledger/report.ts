import { cpus } from 'node:os';
import { bytes, table } from '@cotrace/gateway-app';
import type { LedgerSize } from '@cotrace/gateway-app/ledgers';
import type { Spent } from '../rank/spent.js';
import { rounded, say } from '../output.js';
import type { Feeding, Pass } from './feeding.js';

/** What one ledger cost. */
export interface Row extends Feeding {
  readonly kind: 'plain' | 'traces';
  readonly perBlock: number;
  readonly size: LedgerSize;
  /** Making it, certificates included; opening it where it was there. */
  readonly opening: Spent;
}

const NOT_MEASURED = [
  'peers, connections and other processes: all are in this one, beside each other on its one main thread',
  'the signatures’ cost to those who make them: generated ones take microseconds',
];

/** Prints tables for people, and ends with one line of JSON. */
export function report(rows: readonly Row[]): void {
  say(`${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}\n`);
  say('Ledgers. Made: certificates included; where a ledger was taken from a folder, what opening it took.');
  say(table([LEDGER_HEAD, ...rows.map(ledgerCells)]));
  say('\nFed: blocks and transactions a second, milliseconds of processor time a transaction, most memory.');
  say(table([FED_HEAD, ...rows.flatMap(fedRows)]));
  say('\nBytes a transaction in stores, compacted.');
  say(table([STORE_HEAD, ...rows.map(storeCells)]));
  say(`\nNot measured: ${NOT_MEASURED.join('; ')}.`);
  say(JSON.stringify({ bench: 'ledger', rows }, rounded(3)));
}

const LEDGER_HEAD = ['ledger', 'a block', 'blocks', 'transactions', 'bytes a transaction', 'made a second'];

function ledgerCells({ kind, perBlock, size, opening }: Row): string[] {
  return [
    kind,
    String(perBlock),
    String(size.blocks),
    String(size.transactions),
    (size.bytes / size.transactions).toFixed(0),
    ((size.transactions / opening.wall) * 1000).toFixed(0),
  ];
}

const FED_HEAD = ['ledger', 'a block', 'fed to', 'blocks/s', 'transactions/s', 'processor time', 'memory'];

function fedRows(row: Row): string[][] {
  return [
    fedCells(row, 'nobody: read alone', row.reading),
    fedCells(row, 'master', row.master),
    fedCells(row, 'master and nodes', row.nodes),
  ];
}

function fedCells({ kind, perBlock, size }: Row, to: string, { spent, memory }: Pass): string[] {
  const seconds = spent.wall / 1000;
  return [
    kind,
    String(perBlock),
    to,
    (size.blocks / seconds).toFixed(1),
    (size.transactions / seconds).toFixed(0),
    (spent.cpu / size.transactions).toFixed(3),
    bytes(memory),
  ];
}

const STORE_HEAD = ['ledger', 'a block', 'file', 'master', 'a business node'];

function storeCells({ kind, perBlock, size, stores }: Row): string[] {
  const each = (total: number) => (total / size.transactions).toFixed(0);
  return [kind, String(perBlock), each(size.bytes), each(stores.master), each(stores.business)];
}
