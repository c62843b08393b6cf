import type { ViewedRecord } from './record-view.js';

/** Which way a lineage goes from an identifier: to what it was made of, or to what it went into. */
export type Direction = 'none' | 'up' | 'down';

/** How an identifier came into a lineage: as a product, or as what a product travelled in. */
type Reached = 'product' | 'container';

/** The identifiers of a lineage and how each was reached, in the order of discovery. */
export class Lineage {
  readonly #direction: Direction;
  readonly #reached = new Map<string, Reached>();
  readonly #followed = new Map<ViewedRecord, Set<string>>();
  readonly #queue: string[] = [];
  #visited = 0;

  constructor(traceId: string, direction: Direction) {
    this.#direction = direction;
    this.#reach(traceId, 'product');
  }

  /** The next identifier whose records are wanted, each once; null when the lineage is complete. */
  next(): string | null {
    return this.#queue[this.#visited++] ?? null;
  }

  /** All identifiers so far. */
  identifiers(): string[] {
    return [...this.#reached.keys()];
  }

  /**
   * Takes the records of `id` and follows their roles (docs/formats.md, Lineage): up from an output to the inputs,
   * down from an input to the outputs; from a child to the parent it travelled in; from a parent that was asked for
   * itself to its children, never from a container to what else it held.
   */
  visit(id: string, records: readonly ViewedRecord[]): void {
    if (this.#direction === 'none') return;
    const reached = this.#reached.get(id);
    for (const record of records) {
      const roles = rolesIn(record).get(id) ?? NO_ROLES;
      if (roles.has('child')) this.#follow(record, 'parent', 'container');
      if (reached === 'container') continue;
      if (roles.has('parent')) this.#follow(record, 'child', 'product');
      if (this.#direction === 'up' && roles.has('output')) this.#follow(record, 'input', 'product');
      if (this.#direction === 'down' && roles.has('input')) this.#follow(record, 'output', 'product');
    }
  }

  /** Once a record and role: a record of a thousand children would else be gone through for each of them. */
  #follow(record: ViewedRecord, role: string, as: Reached): void {
    const followed = this.#followed.get(record) ?? new Set();
    if (followed.has(role)) return;
    this.#followed.set(record, followed.add(role));
    for (const trace of record.traces) if (trace.role === role) this.#reach(trace.id, as);
  }

  #reach(id: string, as: Reached): void {
    const before = this.#reached.get(id);
    if (before === 'product' || before === as) return;
    this.#reached.set(id, as);
    this.#queue.push(id);
  }
}

const NO_ROLES: ReadonlySet<string> = new Set();
const rolesByRecord = new WeakMap<ViewedRecord, ReadonlyMap<string, ReadonlySet<string>>>();

/** The roles of every identifier of a record, worked out once. */
function rolesIn(record: ViewedRecord): ReadonlyMap<string, ReadonlySet<string>> {
  const known = rolesByRecord.get(record);
  if (known !== undefined) return known;
  const roles = new Map<string, Set<string>>();
  for (const { id, role } of record.traces) roles.set(id, (roles.get(id) ?? new Set()).add(role));
  rolesByRecord.set(record, roles);
  return roles;
}

/** Roles in which an identifier appears before it is used up: without one of them, nothing tells where it is from. */
const ORIGIN_ROLES: ReadonlySet<string> = new Set(['subject', 'output', 'parent', 'child']);

/** Whether no record tells where an identifier came from. */
export function lacksOrigin(id: string, records: readonly ViewedRecord[]): boolean {
  return !records.some((record) => {
    const roles = rolesIn(record).get(id) ?? NO_ROLES;
    return [...roles].some((role) => ORIGIN_ROLES.has(role));
  });
}
