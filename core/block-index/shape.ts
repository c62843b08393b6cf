/**
 * The shape of a bulk-built tree follows from its order and its number of entries alone: as few nodes a level as fit,
 * items spread over them evenly, so that every node but the top is at least half full.
 */
export interface Shape {
  /** Number of entries. */
  readonly count: number;
  /** Number of nodes by level, leaves first, the top node last; empty for a tree without entries. */
  readonly levels: readonly number[];
}

/** Consecutive nodes of a level, both ends included. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

/**
 * The shape of a tree of `count` entries (0…2^24−1) and `order` (4…256): at most order − 1 entries a leaf and order
 * children an inner node (seed 002, section 5.1.1).
 */
export function shapeOf(count: number, order: number): Shape {
  const levels: number[] = [];
  if (count > 0) {
    let nodes = Math.ceil(count / (order - 1));
    levels.push(nodes);
    while (nodes > 1) {
      nodes = Math.ceil(nodes / order);
      levels.push(nodes);
    }
  }
  return { count, levels };
}

/** The first of `items` that node `node` of `nodes` holds; that of node `nodes` is `items`. */
export function firstItem(node: number, nodes: number, items: number): number {
  return Math.floor((node * items) / nodes);
}

/** The node, of `nodes`, that holds item `item` of `items`. */
export function nodeOfItem(item: number, nodes: number, items: number): number {
  return Math.floor(((item + 1) * nodes - 1) / items);
}

/** Number of items below the nodes of `level`: entries below leaves, nodes of the level beneath elsewhere. */
export function itemsBelow({ count, levels }: Shape, level: number): number {
  return level === 0 ? count : (levels[level - 1] ?? 0);
}

/**
 * The leaves that show which entries are at the positions `from` (first in range) to `to` (first behind it, both
 * 0…count, from ≤ to), and which are their neighbours. Null for a tree without entries.
 */
export function leavesAround({ count, levels }: Shape, from: number, to: number): Run | null {
  const leaves = levels[0];
  if (leaves === undefined) return null;
  return {
    first: nodeOfItem(Math.max(from - 1, 0), leaves, count),
    last: nodeOfItem(Math.min(to, count - 1), leaves, count),
  };
}

/** The nodes on the ways from the top to the leaves of `run`, by level, leaves first. */
export function runsAbove({ levels }: Shape, run: Run): Run[] {
  const runs: Run[] = [];
  let below = run;
  levels.forEach((nodes, level) => {
    const items = levels[level - 1];
    if (items !== undefined) {
      below = { first: nodeOfItem(below.first, nodes, items), last: nodeOfItem(below.last, nodes, items) };
    }
    runs.push(below);
  });
  return runs;
}
