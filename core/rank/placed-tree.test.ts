import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { equalBytes, toHex, utf8 } from '../bytes/bytes.js';
import { u32 } from '../bytes/codec.js';
import { sha256 } from '../hash.js';
import { leafHash } from '../merkle/hashing.js';
import { MerkleTree } from '../merkle/tree.js';
import { CheckedTrees } from './checked-tree.js';
import { EmptyRoots } from './empty-roots.js';
import { PageEdit } from './pages.js';
import { changeTree, type NodeChange } from './placed-tree.js';
import type { PlacedTree } from './places.js';
import { MemoryPages } from './testing/memory-pages.js';
import { rootLevel, widthAt } from './tree-page.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const EMPTY = utf8('e');
const empty = new EmptyRoots(EMPTY);

/** A tree in pages beside all of its leaves. */
class Both {
  readonly pages = new MemoryPages();
  leaves: Uint8Array[] = [];

  get tree(): PlacedTree {
    return { prefix: 'x', size: this.leaves.length, empty };
  }

  /** Grows to `size`, and gives the places at `changes` other data; null empties them. */
  change(size: number, changes: ReadonlyMap<number, Uint8Array | null>) {
    const oldSize = this.leaves.length;
    const hash = (data: Uint8Array | null) =>
      data === null || equalBytes(data, EMPTY) ? null : leafHash(data);
    const nodes = new Map<number, NodeChange>();
    for (const [place, data] of changes)
      nodes.set(place, { before: hash(this.leaves[place] ?? null), after: hash(data) });
    this.leaves = Array.from(
      { length: size },
      (_, i) => changes.get(i) ?? (changes.has(i) ? EMPTY : (this.leaves[i] ?? EMPTY)),
    );
    const edit = new PageEdit(this.pages);
    const roots = changeTree(edit, this.tree, oldSize, nodes);
    this.pages.commit(edit.writes());
    return roots;
  }
}

describe('a tree in which everything has its place', () => {
  const sizes = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 1100 }));
  const step = fc.record({
    grows: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(70)),
    changes: fc.array(
      fc.tuple(
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.option(fc.nat(3), { nil: null }),
      ),
      {
        minLength: 1,
        maxLength: 12,
      },
    ),
  });

  it('has the nodes of a Merkle tree over all places, however it came to be', () => {
    fc.assert(
      fc.property(sizes, fc.array(step, { minLength: 1, maxLength: 6 }), (first, steps) => {
        const both = new Both();
        let before: Uint8Array | null = null;
        let size = first;
        for (const [turn, { grows, changes }] of steps.entries()) {
          if (turn > 0) size += grows;
          const data = changes.map(([at, value]) => {
            return [Math.floor(at * size), value === null ? null : u32(value)] as const;
          });
          const roots = both.change(size, new Map(data));
          const whole = new MerkleTree(both.leaves);
          expect(roots.before === null ? null : toHex(roots.before)).toBe(
            before === null ? null : toHex(before),
          );
          expect(toHex(roots.after ?? empty.over(size))).toBe(toHex(whole.root));
          before = roots.after;
          const checked = new CheckedTrees(both.pages);
          const tree = {
            ...both.tree,
            isRoot: (root: Uint8Array | null) => equalBytes(root ?? empty.over(size), whole.root),
          };
          const wrong: string[] = [];
          for (let level = 0; level <= rootLevel(size); level++)
            for (let position = 0; position < widthAt(size, level); position++)
              if (!equalBytes(checked.node(tree, level, position), whole.node(level, position) ?? sha256()))
                wrong.push(`${level}/${position}`);
          expect(wrong).toEqual([]);
        }
        const all = new Map(both.leaves.map((_, i) => [i, null]));
        both.change(size, all);
        expect(both.pages.pages.size).toBe(0);
      }),
      { numRuns: RUNS },
    );
  });

  it('refuses to go on from a page that is not what is said or stored above it', () => {
    const both = new Both();
    both.change(100, new Map([3, 40, 99].map((place) => [place, u32(place)])));
    const lower = both.pages.get('x/0/0000000000000001');
    expect(lower).not.toBeNull();
    const changed = (before: NodeChange['before'], place: number) =>
      changeTree(new PageEdit(both.pages), both.tree, 100, new Map([[place, { before, after: null }]]));
    const code = (name: string) => expect.objectContaining({ code: name });
    expect(() => changed(null, 40)).toThrow(code('RANK_TREE_DAMAGED'));
    expect(() => changed('some', 41)).toThrow(code('RANK_TREE_DAMAGED'));
    expect(() => changed(leafHash(u32(41)), 40)).toThrow(code('RANK_TREE_DAMAGED'));
    expect(changed('some', 40).after).not.toBeNull();
    both.change(100, new Map([[41, u32(41)]]));
    both.pages.commit([{ name: 'x/0/0000000000000001', bytes: lower }]);
    expect(() => changed('some', 40)).toThrow(code('RANK_TREE_DAMAGED'));
    expect(changed('some', 3).after).not.toBeNull();
  });
});

describe('the root over empty places alone', () => {
  it('is that of a Merkle tree over as many empty leaves', () => {
    for (let leaves = 1; leaves <= 70; leaves++)
      expect(toHex(empty.over(leaves))).toBe(
        toHex(new MerkleTree(new Array<Uint8Array>(leaves).fill(EMPTY)).root),
      );
    expect(empty.over(2 ** 32 - 1)).toHaveLength(32);
  });
});
