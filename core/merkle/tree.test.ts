import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { equalBytes, toHex } from '../bytes/bytes.js';
import { leafHash, nodeHash } from './hashing.js';
import { someLeaves, subset } from './testing/leaves.js';
import { referenceMultiproof, referencePath, referenceRoot, rememberedRoots } from './testing/reference.js';
import { merkleRoot, MerkleTree } from './tree.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const NOTHING = new Uint8Array();

function equalLists(found: readonly Uint8Array[], wanted: readonly Uint8Array[]): boolean {
  return found.length === wanted.length && found.every((hash, i) => equalBytes(hash, wanted[i] ?? NOTHING));
}

describe('the Merkle tree', () => {
  it('has the root of the empty tree that RFC 6962 names', () => {
    expect(toHex(merkleRoot([]))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(new MerkleTree([]).size).toBe(0);
  });

  it('has the roots of the test tree of Certificate Transparency', () => {
    const leaves = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ].map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));
    expect(toHex(merkleRoot(leaves.slice(0, 1)))).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    );
    expect(toHex(merkleRoot(leaves))).toBe(
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    );
  });

  it('equals the definition for every size to 70: root and every inclusion proof', () => {
    const [all, rootOf] = [someLeaves(70), rememberedRoots()];
    const wrong: unknown[] = [];
    for (let size = 0; size <= 70; size++) {
      const leaves = all.slice(0, size);
      const tree = new MerkleTree(leaves);
      expect(tree.root).toEqual(rootOf(leaves));
      for (let index = 0; index < size; index++) {
        const [proof, wanted] = [tree.inclusionProof(index), referencePath(index, leaves, rootOf)];
        if (!equalLists(proof, wanted)) wrong.push({ size, index, proof, wanted });
      }
    }
    expect(wrong).toEqual([]);
  });

  it('equals the definition for every subset of every size to 9', () => {
    const [all, rootOf] = [someLeaves(9), rememberedRoots()];
    const wrong: unknown[] = [];
    for (let size = 1; size <= 9; size++) {
      const leaves = all.slice(0, size);
      const tree = new MerkleTree(leaves);
      for (let mask = 1; mask < 2 ** size; mask++) {
        const indices = subset(mask);
        const [proof, wanted] = [tree.multiproof(indices), referenceMultiproof(indices, leaves, rootOf)];
        if (!equalLists(proof, wanted)) wrong.push({ size, indices, proof, wanted });
      }
    }
    expect(wrong).toEqual([]);
  });

  it('equals the definition for random leaves and subsets', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 120 }).chain((leaves) =>
          fc.record({
            leaves: fc.constant(leaves),
            indices: fc.uniqueArray(fc.nat(leaves.length - 1), { minLength: 1 }),
          }),
        ),
        ({ leaves, indices }) => {
          indices.sort((a, b) => a - b);
          const tree = new MerkleTree(leaves);
          expect(tree.root).toEqual(referenceRoot(leaves));
          expect(tree.multiproof(indices)).toEqual(referenceMultiproof(indices, leaves));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('needs exactly N(1,0), N(7,0) and N(2,1) for leaves 0, 2, 3 and 6 of 8, as in seed 001', () => {
    const leaves = someLeaves(8);
    const hashes = leaves.map(leafHash);
    const [, h1, , , h4, h5, , h7] = hashes;
    if (h1 === undefined || h4 === undefined || h5 === undefined || h7 === undefined)
      throw new Error('8 leaves');
    expect(new MerkleTree(leaves).multiproof([0, 2, 3, 6])).toEqual([h1, h7, nodeHash(h4, h5)]);
  });

  it('proves all leaves with no hash at all', () => {
    expect(new MerkleTree(someLeaves(7)).multiproof([0, 1, 2, 3, 4, 5, 6])).toEqual([]);
  });

  it('refuses indices that do not rise or lie outside, none at all, and an empty tree', () => {
    const tree = new MerkleTree(someLeaves(5));
    const refused = (indices: number[], code: string): void => {
      expect(() => tree.multiproof(indices)).toThrow(expect.objectContaining({ code }));
    };
    refused([], 'NO_LEAVES');
    for (const indices of [[5], [-1], [1, 1], [2, 1], [0.5], [Number.NaN]])
      refused(indices, 'BAD_LEAF_INDEX');
    expect(() => new MerkleTree([]).inclusionProof(0)).toThrow(
      expect.objectContaining({ code: 'BAD_TREE_SIZE' }),
    );
  });
});
