import { equalBytes, toHex } from '../bytes/bytes.js';
import { MalformedError } from '../errors.js';
import { checkHashes, nodeHash } from './hashing.js';
import { checkIndices, multiproofPlaces } from './siblings.js';

/** A claim that one leaf is at `index` of a tree of `size` leaves. Everything in it is the prover's word. */
export interface InclusionClaim {
  /** Place of the leaf, 0…size−1. */
  readonly index: number;
  /** Number of leaves of the tree, 1…2^32−1; it must come from where the root comes from. */
  readonly size: number;
  /** `leafHash` of the leaf's data, 32 bytes. */
  readonly leafHash: Uint8Array;
  /** Sibling hashes from the leaf to the root, 32 bytes each. */
  readonly proof: readonly Uint8Array[];
}

/** A claim that several leaves are in a tree of `size` leaves. Everything in it is the prover's word. */
export interface MultiproofClaim {
  /** Number of leaves of the tree, 1…2^32−1; it must come from where the root comes from. */
  readonly size: number;
  /** Places of the leaves, strictly increasing, each 0…size−1, at least one. */
  readonly indices: readonly number[];
  /** `leafHash` of each leaf's data, in the order of `indices`, 32 bytes each. */
  readonly leafHashes: readonly Uint8Array[];
  /** The hashes of `MerkleTree.multiproof`, 32 bytes each. */
  readonly proof: readonly Uint8Array[];
}

/**
 * The root that an inclusion proof leads to (RFC 6962, section 2.1.1). It says nothing yet: compare it
 * with a root that is trusted together with its size. Throws, before anything is hashed,
 * `BAD_TREE_SIZE`, `BAD_LEAF_INDEX`, `BAD_HASH_LENGTH`, `BAD_PROOF_LENGTH`.
 */
export function rootFromInclusion(claim: InclusionClaim): Uint8Array {
  const { index, size, proof } = claim;
  return rootFromMultiproof({ size, indices: [index], leafHashes: [claim.leafHash], proof });
}

/**
 * Checks an inclusion proof against a trusted `root`; returning is the proof. Throws as
 * `rootFromInclusion` does, and `ROOT_MISMATCH`.
 */
export function verifyInclusion(claim: InclusionClaim & { readonly root: Uint8Array }): void {
  checkHashes([claim.root], 'root');
  compareRoot(rootFromInclusion(claim), claim.root);
}

/**
 * The root that a multiproof leads to: the known nodes of each level, with the hashes the proof adds,
 * give the known nodes of the next (seed 001, section 4.1.2). It says nothing until it is compared. Throws,
 * before anything is hashed, `BAD_TREE_SIZE`, `NO_LEAVES`, `BAD_LEAF_INDEX`, `BAD_LEAF_COUNT`,
 * `BAD_HASH_LENGTH`, `BAD_PROOF_LENGTH`.
 */
export function rootFromMultiproof(claim: MultiproofClaim): Uint8Array {
  let nodes = checkedLeaves(claim);
  const proof = claim.proof.values();
  const next = (): Uint8Array => {
    const sibling = proof.next();
    if (sibling.done === true) throw proofLength(claim);
    return sibling.value;
  };
  for (let width = claim.size; width > 1; width = Math.ceil(width / 2)) {
    const parents: KnownNode[] = [];
    for (let i = 0, node = nodes[0]; node !== undefined; i++, node = nodes[i]) {
      const { position, hash } = node;
      const neighbour = nodes[i + 1];
      if (position % 2 === 1) {
        parents.push({ position: (position - 1) / 2, hash: nodeHash(next(), hash) });
      } else if (neighbour?.position === position + 1) {
        parents.push({ position: position / 2, hash: nodeHash(hash, neighbour.hash) });
        i++;
      } else {
        const alone = position + 1 === width;
        parents.push({ position: position / 2, hash: alone ? hash : nodeHash(hash, next()) });
      }
    }
    nodes = parents;
  }
  const [top] = nodes;
  if (top === undefined) throw proofLength(claim);
  return top.hash;
}

/**
 * Checks a multiproof against a trusted `root`; returning is the proof. Throws as `rootFromMultiproof`
 * does, and `ROOT_MISMATCH`.
 */
export function verifyMultiproof(claim: MultiproofClaim & { readonly root: Uint8Array }): void {
  checkHashes([claim.root], 'root');
  compareRoot(rootFromMultiproof(claim), claim.root);
}

interface KnownNode {
  readonly position: number;
  readonly hash: Uint8Array;
}

function checkedLeaves(claim: MultiproofClaim): KnownNode[] {
  const { size, indices, leafHashes, proof } = claim;
  checkIndices(size, indices);
  if (leafHashes.length !== indices.length) {
    throw new MalformedError('BAD_LEAF_COUNT', 'a multiproof needs one leaf hash per index', {
      indices: indices.length,
      leafHashes: leafHashes.length,
    });
  }
  if (proof.length !== multiproofPlaces(size, indices).length) throw proofLength(claim);
  checkHashes(leafHashes, 'leaf hash');
  checkHashes(proof, 'proof hash');
  return leafHashes.map((hash, i) => ({ position: indices[i] ?? 0, hash }));
}

function proofLength({ size, indices, proof }: MultiproofClaim): MalformedError {
  const wanted = multiproofPlaces(size, indices).length;
  return new MalformedError('BAD_PROOF_LENGTH', `the proof must have ${wanted} hashes`, {
    wanted,
    got: proof.length,
  });
}

function compareRoot(computed: Uint8Array, root: Uint8Array): void {
  if (!equalBytes(computed, root)) {
    throw new MalformedError('ROOT_MISMATCH', 'the proof leads to a different root', {
      computed: toHex(computed),
      root: toHex(root),
    });
  }
}
