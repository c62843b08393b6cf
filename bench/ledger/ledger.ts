import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { StoredLedger, type LedgerPlan } from '@cotrace/gateway-app/ledgers';
import type { Bench } from '../main.js';
import { progress } from '../output.js';
import { stopwatch } from '../rank/spent.js';
import { measureFeeding } from './feeding.js';
import { inFolder } from './in-folder.js';
import { report, type Row } from './report.js';

/** Transactions of a block. */
const SIZES = [10, 128, 500];
const TRANSACTIONS = 25_600;
const QUICK = 1024;
const DOMAINS = ['production', 'processing', 'distribution', 'retail'];
const KINDS = ['plain', 'traces'] as const;

/** What a master's ledger and business nodes do in a second, without peers and connections. */
export const ledgerBench: Bench = {
  summary: `generated ledgers, made and fed to a master and ${DOMAINS.length} business nodes: speed, processor time, memory, bytes [--transactions N, default ${TRANSACTIONS}] [--quick: ${QUICK}] [--ledger FOLDER: kept there, and taken from there]`,
  run: async (args, signal) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        transactions: { type: 'string' },
        quick: { type: 'boolean', default: false },
        ledger: { type: 'string' },
      },
    });
    const transactions = Number(values.transactions ?? (values.quick ? QUICK : TRANSACTIONS));
    if (!Number.isInteger(transactions) || transactions < 1)
      throw new Error('--transactions must be a whole number from 1 on');
    await inFolder(values.ledger ?? null, signal, async (folder) => {
      const rows: Row[] = [];
      for (const kind of KINDS) {
        for (const perBlock of SIZES) {
          progress(`${kind}, ${perBlock} a block …`);
          rows.push(await measure(folder, kind, perBlock, transactions, signal));
        }
      }
      report(rows);
    });
  },
};

async function measure(
  folder: string,
  kind: Row['kind'],
  perBlock: number,
  transactions: number,
  signal: AbortSignal,
): Promise<Row> {
  const plan = planOf(kind, perBlock, Math.max(2, Math.round(transactions / perBlock)));
  const stop = stopwatch();
  const ledger = await StoredLedger.open(join(folder, `${kind}-${perBlock}`), plan);
  const opening = stop();
  const feeding = await measureFeeding(ledger, signal);
  return { kind, perBlock, opening, ...feeding, size: ledger.size };
}

/** Half of the plain blocks create, the others change in every way. */
function planOf(kind: Row['kind'], perBlock: number, blocks: number): LedgerPlan {
  const common = { organisations: 3, checkingHeight: 64, seed: 1 };
  if (kind === 'traces') {
    const traces = { domains: DOMAINS, perBlock, blocks, density: 0.1, length: 10, bifurcation: 2 };
    return { ...common, traces: { ...traces, shape: 'many-to-one' } };
  }
  const creating = Math.ceil(blocks / 2);
  const phases = [
    { blocks: creating, mix: { create: 1 } },
    { blocks: blocks - creating, mix: { create: 2, update: 10, remove: 1, policy: 1, call: 1, collide: 1 } },
  ];
  return {
    ...common,
    plain: { seed: 1, domains: DOMAINS, perBlock, phases, quietEvery: 50, valueBytes: 330, digits: 40 },
  };
}
