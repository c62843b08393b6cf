/** A tree of a trace's events. */
export interface TreeName {
  readonly traceId: string;
  /** Empty: the tree that organisations share. */
  readonly mspId: string;
}

/**
 * Which trees of events a proof shows, where all would be more than it can, in events or in bytes: of the organisation that
 * has most the largest are left out, until the rest fits. So nobody can crowd out the events of others: a member that marks a rival's
 * lot 100,000 times is left out itself. What is left out stays so, and the head says how many events that are.
 */
export class TreeShares {
  readonly #most: number;
  readonly #left = new Set<string>();
  /** By organisation, of each trace how much is shown. */
  readonly #shown = new Map<string, Map<string, number>>();
  #total = 0;

  /** `most`: what fits, at least 1. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many trees were left out. */
  get left(): number {
    return this.#left.size;
  }

  isLeft(tree: TreeName): boolean {
    return this.#left.has(keyOf(tree));
  }

  /** Makes room for a tree of that size; returns the trees that are left out for it, perhaps itself. */
  take(tree: TreeName, size: number): TreeName[] {
    if (this.isLeft(tree)) return [];
    this.#set(tree, size);
    const left: TreeName[] = [];
    while (this.#total > this.#most) {
      const largest = this.#largest(tree);
      this.#set(largest, 0);
      this.#left.add(keyOf(largest));
      left.push(largest);
    }
    return left;
  }

  /**
   * The largest tree of the organisation that has most. The one that is being read goes before another, unless that is
   * eight times as large: otherwise trees that get smaller would each be read for nothing.
   */
  #largest(fresh: TreeName): TreeName {
    const sums = [...this.#shown].map(([mspId, trees]) => ({ mspId, sum: sumOf(trees) }));
    const { mspId } = sums.reduce((a, b) => (b.sum > a.sum ? b : a));
    const trees = this.#shown.get(mspId) ?? new Map<string, number>();
    const [traceId, count] = [...trees].reduce((a, b) => (b[1] > a[1] ? b : a));
    const own = fresh.mspId === mspId ? (trees.get(fresh.traceId) ?? 0) : 0;
    return own > 0 && count < 8 * own ? fresh : { traceId, mspId };
  }

  #set({ traceId, mspId }: TreeName, count: number): void {
    const trees = this.#shown.get(mspId) ?? new Map<string, number>();
    this.#shown.set(mspId, trees);
    this.#total += count - (trees.get(traceId) ?? 0);
    if (count === 0) trees.delete(traceId);
    else trees.set(traceId, count);
  }
}

function sumOf(trees: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of trees.values()) sum += count;
  return sum;
}

function keyOf({ traceId, mspId }: TreeName): string {
  return JSON.stringify([traceId, mspId]);
}
