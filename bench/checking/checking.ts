import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inFolder } from '../ledger/in-folder.js';
import type { Bench } from '../main.js';
import { progress } from '../output.js';
import { ages, type AgeCost } from '../rank/ages.js';
import { PAPER } from '../rank/workload.js';
import { measureHeights } from '../storage/heights.js';
import { measureEnds } from './ends.js';
import { measureNetworks } from './network.js';
import { report } from './report.js';

const PARTS = ['ends', 'cycles', 'folds', 'network'] as const;
/** Blocks of the ledger with and without cycles; the second height is above their number, so that none ends. */
const CYCLE_BLOCKS = 512;
const CYCLE_HEIGHTS = [16, 100_000];
const NETWORK = { height: 8, records: 1000, rounds: 2 };

/** Acceptance: what checking cycles cost masters, business nodes and the network. */
export const checkingBench: Bench = {
  summary: `what checking cycles cost: the block that ends one, a cycle in a master and business nodes, a fold by past cycles, sealing on the embedded network [--only ${PARTS.join(',')}] [--domains N, default 100] [--height c, default ${PAPER.blocks}] [--ages N,N,…, default 10,100] [--ledger FOLDER: ledgers are kept there, and taken from there]`,
  run: async (args, signal) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', default: PARTS.join(',') },
        domains: { type: 'string', default: '100' },
        height: { type: 'string', default: String(PAPER.blocks) },
        ages: { type: 'string', default: '10,100' },
        ledger: { type: 'string' },
      },
    });
    const wanted = new Set(values.only.split(','));
    const setting = { domains: whole(values.domains), height: whole(values.height) };
    const past = values.ages.split(',').map(whole);
    await inFolder(values.ledger ?? null, signal, async (folder) => {
      const ends = wanted.has('ends') ? await measureEnds(folder, setting, signal) : null;
      const cycles = wanted.has('cycles')
        ? await measureHeights(folder, CYCLE_HEIGHTS, CYCLE_BLOCKS, signal)
        : [];
      if (wanted.has('folds')) progress('folds …');
      const folds = wanted.has('folds') ? await measureFolds(folder, past, signal) : [];
      const { height, records, rounds } = NETWORK;
      const networks = wanted.has('network') ? await measureNetworks(height, records, rounds, signal) : [];
      report({ ends, cycles, folds, networks });
    });
  },
};

/** By the number of past cycles, and after the fewest of them with as many keys as after the most: what the domain's size costs. */
async function measureFolds(
  folder: string,
  past: readonly number[],
  signal: AbortSignal,
): Promise<AgeCost[]> {
  const [fewest, most] = [Math.min(...past), Math.max(...past)];
  const asMany = { ...PAPER, perBlock: Math.round((PAPER.perBlock * most) / fewest) };
  return [
    ...(await ages(join(folder, 'ages'), PAPER, past, signal)),
    ...(await ages(join(folder, 'ages-as-many'), asMany, [fewest], signal)),
  ];
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${text} is not a whole number from 1 on`);
  return value;
}
