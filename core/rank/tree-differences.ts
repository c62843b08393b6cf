import { equalBytes, toHex } from '../bytes/bytes.js';
import { HASH_LENGTH } from '../hash.js';
import type { MerkleTree } from '../merkle/tree.js';
import { rootFromMultiproof } from '../merkle/verify.js';
import { MAX_POSITIONS } from './peer.js';

/** Levels that one question steps down: up to 16 hashes for each node that differs, and a third of the messages that 2 would take. */
const STEP = 4;

/** Another tree, of which root and size are trusted. */
export interface TrustedTree {
  readonly size: number;
  readonly root: Uint8Array;
  /** Asks for nodes; the answer is not trusted. */
  nodes(level: number, positions: readonly number[]): Promise<readonly Uint8Array[]>;
  /** The error of an answer that is not the tree's. */
  lie(what: string, detail: Readonly<Record<string, unknown>>): Error;
}

/** A leaf of the other tree, its hash proven. */
export interface ProvenLeaf {
  readonly position: number;
  readonly hash: Uint8Array;
}

/** Leaves that one tree has and the other does not have anywhere. */
export interface TreeDifferences {
  readonly theirs: readonly ProvenLeaf[];
  /** Positions in the own tree. */
  readonly mine: readonly number[];
}

/**
 * Finds in which leaves two Merkle trees differ, from the root down, asking only below nodes that differ. Each answer is
 * checked against the hash of its parent, which is trusted by then. Throws what `lie` makes of the first that is wrong.
 */
export async function treeDifferences(mine: MerkleTree, theirs: TrustedTree): Promise<TreeDifferences> {
  const same: boolean[] = [];
  let level = 0;
  while (widthOf(theirs.size, level) > 1) level++;
  let nodes: readonly ProvenLeaf[] = theirs.size === 0 ? [] : [{ position: 0, hash: theirs.root }];
  for (;;) {
    nodes = nodes.filter(({ position, hash }) => {
      const own = coversTheSame(mine.size, theirs.size, level, position) ? mine.node(level, position) : null;
      if (own === null || !equalBytes(own, hash)) return true;
      const end = Math.min((position + 1) * 2 ** level, mine.size);
      for (let leaf = position * 2 ** level; leaf < end; leaf++) same[leaf] = true;
      return false;
    });
    if (level === 0 || nodes.length === 0) break;
    const below = Math.max(0, level - STEP);
    nodes = await childrenOf(nodes, level - below, below, theirs);
    level = below;
  }
  const own = Array.from({ length: mine.size }, (_, position) => position).filter(
    (position) => same[position] !== true,
  );
  return onlyInOne(mine, own, nodes);
}

/** Leaves that moved, because others came or went before them, are not different. */
function onlyInOne(
  mine: MerkleTree,
  positions: readonly number[],
  theirs: readonly ProvenLeaf[],
): TreeDifferences {
  const hashOf = (position: number) => toHex(mine.node(0, position) ?? new Uint8Array());
  const ownHashes = new Set(positions.map(hashOf));
  const theirHashes = new Set(theirs.map(({ hash }) => toHex(hash)));
  return {
    theirs: theirs.filter(({ hash }) => !ownHashes.has(toHex(hash))),
    mine: positions.filter((position) => !theirHashes.has(hashOf(position))),
  };
}

/** Number of nodes at a level of the tree over `size` leaves. */
function widthOf(size: number, level: number): number {
  return Math.ceil(size / 2 ** level);
}

/** Whether a node stands over the same leaf positions in both trees. */
function coversTheSame(mine: number, theirs: number, level: number, position: number): boolean {
  return mine === theirs || (position + 1) * 2 ** level <= Math.min(mine, theirs);
}

async function childrenOf(
  parents: readonly ProvenLeaf[],
  levels: number,
  below: number,
  theirs: TrustedTree,
): Promise<ProvenLeaf[]> {
  const width = widthOf(theirs.size, below);
  const fan = 2 ** levels;
  const children: ProvenLeaf[] = [];
  const perMessage = Math.floor(MAX_POSITIONS / fan);
  for (let from = 0; from < parents.length; from += perMessage) {
    const asked = parents.slice(from, from + perMessage);
    const positions = asked.flatMap(({ position }) =>
      run(position * fan, Math.min((position + 1) * fan, width)),
    );
    const hashes = await theirs.nodes(below, positions);
    if (hashes.length !== positions.length || hashes.some(({ length }) => length !== HASH_LENGTH)) {
      throw theirs.lie('nodes that were not asked for', { level: below, asked: positions.length });
    }
    let at = 0;
    for (const { position, hash } of asked) {
      const count = Math.min((position + 1) * fan, width) - position * fan;
      const own = hashes.slice(at, at + count);
      if (!equalBytes(nodeOver(own), hash)) {
        throw theirs.lie('nodes that do not hash to their parent', { level: below + levels, position });
      }
      own.forEach((child, i) => children.push({ position: position * fan + i, hash: child }));
      at += count;
    }
  }
  return children;
}

function run(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** The node over successive ones: all the leaves of a tree of that many. */
function nodeOver(hashes: readonly Uint8Array[]): Uint8Array {
  const indices = run(0, hashes.length);
  return rootFromMultiproof({ size: hashes.length, indices, leafHashes: hashes, proof: [] });
}
