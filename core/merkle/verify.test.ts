import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { leafHash, nodeHash } from './hashing.js';
import { someLeaves, subset } from './testing/leaves.js';
import { MerkleTree } from './tree.js';
import {
  rootFromInclusion,
  rootFromMultiproof,
  verifyInclusion,
  verifyMultiproof,
  type MultiproofClaim,
} from './verify.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const NEVER_HASHED = { leafHash: new Uint8Array(32), proof: [] };

type RootedClaim = MultiproofClaim & { readonly root: Uint8Array };

function claimFor(size: number, indices: readonly number[]): RootedClaim {
  const leaves = someLeaves(size);
  const tree = new MerkleTree(leaves);
  const leafHashes = leaves.map(leafHash).filter((_, i) => indices.includes(i));
  return { size, indices, leafHashes, proof: tree.multiproof(indices), root: tree.root };
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`no item ${index}`);
  return item;
}

function codeOf(act: () => void): string {
  try {
    act();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'accepted';
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  return bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
}

describe('the verifier of inclusion proofs', () => {
  it('accepts every leaf of every size to 40, and refuses it at every other place', () => {
    const wrong: unknown[] = [];
    for (let size = 1; size <= 40; size++) {
      const leaves = someLeaves(size);
      const tree = new MerkleTree(leaves);
      leaves.forEach((data, index) => {
        const claim = { size, leafHash: leafHash(data), proof: tree.inclusionProof(index), root: tree.root };
        verifyInclusion({ ...claim, index });
        for (let other = 0; other < size; other++) {
          if (other === index) continue;
          const code = codeOf(() => verifyInclusion({ ...claim, index: other }));
          if (code !== 'ROOT_MISMATCH' && code !== 'BAD_PROOF_LENGTH')
            wrong.push({ size, index, other, code });
        }
      });
    }
    expect(wrong).toEqual([]);
  });

  it('refuses sizes and indices out of range before anything is hashed', () => {
    for (const size of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32]) {
      expect(codeOf(() => rootFromInclusion({ ...NEVER_HASHED, size, index: 0 }))).toBe('BAD_TREE_SIZE');
    }
    for (const index of [-1, 3, 0.5, Number.NaN]) {
      expect(codeOf(() => rootFromInclusion({ ...NEVER_HASHED, size: 3, index }))).toBe('BAD_LEAF_INDEX');
    }
    expect(codeOf(() => rootFromInclusion({ ...NEVER_HASHED, size: 2 ** 32 - 1, index: 2 ** 32 - 2 }))).toBe(
      'BAD_PROOF_LENGTH',
    );
  });

  it('refuses the hash of an inner node passed off as a leaf of a smaller tree only where sizes are bound', () => {
    const leaves = someLeaves(4);
    const tree = new MerkleTree(leaves);
    const [a, b] = leaves.map(leafHash);
    if (a === undefined || b === undefined) throw new Error('4 leaves');
    const inner = {
      index: 0,
      leafHash: nodeHash(a, b),
      proof: tree.inclusionProof(0).slice(1),
      root: tree.root,
    };
    expect(codeOf(() => verifyInclusion({ ...inner, size: 4 }))).toBe('BAD_PROOF_LENGTH');
    expect(codeOf(() => verifyInclusion({ ...inner, size: 2 }))).toBe('accepted');
  });
});

