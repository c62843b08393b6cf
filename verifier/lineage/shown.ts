import type { Closure, ClosureParts } from './closure.js';
import { makes } from './edges.js';
import type { Entry } from './history.js';
import { eventsIn } from './in-container.js';
import { CERTAIN, why, type Why } from './reasons.js';
import type { Steps } from './steps-of-work.js';
import type { LineageQuestion } from './types.js';

/** An event of a lineage, as it is in one of the traces that have it. */
export interface ShownEntry {
  readonly entry: Entry;
  readonly why: Why;
}

const LOT_PART = why('LOT_PART');
const STRANGER = why('STRANGER');
const OTHER_ORGANISATION = why('OTHER_ORGANISATION');

/** The events of a layer by their keys, each with the reasons of all that shows it; in `certain` those without one. */
export function* eventsOf(
  closures: readonly Closure[],
  { traceId }: LineageQuestion,
  { history, pairs, work }: ClosureParts,
  layer: 'certain' | 'all',
): Steps<Map<string, ShownEntry>> {
  const shown = new Map<string, ShownEntry>();
  const show = (entry: Entry, more: Why): void => {
    const because = entry.why | more;
    if (layer === 'certain' && because !== CERTAIN) return;
    const known = shown.get(entry.key);
    // Of rows that differ the earliest, whichever trace is read first.
    const first = known === undefined || entry.time < known.entry.time ? entry : known.entry;
    shown.set(entry.key, { entry: first, why: (known?.why ?? CERTAIN) | because });
  };
  const each = function* (id: string, reasonOf: (entry: Entry) => Why | null): Steps<void> {
    for (const entry of history.trace(id).entries) {
      if (work.isDue()) yield;
      const because = reasonOf(entry);
      if (because !== null) show(entry, because);
    }
  };
  for (const { way, whole, loads, doubted, lots, processes, held: containers } of closures) {
    for (const id of whole)
      yield* each(id, (entry) => (id === traceId || hasRole(entry, PROCESS) ? CERTAIN : null));
    for (const id of loads)
      yield* each(id, ({ row: { roles } }) =>
        roles.includes('input') || roles.includes('output') ? CERTAIN : null,
      );
    for (const id of doubted) yield* each(id, (entry) => (hasRole(entry, PROCESS) ? STRANGER : null));
    for (const id of lots)
      yield* each(id, (entry) => {
        if (!hasRole(entry, ['lot'])) return null;
        return way === 'up' && makes(entry) ? CERTAIN : LOT_PART;
      });
    for (const [id, organisations] of processes)
      for (const organisation of organisations)
        yield* each(id, ({ row, place }) => {
          if (!row.roles.includes(sideOf(way))) return null;
          return organisation === null || organisation === place.organisation ? CERTAIN : OTHER_ORGANISATION;
        });
    for (const [id, held] of containers) {
      const inside = yield* eventsIn(history.trace(id), held, { pairs, work, certain: layer === 'certain' });
      yield* each(id, ({ key }) => inside.get(key) ?? null);
    }
  }
  return shown;
}

/** The events of a process that a lineage shows: those that give to it, or those that take from it. */
export function sideOf(way: Closure['way']): 'process-gives' | 'process-takes' {
  return way === 'up' ? 'process-gives' : 'process-takes';
}

const PROCESS = ['process', 'process-gives', 'process-takes'];

/** Whether the identifier has a role in the event besides those. */
function hasRole({ row }: Entry, besides: readonly string[]): boolean {
  return row.roles.some((role) => !besides.includes(role));
}
