import type { Connections } from '../client/connections.js';
import { listCycles, type CycleRow } from '../client/list-cycles.js';
import { nodeRows } from '../client/node-rows.js';
import { pauseFor } from '../node/retry.js';
import { CYCLE_LOOK_MS, CYCLE_MS } from './limits.js';

/** How the first cycle of a network stands. */
export interface FirstCycle {
  readonly cycle: CycleRow;
  /** Business nodes whose state was what was sealed, and all. */
  readonly consistent: number;
  readonly nodes: number;
}

/**
 * The first cycle once it is sealed and every business node has compared its state with it, or as it stands after `CYCLE_MS`; null
 * where it has not ended.
 */
export async function firstCycle(connections: Connections, signal: AbortSignal): Promise<FirstCycle | null> {
  const until = Date.now() + CYCLE_MS;
  for (;;) {
    const { cycles } = await listCycles(connections, { cycle: 1n });
    const [cycle] = cycles;
    if (cycle === undefined) return null;
    const business = (await nodeRows(connections)).filter(({ role }) => role === 'business');
    const consistent = business.filter(({ consistentUpTo }) => (consistentUpTo ?? 0n) > 0n).length;
    const isDone = cycle.sealedMs !== null && consistent === business.length;
    if (isDone || signal.aborted || Date.now() > until) return { cycle, consistent, nodes: business.length };
    await pauseFor(CYCLE_LOOK_MS, signal);
  }
}
