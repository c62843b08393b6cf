import type { Shape } from '../shape/index.js';
import { identify } from '../trace-id/trace-id.js';
import { isLotOf } from '../trace-id/lots.js';
import type { ClientRecord } from './record.js';

/** A record and the shapes that its members were read from. */
export interface ReadRecord {
  readonly record: ClientRecord;
  readonly root: Shape;
  /** Of `record.traces`, one each. */
  readonly entries: readonly Shape[];
}

/** Refuses a containment that its roles do not fit: what lineages rest on must be said in one way. */
export function checkContainment({ record, root, entries }: ReadRecord): void {
  const { bond, change, traces } = record;
  const parents = entries.filter((_, i) => traces[i]?.role === 'parent');
  const hasChild = traces.some(({ role }) => role === 'child');
  if (parents.length > 1) parents[1]?.fail('is a second parent; a record has one at most');
  if (bond === null) {
    if (parents.length > 0 || hasChild) root.at('bond').wrong('a bond where a trace is parent or child');
    if (change === 'empty') root.at('change').wrong('null, add, see or remove where the record has no bond');
    return;
  }
  if (parents.length === 0 && !hasChild) root.at('bond').wrong('null where no trace is parent or child');
  if (change === null) root.at('change').wrong('what the event did, where a trace is parent or child');
  if (bond === 'other' && change !== 'see') root.at('change').wrong('see where the bond is other');
  if (change === 'empty' && (parents.length === 0 || hasChild)) {
    root.at('change').wrong('remove where a child is named, or no parent is');
  }
}

/** Refuses lots that the record does not name for themselves, or that are not of the product that they are beside. */
export function checkLots({ record: { traces }, entries }: ReadRecord): void {
  const ids = new Set(traces.map(({ id }) => id));
  for (const [i, { id, role, lot }] of traces.entries()) {
    if (role === 'lot' && identify(id).nature !== 'lot')
      entries[i]?.at('id').wrong('a lot, as its role says');
    if (lot === null) continue;
    if (!isLotOf(lot, id)) entries[i]?.at('lot').wrong('null, or a lot of the product that the id is of');
    if (!ids.has(lot)) entries[i]?.at('lot').wrong('named in record.traces for itself as well');
  }
}
