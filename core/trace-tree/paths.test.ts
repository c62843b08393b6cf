import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { concat, equalBytes, toHex } from '../bytes/bytes.js';
import { leafHash } from '../merkle/hashing.js';
import { someLeaves, subset } from '../merkle/testing/leaves.js';
import { referenceMultiproof, rememberedRoots } from '../merkle/testing/reference.js';
import { MerkleTree } from '../merkle/tree.js';
import { errorOf } from '../testing/error-of.js';
import { eventPath, newestIndices, rootOfPath, type PerfectNodes } from './paths.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

/** The nodes of the tree over `leaves`; none but perfect ones, as a store has them. */
function nodesOver(leaves: readonly Uint8Array[]): PerfectNodes {
  const tree = new MerkleTree(leaves);
  return ({ level, position }) => {
    const node = tree.node(level, position);
    if (node === null || (position + 1) * 2 ** level > leaves.length) throw new RangeError('not perfect');
    return node;
  };
}

/** A page of `leaves` by a path, and the root that it must lead to. */
function led(leaves: readonly Uint8Array[], indices: readonly number[]): string | null {
  const path = eventPath(leaves.length, indices, nodesOver(leaves));
  const leafHashes = indices.map((index) => leafHash(leaves[index] ?? new Uint8Array()));
  const root = rootOfPath({ count: leaves.length, indices, leafHashes, path });
  return root === null ? null : toHex(root);
}

describe('the path of events', () => {
  it('of every set of every count to 9 is the multiproof by its definition', () => {
    const [all, rootOf] = [someLeaves(9), rememberedRoots()];
    for (let count = 1; count <= 9; count++) {
      const leaves = all.slice(0, count);
      for (let mask = 1; mask < 2 ** count; mask++) {
        const indices = subset(mask);
        const wanted = concat(...referenceMultiproof(indices, leaves, rootOf));
        expect(equalBytes(eventPath(count, indices, nodesOver(leaves)), wanted)).toBe(true);
      }
    }
  });

  it('of any page leads to the root of the tree over all leaves', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }).chain((count) =>
          fc.record({
            count: fc.constant(count),
            indices: fc.oneof(
              fc.uniqueArray(fc.nat(count - 1), { minLength: 1 }),
              fc.nat(count).map((most) => newestIndices(count, most + 1)),
            ),
          }),
        ),
        ({ count, indices }) => {
          indices.sort((a, b) => a - b);
          const leaves = someLeaves(count);
          expect(led(leaves, indices)).toBe(toHex(new MerkleTree(leaves).root));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('asks for perfect subtrees alone, and for few: the newest of 2^32-1 needs 31 hashes', () => {
    let asked = 0;
    const nodes: PerfectNodes = ({ level, position }) => {
      expect((position + 1) * 2 ** level).toBeLessThanOrEqual(2 ** 32 - 1);
      asked++;
      return new Uint8Array(32);
    };
    expect(eventPath(2 ** 32 - 1, [2 ** 32 - 2], nodes)).toHaveLength(31 * 32);
    expect(asked).toBe(31);
    asked = 0;
    expect(eventPath(2 ** 32 - 1, [0], nodes)).toHaveLength(32 * 32);
    expect(asked).toBe(31 + 31);
  });

  it('is empty where all events are shown, or none', () => {
    const leaves = someLeaves(7);
    expect(eventPath(7, newestIndices(7, 7), nodesOver(leaves))).toHaveLength(0);
    expect(eventPath(7, [], nodesOver(leaves))).toHaveLength(0);
    expect(led(leaves, [])).toBeNull();
  });

  it('of the newest 20 of 10,000 has 9 hashes', () => {
    const nodes: PerfectNodes = () => new Uint8Array(32);
    expect(eventPath(10_000, newestIndices(10_000, 20), nodes)).toHaveLength(9 * 32);
  });

  it('of 200,000 events that are far apart is made', () => {
    const indices = Array.from({ length: 200_000 }, (_, i) => 4 * i);
    const node = new Uint8Array(32);
    expect(eventPath(800_000, indices, () => node)).toHaveLength(2 * 200_000 * 32);
  });

  it('is refused where it has another length than count and indices say', () => {
    const leaves = someLeaves(13);
    const indices = [2, 11];
    const path = eventPath(13, indices, nodesOver(leaves));
    const leafHashes = leaves.filter((_, i) => indices.includes(i)).map(leafHash);
    const claim = { count: 13, indices, leafHashes, path };
    const code = (change: Partial<typeof claim>): string =>
      errorOf(() => rootOfPath({ ...claim, ...change })).code;
    expect(code({ path: path.subarray(32) })).toBe('BAD_PROOF_LENGTH');
    expect(code({ path: path.subarray(1) })).toBe('BAD_PROOF_LENGTH');
    expect(code({ path: concat(path, new Uint8Array(32)) })).toBe('BAD_PROOF_LENGTH');
    expect(code({ path: concat(path, Uint8Array.of(0)) })).toBe('BAD_PROOF_LENGTH');
    expect(code({ indices: [], leafHashes: [] })).toBe('BAD_PROOF_LENGTH');
    expect(code({ indices: [2, 13] })).toBe('BAD_LEAF_INDEX');
    expect(code({ indices: [11, 2] })).toBe('BAD_LEAF_INDEX');
    expect(code({ leafHashes: leafHashes.slice(1) })).toBe('BAD_LEAF_COUNT');
    expect(code({ leafHashes: leafHashes.map((hash) => hash.subarray(1)) })).toBe('BAD_HASH_LENGTH');
    expect(code({ count: 2 ** 32 })).toBe('BAD_TREE_SIZE');
  });

  it('is not made for indices that do not rise or are not below the count', () => {
    const nodes = nodesOver(someLeaves(5));
    for (const indices of [[5], [1, 1], [2, 1], [-1], [0.5]]) {
      expect(errorOf(() => eventPath(5, indices, nodes)).code).toBe('BAD_LEAF_INDEX');
    }
  });
});

