import { MAX_ORDER, MIN_ORDER } from '@cotrace/core';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from '../main.js';
import { FABRIC, PAPER, type Kind } from './blocks.js';
import { buildCost, type BuildCost } from './build-cost.js';
import { report, type Results } from './report.js';
import { orderCost, searchCost } from './search-cost.js';
import { progress } from '../output.js';

/** Seed 002, tables 1 and 2. */
const AMOUNTS = [1e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7];
const SIZES = [100, 200, 500, 800, 1000, 1500, 2000, 5000];
/** Records over which building blocks of one size is measured. */
const RECORDS_A_SIZE = 200_000;
/** Records of a block while the amount grows: the paper's b5. */
const SIZE_OF_AMOUNTS = 1000;
const ORDERS = [MIN_ORDER, 8, 16, 32, 64, 128, MAX_ORDER];

/** Acceptance: what the trees of a block cost to build and keep, and what a search in them does. */
export const blockIndexBench: Bench = {
  summary:
    'FB+ and MB+ trees beside plain blocks: building, bytes, searching [--most RECORDS, default 10000000] [--minutes N for one amount, default 15] [--svg FILE, default block-index.svg]',
  run: async (args, signal) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        most: { type: 'string', default: '10000000' },
        minutes: { type: 'string', default: '15' },
        svg: { type: 'string', default: 'block-index.svg' },
      },
    });
    const [most, minutes] = [Number(values.most), Number(values.minutes)];
    if (!(most >= 1) || !(minutes > 0)) throw new Error('--most and --minutes must be numbers above 0');
    const folder = await mkdtemp(join(tmpdir(), 'cotrace-block-index-'));
    try {
      report(await measure(most, minutes, folder, signal), resolve(values.svg));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure(most: number, minutes: number, folder: string, signal: AbortSignal): Promise<Results> {
  const kinds = [FABRIC, PAPER];
  const bySize: BuildCost[] = [];
  for (const kind of kinds) {
    for (const size of SIZES) {
      progress(`${kind.name}: blocks of ${size} …`);
      bySize.push(await buildCost(kind, size, Math.min(most, RECORDS_A_SIZE), folder, signal));
    }
  }
  progress('searches …');
  const searches = kinds.flatMap((kind) => SIZES.map((size) => searchCost(kind, size)));
  const orders = ORDERS.map((order) => orderCost(FABRIC, order, SIZE_OF_AMOUNTS));
  const byAmount: BuildCost[] = [];
  const stops: string[] = [];
  for (const kind of kinds) {
    const { costs, stop } = await amounts(kind, most, minutes, folder, signal);
    byAmount.push(...costs);
    stops.push(`${kind.name}: ${stop}`);
  }
  return { bySize, byAmount, stops, searches, orders };
}

/** Ever more records, as far as time and `most` allow. */
async function amounts(
  kind: Kind,
  most: number,
  minutes: number,
  folder: string,
  signal: AbortSignal,
): Promise<{ readonly costs: BuildCost[]; readonly stop: string }> {
  const costs: BuildCost[] = [];
  let minutesARecord = 0;
  for (const amount of AMOUNTS) {
    const wanted = `${amount.toLocaleString('en')} records`;
    if (amount > most) return { costs, stop: `stopped before ${wanted}: --most` };
    const took = amount * minutesARecord;
    if (took > minutes)
      return {
        costs,
        stop: `stopped before ${wanted}: they would take ${took.toFixed(0)} minutes (--minutes)`,
      };
    progress(`${kind.name}: ${wanted} …`);
    const start = performance.now();
    costs.push(await buildCost(kind, SIZE_OF_AMOUNTS, amount, folder, signal));
    minutesARecord = (performance.now() - start) / 60_000 / amount;
  }
  return { costs, stop: 'all of them' };
}
