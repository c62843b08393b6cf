import { equalBytes } from '../bytes/bytes.js';
import { HASH_LENGTH } from '../hash.js';
import { rootFromMultiproof } from '../merkle/verify.js';
import { MAX_POSITIONS } from './peer.js';
import type { PlacedTree } from './places.js';
import { emptyNode, rootLevel, widthAt } from './tree-page.js';

/** Levels that one question steps down: up to 16 hashes for each node that differs, and a third of the messages that 2 would take. */
const STEP = 4;

/** Another tree of the same size, of which the root is trusted. */
export interface TrustedTree {
  readonly root: Uint8Array;
  /** Asks for nodes; the answer is not trusted. */
  nodes(level: number, positions: readonly number[]): Promise<readonly Uint8Array[]>;
  /** The error of an answer that is not the tree's. */
  lie(what: string, detail: Readonly<Record<string, unknown>>): Error;
}

/** A leaf in which the trees differ. */
export interface DifferingLeaf {
  readonly position: number;
  /** Its hash in the other tree, proven; null where its place is empty there. */
  readonly theirs: Uint8Array | null;
}

interface Node {
  readonly position: number;
  readonly hash: Uint8Array;
}

/**
 * Finds in which leaves two trees differ, from the root down, asking only below nodes that differ and are not empty. Each
 * answer is checked against the hash of its parent, which is trusted by then. `mine` gives the own nodes. Throws what
 * `lie` makes of the first answer that is wrong.
 */
export async function differingLeaves(
  tree: PlacedTree,
  mine: (level: number, position: number) => Uint8Array,
  theirs: TrustedTree,
): Promise<DifferingLeaf[]> {
  let level = rootLevel(tree.size);
  let nodes: readonly Node[] = [{ position: 0, hash: theirs.root }];
  for (;;) {
    nodes = nodes.filter(({ position, hash }) => !equalBytes(mine(level, position), hash));
    if (level === 0 || nodes.length === 0) break;
    const below = Math.max(0, level - STEP);
    nodes = await childrenOf(tree, nodes, level, below, theirs);
    level = below;
  }
  return nodes.map(({ position, hash }) => ({
    position,
    theirs: equalBytes(hash, emptyNode(tree, 0, position)) ? null : hash,
  }));
}

/** The nodes at level `below` under nodes at `level`, by rising position. */
async function childrenOf(
  tree: PlacedTree,
  parents: readonly Node[],
  level: number,
  below: number,
  theirs: TrustedTree,
): Promise<Node[]> {
  const fan = 2 ** (level - below);
  const width = widthAt(tree.size, below);
  const under = ({ position }: Node) => run(position * fan, Math.min((position + 1) * fan, width));
  const isEmpty = ({ position, hash }: Node) => equalBytes(hash, emptyNode(tree, level, position));
  const asked = parents.filter((parent) => !isEmpty(parent));
  const children: Node[] = parents
    .filter(isEmpty)
    .flatMap(under)
    .map((position) => ({ position, hash: emptyNode(tree, below, position) }));
  const perMessage = Math.floor(MAX_POSITIONS / fan);
  for (let from = 0; from < asked.length; from += perMessage) {
    const some = asked.slice(from, from + perMessage);
    const positions = some.flatMap(under);
    const hashes = await theirs.nodes(below, positions);
    if (hashes.length !== positions.length || hashes.some(({ length }) => length !== HASH_LENGTH)) {
      throw theirs.lie('nodes that were not asked for', { level: below, asked: positions.length });
    }
    let at = 0;
    for (const parent of some) {
      const places = under(parent);
      const own = hashes.slice(at, at + places.length);
      if (!equalBytes(nodeOver(own), parent.hash)) {
        throw theirs.lie('nodes that do not hash to their parent', { level, position: parent.position });
      }
      places.forEach((position, i) => children.push({ position, hash: own[i] ?? parent.hash }));
      at += places.length;
    }
  }
  return children.sort((a, b) => a.position - b.position);
}

function run(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** The node over successive ones: all the leaves of a tree of that many. */
function nodeOver(hashes: readonly Uint8Array[]): Uint8Array {
  const indices = run(0, hashes.length);
  return rootFromMultiproof({ size: hashes.length, indices, leafHashes: hashes, proof: [] });
}