describe('the newest events', () => {
  it('are the last indices, all where there are fewer', () => {
    expect(newestIndices(5, 2)).toEqual([3, 4]);
    expect(newestIndices(2, 5)).toEqual([0, 1]);
    expect(newestIndices(5, 0)).toEqual([]);
  });
});

const repository = fileURLToPath(new URL('../..', import.meta.url));
const folder = resolve(repository, process.env['COTRACE_DATA'] ?? '../shared/data', 'rfc6962/inclusion');

interface Vector {
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string;
  readonly leafHash: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

function readVector(file: string): Vector {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as Vector;
}

const bytes = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));

// Skipped where the vectors of transparency-dev/merkle are not beside the repository.
const describeWithData = existsSync(folder) ? describe : describe.skip;

describeWithData('paths of one event, by the inclusion vectors of transparency-dev/merkle', () => {
  const files = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
    : [];

  const vectors = files.map((file) => [file, readVector(file)] as const);
  // Hashes of no bytes, which some have before or after a right proof, are nothing in a path.
  const inAPath = vectors.filter(([, { proof }]) => !(proof ?? []).includes(''));

  it('are all there', () => {
    expect(inAPath.length).toBeGreaterThanOrEqual(80);
  });

  it.each(inAPath)('%s', (_file, vector) => {
    const read = (): boolean => {
      const root = rootOfPath({
        count: vector.treeSize,
        indices: [vector.leafIdx],
        leafHashes: [bytes(vector.leafHash)],
        path: concat(...(vector.proof ?? []).map(bytes)),
      });
      return root !== null && equalBytes(root, bytes(vector.root));
    };
    let holds = false;
    try {
      holds = read();
    } catch (error) {
      expect(error).toHaveProperty('name', 'MalformedError');
    }
    expect(holds).toBe(!vector.wantErr);
  });
});
