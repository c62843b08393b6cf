import type { Budget } from './budget.js';
import type { Entry } from './history.js';
import { compare } from './order.js';
import type { Held } from './in-container.js';
import { CERTAIN, type Why } from './reasons.js';
import { push } from './record-facts.js';
import type { Spans } from './spans.js';
import type { Reached } from './types.js';

/** An identifier to be followed, and the way it was reached. */
export type Node =
  | { readonly kind: 'product'; readonly id: string; readonly times: Spans; readonly load: boolean }
  | { readonly kind: 'container'; readonly id: string; readonly held: Held }
  | { readonly kind: 'lot'; readonly id: string }
  | { readonly kind: 'process'; readonly id: string; readonly organisation: string | null };

/** What one layer reaches, round by round: the breadth-first walk of a lineage. */
export class Rounds {
  /** Each identifier with the ways it was reached and the reasons of the edges that lead to it. */
  readonly reached = new Map<string, { readonly as: Set<Reached>; why: Why }>();
  readonly lots = new Set<string>();
  /** Processes with the organisations from whose events they were reached; null is the question itself. */
  readonly processes = new Map<string, Set<string | null>>();
  readonly #budget: Budget;
  readonly #certain: boolean;
  /** Found in this round. */
  #edges: { readonly node: Node; readonly because: Why; readonly by: Entry | null }[] = [];

  constructor(budget: Budget, certain: boolean) {
    this.#budget = budget;
    this.#certain = certain;
  }

  /** What the last round led to, by identifier: which of it the limit leaves does not depend on the order of edges. */
  next(): Map<string, Node[]> {
    const edges = this.#edges.sort((a, b) => compare(a.node.id, b.node.id));
    this.#edges = [];
    const nodes = new Map<string, Node[]>();
    for (const { node, because, by } of edges) {
      if (!this.#budget.admits(node.id, by)) continue;
      const known = this.reached.get(node.id);
      if (known === undefined) this.reached.set(node.id, { as: new Set([node.kind]), why: because });
      else {
        known.as.add(node.kind);
        known.why |= because;
      }
      if (this.#isNew(node)) push(nodes, node.id, node);
    }
    return nodes;
  }

  /** In `certain` only along edges without a reason. `by` is the event that leads there, where it is one. */
  reach(node: Node, because: Why, by: Entry | null): void {
    if (!this.#certain || because === CERTAIN) this.#edges.push({ node, because, by });
  }

  #isNew(node: Node): boolean {
    switch (node.kind) {
      case 'lot':
        return added(this.lots, node.id);
      case 'process': {
        const from = this.processes.get(node.id) ?? new Set();
        this.processes.set(node.id, from);
        return added(from, node.organisation);
      }
      // What is new of the times is found where it is visited.
      case 'product':
      case 'container':
        return true;
    }
  }
}

/** Adds to the set, and says whether it was not there. */
export function added<Value>(set: Set<Value>, value: Value): boolean {
  if (set.has(value)) return false;
  set.add(value);
  return true;
}
