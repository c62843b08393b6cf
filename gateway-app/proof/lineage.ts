import type { ViewedRecord } from './record-view.js';

/** Which way a lineage goes from an identifier: to what it was made of, or to what it went into. */
export type Direction = 'none' | 'up' | 'down';

/** How an identifier came into a lineage: as a product, or as what a product travelled in. */
type Reached = 'product' | 'container';

/** The identifiers of a lineage and how each was reached, in the order of discovery. */
export class Lineage {
  readonly #direction: Direction;
  readonly #reached = new Map<string, Reached>();
  readonly #queue: string[] = [];

  constructor(traceId: string, direction: Direction) {
    this.#direction = direction;
    this.#reach(traceId, 'product');
  }

  /** The next identifier whose records are wanted, each once; undefined when the lineage is complete. */
  next(): string | undefined {
    return this.#queue.shift();
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
    for (const { traces } of records) {
      const roles = new Set(traces.filter((trace) => trace.id === id).map(({ role }) => role));
      const follow = (role: string, as: Reached) => {
        for (const trace of traces) if (trace.role === role) this.#reach(trace.id, as);
      };
      if (roles.has('child')) follow('parent', 'container');
      if (reached === 'container') continue;
      if (roles.has('parent')) follow('child', 'product');
      if (this.#direction === 'up' && roles.has('output')) follow('input', 'product');
      if (this.#direction === 'down' && roles.has('input')) follow('output', 'product');
    }
  }

  #reach(id: string, as: Reached): void {
    const before = this.#reached.get(id);
    if (before === 'product' || before === as) return;
    this.#reached.set(id, as);
    this.#queue.push(id);
  }
}

/** Roles in which an identifier appears before it is used up: without one of them, nothing tells where it is from. */
const ORIGIN_ROLES: ReadonlySet<string> = new Set(['subject', 'output', 'parent', 'child']);

/** Whether no record tells where an identifier came from. */
export function lacksOrigin(id: string, records: readonly ViewedRecord[]): boolean {
  return !records.some(({ traces }) =>
    traces.some((trace) => trace.id === id && ORIGIN_ROLES.has(trace.role)),
  );
}
