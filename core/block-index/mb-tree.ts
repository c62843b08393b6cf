import { leafHash } from '../merkle/hashing.js';
import type { IndexEntry } from './entry.js';
import { checkRange, type KeyRange } from './key-range.js';
import { MB_TAG } from './layout.js';
import { mbRoot } from './mb-root.js';
import { badNode, type Inner, Leaf } from './node.js';
import { encodeMbProof } from './proof.js';
import { firstItem, leavesAround, runsAbove } from './shape.js';
import { BlockTree } from './tree.js';

/**
 * The MB+ tree of a block (seed 002, section 4.2): an FB+ tree whose inner nodes hold the hashes of their children,
 * so that what a search finds, and that there is no more of it, can be proven against `root`. It works in the bytes
 * that `buildMbTree` made, which are kept, not copied.
 */
export class MbTree {
  readonly order: number;
  /** Number of entries. */
  readonly count: number;
  /** 32 bytes; binds every entry, their number and the order. */
  readonly root: Uint8Array;
  readonly #tree: BlockTree;

  /** Throws `BAD_TAG`, `TRUNCATED`, `TRAILING_BYTES`, `BAD_ORDER`, `BAD_ENTRY_COUNT`, `BAD_INDEX_NODE`. */
  constructor(bytes: Uint8Array) {
    this.#tree = new BlockTree(bytes, MB_TAG, true);
    this.order = this.#tree.order;
    this.count = this.#tree.shape.count;
    const top = this.count === 0 ? null : leafHash(this.#tree.topNode().bytes);
    this.root = mbRoot(this.order, this.count, top);
  }

  /** As `FbTree.search`. */
  search(range: KeyRange): IndexEntry[] {
    return this.#tree.search(range);
  }

  /**
   * The proof of all that is in `range`, for `verifyMbProof`: of one TraceID's presence, or of its absence by its
   * neighbours, or of a range in full. It holds the nodes on the ways to the entries in range and to one entry on
   * either side. Throws `BAD_RANGE`, `BAD_INDEX_NODE`.
   */
  prove(range: KeyRange): Uint8Array {
    checkRange(range);
    const { order } = this;
    const { shape } = this.#tree;
    const leaves = leavesAround(shape, this.#tree.positionOf(range.from), this.#tree.positionOf(range.to));
    if (leaves === null) return encodeMbProof({ order, shape, leaves, nodes: [] });
    const runs = runsAbove(shape, leaves);
    let level: (Leaf | Inner)[] = [this.#tree.topNode()];
    const nodes = [level.map(({ bytes }) => bytes)];
    for (let depth = shape.levels.length - 1; depth > 0; depth--) {
      const above = runs[depth];
      const run = runs[depth - 1];
      if (above === undefined || run === undefined) throw badNode('does not lead to a leaf');
      level = level.flatMap((node, i) => this.#children(node, above.first + i, depth, run.first, run.last));
      nodes.unshift(level.map(({ bytes }) => bytes));
    }
    return encodeMbProof({ order, shape, leaves, nodes });
  }

  /** The children of node `index` of level `depth` that are among the nodes `first` to `last` of their level. */
  #children(node: Leaf | Inner, index: number, depth: number, first: number, last: number): (Leaf | Inner)[] {
    if (node instanceof Leaf) throw badNode('is a leaf above leaves');
    const { levels } = this.#tree.shape;
    const from = firstItem(index, levels[depth] ?? 0, levels[depth - 1] ?? 0);
    const children: (Leaf | Inner)[] = [];
    for (let item = Math.max(first - from, 0); item < node.count && from + item <= last; item++) {
      const pointer = node.pointer(item);
      children.push(depth === 1 ? this.#tree.leafAt(pointer) : this.#tree.innerAt(pointer));
    }
    return children;
  }
}
