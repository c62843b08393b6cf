import { caughtUp, type BenchNetwork } from './bench-network.js';
import type { LoadResult } from './capture-load.js';
import { canWatch, usageOf } from './process-usage.js';

/** What one load cost. */
export interface Figures {
  readonly inFlight: number;
  readonly records: number;
  readonly seconds: number;
  readonly txPerSecond: number;
  /** Latency in milliseconds. */
  readonly p50: number;
  readonly p95: number;
  /** Milliseconds of CPU per record, by process; null where the system does not tell. */
  readonly cpu: Readonly<Record<string, number>> | null;
  readonly cpuTotal: number | null;
}

/** Runs a load and takes its figures; what the nodes still have to do for its records counts as well. */
export async function timed<L extends Omit<LoadResult, 'byDomain'>>(
  network: BenchNetwork,
  inFlight: number,
  run: () => Promise<L>,
): Promise<{ readonly load: L; readonly figures: Figures }> {
  const before = usageOf(network.processes);
  const load = await run();
  await caughtUp(network);
  const after = usageOf(network.processes);
  const cpu = Object.fromEntries(
    [...after].map(([name, { cpu: end }]) => [
      name,
      ((end - (before.get(name)?.cpu ?? 0)) * 1000) / load.records,
    ]),
  );
  const sorted = [...load.latencies].sort((a, b) => a - b);
  const figures = {
    inFlight,
    records: load.records,
    seconds: load.seconds,
    txPerSecond: load.records / load.seconds,
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    cpu: canWatch ? cpu : null,
    cpuTotal: canWatch ? Object.values(cpu).reduce((sum, value) => sum + value, 0) : null,
  };
  return { load, figures };
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}
