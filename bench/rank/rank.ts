import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from '../main.js';
import { ages } from './ages.js';
import { curve } from './curve.js';
import { BenchDomain } from './domain.js';
import { runCycle, type CycleRow } from './history.js';
import { memory } from './memory.js';
import { rebuild, type RebuildCost } from './rebuild.js';
import { fetchWhole, repairs } from './repair.js';
import { report, type Results } from './report.js';
import { PAPER, Random, type Setting } from './workload.js';
import { progress } from '../output.js';

/** Rebuilding takes long: it is measured every so many cycles. */
const REBUILT_EVERY = 5;

/** Entries of a domain whose tree's memory is measured. */
const AMOUNTS = [1e5, 1e6, 1e7];

/** Acceptance: what the digest of a domain's state costs per cycle, and what finding and repairing damage does. */
export const rankBench: Bench = {
  summary:
    'digest of the rank tree, incremental and rebuilt, and repair, in the setting of seed 001, and its memory [--creating N, default 20] [--updating N, default 40] [--ages CYCLES,…, default 10,20,50,100] [--most ENTRIES for memory, default 10000000] [--svg FILE, default rank.svg]',
  run: async (args, signal) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        creating: { type: 'string', default: String(PAPER.creating) },
        updating: { type: 'string', default: String(PAPER.updating) },
        ages: { type: 'string', default: '10,20,50,100' },
        most: { type: 'string', default: '10000000' },
        svg: { type: 'string', default: 'rank.svg' },
      },
    });
    const setting = { ...PAPER, creating: Number(values.creating), updating: Number(values.updating) };
    if (!Number.isInteger(setting.creating) || setting.creating < 1 || !(setting.updating >= 0))
      throw new Error('--creating must be a whole number from 1 on, --updating from 0 on');
    const past = values.ages.split(',').map(Number);
    if (past.some((cycles, i) => !Number.isInteger(cycles) || cycles <= (past[i - 1] ?? 0)))
      throw new Error('--ages must be rising whole numbers from 1 on, with commas between');
    const most = Number(values.most);
    if (!(most >= 0)) throw new Error('--most must be a number from 0 on');
    const folder = await mkdtemp(join(tmpdir(), 'cotrace-rank-'));
    try {
      const amounts = AMOUNTS.filter((amount) => amount <= most);
      const costs = await memory(amounts, join(folder, 'memory'), signal);
      progress('folds by the number of past cycles …');
      const aged = await ages(join(folder, 'ages'), setting, past, signal);
      report({ ...(await measure(setting, folder, signal)), memory: costs, ages: aged }, resolve(values.svg));
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure(
  setting: Setting,
  folder: string,
  signal: AbortSignal,
): Promise<Omit<Results, 'memory' | 'ages'>> {
  const { blocks } = setting;
  const folders = Array.from({ length: setting.domains }, (_, d) => join(folder, `domain${d}`));
  const domains = await Promise.all(folders.map((place) => BenchDomain.open(place, blocks)));
  const random = new Random(1);
  const cycles: CycleRow[] = [];
  const rebuilt = new Map<number, RebuildCost>();
  const run = async (to: number) => {
    while (cycles.length < to) {
      signal.throwIfAborted();
      const row = await runCycle(domains, setting, cycles.length + 1, random);
      cycles.push(row);
      progress(`cycle ${row.cycle}: ${row.entries} entries`);
      const [first] = domains;
      if (first === undefined || (row.cycle % REBUILT_EVERY !== 0 && row.cycle !== to)) continue;
      rebuilt.set(row.cycle, await rebuild(first, blocks));
    }
  };
  try {
    await run(setting.creating);
    const [first] = domains;
    const [place] = folders;
    const base = rebuilt.get(setting.creating);
    if (first === undefined || place === undefined || base === undefined)
      throw new Error('there is no domain');
    // Copies are made of it.
    await first.store.close();
    progress('the curve …');
    const points = await curve(first, place, setting);
    signal.throwIfAborted();
    progress('repairs …');
    const costs = await repairs(first, place);
    const whole = await fetchWhole(first, place, blocks);
    domains[0] = await first.copyIn(place);
    await run(setting.creating + setting.updating);
    return { setting, cycles, rebuilt, curve: points, base, repairs: costs, whole };
  } finally {
    for (const { store } of domains) await store.close();
  }
}
