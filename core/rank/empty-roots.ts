import { leafHash, nodeHash } from '../merkle/hashing.js';

/** Roots of Merkle trees whose leaves are all the same empty one (docs/formats.md, Rank B+ tree). */
export class EmptyRoots {
  /** By level: the root over 2^level leaves, for levels 0…31. */
  readonly #perfect: readonly Uint8Array[];

  /** `leaf`: the data of the empty leaf. */
  constructor(leaf: Uint8Array) {
    let root = leafHash(leaf);
    this.#perfect = Array.from(
      { length: 32 },
      (_, level) => (root = level === 0 ? root : nodeHash(root, root)),
    );
  }

  /** The root over `leaves` empty ones, 1…2^32−1. No hash is made where that is a power of two, else at most 31. */
  over(leaves: number): Uint8Array {
    const level = Math.floor(Math.log2(leaves));
    const left = this.#perfect[level] ?? new Uint8Array();
    return 2 ** level === leaves ? left : nodeHash(left, this.over(leaves - 2 ** level));
  }
}
