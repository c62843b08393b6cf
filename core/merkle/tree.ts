import { MalformedError } from '../errors.js';
import { sha256 } from '../hash.js';
import { checkTreeSize, leafHash, MAX_TREE_SIZE, nodeHash } from './hashing.js';
import { checkIndices, multiproofPlaces } from './siblings.js';

/**
 * The Merkle tree of RFC 6962, section 2.1, kept whole so that any of its leaves can be proven: a node
 * without a sibling moves up unchanged, the root of the empty tree is `H("")`. A root does not bind the
 * number of leaves: store and send `size` beside it.
 */
export class MerkleTree {
  readonly size: number;
  readonly root: Uint8Array;
  readonly #levels: readonly (readonly Uint8Array[])[];

  /**
   * `leaves` are the leaves' data (at most 2^32−1, whose first byte names the kind of leaf, by the
   * formats); they are hashed, not kept. Throws `BAD_TREE_SIZE`.
   */
  constructor(leaves: readonly Uint8Array[]) {
    if (leaves.length > MAX_TREE_SIZE) checkTreeSize(leaves.length);
    this.size = leaves.length;
    let level = leaves.map(leafHash);
    const levels = [level];
    while (level.length > 1) {
      level = parentsOf(level);
      levels.push(level);
    }
    this.#levels = levels;
    this.root = level[0] ?? sha256();
  }

  /** The hash of the node at `level` (0: leaves) and `position`, or null where there is none. */
  node(level: number, position: number): Uint8Array | null {
    return this.#levels[level]?.[position] ?? null;
  }

  /**
   * The sibling hashes from the leaf `index` (0…size−1) to the root, leaf end first (RFC 6962, section
   * 2.1.1). Throws `NO_LEAVES` on an empty tree's, `BAD_LEAF_INDEX`.
   */
  inclusionProof(index: number): Uint8Array[] {
    return this.multiproof([index]);
  }

  /**
   * The hashes that, with the leaves at `indices` (strictly increasing, at least one, below size),
   * determine the root: level by level from the leaves, left to right, without positions.
   * Throws `BAD_TREE_SIZE`, `NO_LEAVES`, `BAD_LEAF_INDEX`.
   */
  multiproof(indices: readonly number[]): Uint8Array[] {
    checkIndices(this.size, indices);
    return multiproofPlaces(this.size, indices).map(({ level, position }) => {
      const hash = this.node(level, position);
      if (hash === null) throw new MalformedError('BAD_LEAF_INDEX', 'no such node', { level, position });
      return hash;
    });
  }
}

/** Root of the tree over `leaves` (their data). Throws `BAD_TREE_SIZE` above 2^32−1 leaves. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return new MerkleTree(leaves).root;
}

function parentsOf(level: readonly Uint8Array[]): Uint8Array[] {
  const parents: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const [left, right] = [level[i], level[i + 1]];
    if (left !== undefined) parents.push(right === undefined ? left : nodeHash(left, right));
  }
  return parents;
}