describe('the verifier of multiproofs', () => {
  it('accepts every subset of every size to 9', () => {
    for (let size = 1; size <= 9; size++) {
      for (let mask = 1; mask < 2 ** size; mask++) verifyMultiproof(claimFor(size, subset(mask)));
    }
  });

  const honest = claimFor(11, [0, 2, 3, 6, 10]);
  const proof = honest.proof;
  const forgeries: readonly (readonly [string, Partial<RootedClaim>, string])[] = [
    ['a hash too few', { proof: proof.slice(1) }, 'BAD_PROOF_LENGTH'],
    ['no hash', { proof: [] }, 'BAD_PROOF_LENGTH'],
    ['a trailing hash', { proof: [...proof, at(proof, 0)] }, 'BAD_PROOF_LENGTH'],
    ['a trailing root', { proof: [...proof, honest.root] }, 'BAD_PROOF_LENGTH'],
    ['a preceding hash', { proof: [at(proof, 0), ...proof] }, 'BAD_PROOF_LENGTH'],
    ['trailing garbage', { proof: [...proof, new Uint8Array()] }, 'BAD_PROOF_LENGTH'],
    ['swapped siblings', { proof: [at(proof, 1), at(proof, 0), ...proof.slice(2)] }, 'ROOT_MISMATCH'],
    ['a sibling one byte short', { proof: [at(proof, 0).slice(1), ...proof.slice(1)] }, 'BAD_HASH_LENGTH'],
    ['an empty sibling', { proof: [new Uint8Array(), ...proof.slice(1)] }, 'BAD_HASH_LENGTH'],
    [
      'a leaf one byte long',
      { leafHashes: [Uint8Array.of(1), ...honest.leafHashes.slice(1)] },
      'BAD_HASH_LENGTH',
    ],
    ['an omitted leaf hash', { leafHashes: honest.leafHashes.slice(1) }, 'BAD_LEAF_COUNT'],
    ['an added leaf hash', { leafHashes: [...honest.leafHashes, honest.root] }, 'BAD_LEAF_COUNT'],
    ['swapped leaves', { leafHashes: honest.leafHashes.toReversed() }, 'ROOT_MISMATCH'],
    ['an omitted index', { indices: honest.indices.slice(1) }, 'BAD_LEAF_COUNT'],
    ['an omitted leaf', { indices: [2, 3, 6, 10], leafHashes: honest.leafHashes.slice(1) }, 'ROOT_MISMATCH'],
    [
      'an omitted twin',
      { indices: [0, 3, 6, 10], leafHashes: honest.leafHashes.toSpliced(1, 1) },
      'BAD_PROOF_LENGTH',
    ],
    ['a moved leaf', { indices: [1, 2, 3, 6, 10] }, 'ROOT_MISMATCH'],
    ['a repeated index', { indices: [0, 2, 2, 6, 10] }, 'BAD_LEAF_INDEX'],
    ['falling indices', { indices: [10, 6, 3, 2, 0] }, 'BAD_LEAF_INDEX'],
    ['an index at the size', { indices: [0, 2, 3, 6, 11] }, 'BAD_LEAF_INDEX'],
    ['a negative index', { indices: [-1, 2, 3, 6, 10] }, 'BAD_LEAF_INDEX'],
    ['no leaves', { indices: [], leafHashes: [], proof: [honest.root] }, 'NO_LEAVES'],
    ['a size one less', { size: 10 }, 'BAD_LEAF_INDEX'],
    ['a size one more', { size: 12 }, 'BAD_PROOF_LENGTH'],
    ['size zero', { size: 0 }, 'BAD_TREE_SIZE'],
    ['a size beyond u32', { size: 2 ** 32 + 11 }, 'BAD_TREE_SIZE'],
    ['another root', { root: flipped(honest.root, 0) }, 'ROOT_MISMATCH'],
    ['an empty root', { root: new Uint8Array() }, 'BAD_HASH_LENGTH'],
    ['a root that the computed one begins with', { root: honest.root.slice(0, 31) }, 'BAD_HASH_LENGTH'],
  ];

  it.each(forgeries)('refuses %s', (_name, change, code) => {
    verifyMultiproof(honest);
    expect(codeOf(() => verifyMultiproof({ ...honest, ...change }))).toBe(code);
  });

  it('computes the root of a tree of 2^32-1 leaves from its last leaf alone', () => {
    const claim = { size: 2 ** 32 - 1, indices: [2 ** 32 - 2], leafHashes: [honest.root] };
    const siblings = Array.from({ length: 31 }, () => honest.root);
    expect(rootFromMultiproof({ ...claim, proof: siblings })).toHaveLength(32);
    expect(codeOf(() => rootFromMultiproof({ ...claim, proof: siblings.slice(1) }))).toBe('BAD_PROOF_LENGTH');
  });

  const claims = fc.integer({ min: 1, max: 150 }).chain((size) =>
    fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: 20 }).map((indices) =>
      claimFor(
        size,
        indices.sort((a, b) => a - b),
      ),
    ),
  );

  it('accepts what the tree proves, whatever the size and subset', () => {
    fc.assert(
      fc.property(claims, (claim) => verifyMultiproof(claim)),
      { numRuns: RUNS },
    );
  });

  it('refuses a proof, leaf or root with any one bit flipped', () => {
    fc.assert(
      fc.property(claims, fc.nat(), fc.nat(255), (claim, choice, bit) => {
        const all = [...claim.leafHashes, ...claim.proof, claim.root];
        const chosen = choice % all.length;
        const changed = all.map((hash, i) => (i === chosen ? flipped(hash, bit) : hash));
        const leafHashes = changed.slice(0, claim.leafHashes.length);
        const forged = changed.slice(claim.leafHashes.length, -1);
        const act = (): void =>
          verifyMultiproof({ ...claim, leafHashes, proof: forged, root: at(changed, all.length - 1) });
        expect(codeOf(act)).toBe('ROOT_MISMATCH');
      }),
      { numRuns: RUNS },
    );
  });

  it('refuses every other set of as many indices', () => {
    fc.assert(
      fc.property(claims, fc.array(fc.nat(200)), (claim, others) => {
        const indices = [...new Set(others)].slice(0, claim.indices.length).sort((a, b) => a - b);
        fc.pre(indices.join() !== claim.indices.join());
        expect(codeOf(() => verifyMultiproof({ ...claim, indices }))).not.toBe('accepted');
      }),
      { numRuns: RUNS },
    );
  });
});
