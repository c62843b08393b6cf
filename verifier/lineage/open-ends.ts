import type { Closure } from './closure.js';
import type { Entry, History } from './history.js';
import type { ShownEntry } from './shown.js';
import type { LineageQuestion, OpenEnd } from './types.js';

/** What the lineage needs and is not shown (docs/formats.md, Lineage: what must be shown), by identifier. */
export function openEnds(
  closure: Closure,
  events: ReadonlyMap<string, ShownEntry>,
  { direction }: LineageQuestion,
  history: History,
): OpenEnd[] {
  const ids = new Set([...closure.reached.keys(), ...closure.consulted]);
  const side = direction === 'up' ? 'process-gives' : 'process-takes';
  return [...ids].sort().flatMap((traceId): OpenEnd[] => {
    if (!history.has(traceId)) return [{ traceId, missing: 'trace', events: 0 }];
    const { entries, unseen, undeclared } = history.trace(traceId);
    const isProduct = closure.whole.has(traceId) || closure.loads.has(traceId);
    const isLot = closure.lots.has(traceId);
    const isProcess = closure.processes.has(traceId);
    const needed = ({ key, row: { roles } }: Entry): boolean =>
      isProduct ||
      (closure.held.has(traceId) && events.has(key)) ||
      (isLot && roles.some((role) => role !== 'lot')) ||
      (isProcess && roles.includes(side));
    const bare = entries.filter((entry) => entry.record === null && needed(entry)).length;
    const missing = unseen + undeclared + bare;
    return missing === 0 ? [] : [{ traceId, missing: 'events', events: missing }];
  });
}
