import type { RowRole, TraceRef } from '@cotrace/core';
import type { ShownRecord } from './types.js';

/** What is asked of a record again and again, worked out once: a record is in the trace of all its identifiers. */
export interface RecordFacts {
  readonly entriesOf: ReadonlyMap<string, readonly TraceRef[]>;
  readonly idsIn: (role: TraceRef['role']) => readonly string[];
  /** Those of which a lot is named, by the lot. */
  readonly idsOfLot: ReadonlyMap<string, readonly string[]>;
  /** The parent of an aggregation, association or the like; null where there is none. */
  readonly parent: string | null;
  /** Equal for two records exactly where they tell the same, whoever recorded them. */
  readonly telling: string;
  /** Every (id, role, lot). */
  readonly named: ReadonlySet<string>;
}

const known = new WeakMap<ShownRecord, RecordFacts>();

export function factsOf(record: ShownRecord): RecordFacts {
  const before = known.get(record);
  if (before !== undefined) return before;
  const facts = workOut(record);
  known.set(record, facts);
  return facts;
}

function workOut(record: ShownRecord): RecordFacts {
  const entriesOf = new Map<string, TraceRef[]>();
  const byRole = new Map<string, Set<string>>();
  const idsOfLot = new Map<string, string[]>();
  for (const entry of record.traces) {
    push(entriesOf, entry.id, entry);
    if (entry.lot !== null) push(idsOfLot, entry.lot, entry.id);
    const ids = byRole.get(entry.role) ?? new Set();
    byRole.set(entry.role, ids.add(entry.id));
  }
  const lists = new Map([...byRole].map(([role, ids]) => [role, [...ids].sort()]));
  let telling: string | null = null;
  let named: ReadonlySet<string> | null = null;
  return {
    entriesOf,
    idsIn: (role) => lists.get(role) ?? [],
    idsOfLot,
    parent: lists.get('parent')?.[0] ?? null,
    get telling() {
      telling ??= tellingOf(record);
      return telling;
    },
    get named() {
      named ??= new Set(record.traces.map(({ id, role, lot }) => JSON.stringify([id, role, lot])));
      return named;
    },
  };
}

function tellingOf({ event, time, step, bond, change, traces }: ShownRecord): string {
  const entries = traces.map(({ id, role, lot, amounts }) =>
    JSON.stringify([id, role, lot, amountsText(amounts)]),
  );
  return JSON.stringify([event, time, step, bond, change, entries.sort()]);
}

/** The same text for the same quantities in any order. */
export function amountsText(amounts: TraceRef['amounts']): string {
  return JSON.stringify((amounts ?? []).map(({ value, unit }) => JSON.stringify([value, unit])).sort());
}

/** The roles that the row of `id` has for a record, sorted. */
export function rolesIn(id: string, record: ShownRecord): RowRole[] {
  const { entriesOf, idsIn } = factsOf(record);
  const roles = (entriesOf.get(id) ?? []).flatMap(({ role }): RowRole[] => {
    if (role !== 'process') return [role];
    const gives: RowRole[] = idsIn('input').length > 0 ? ['process-gives'] : [];
    const takes: RowRole[] = idsIn('output').length > 0 ? ['process-takes'] : [];
    return gives.length + takes.length === 0 ? [role] : [...gives, ...takes];
  });
  return [...new Set(roles)].sort();
}

/** The parent that the row of `id` has for a record: where `id` is a child. */
export function parentOf(id: string, record: ShownRecord): string | null {
  const { entriesOf, parent } = factsOf(record);
  return (entriesOf.get(id) ?? []).some(({ role }) => role === 'child') ? parent : null;
}

/** Puts `value` behind the others of `key`. */
export function push<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
