import { compareBytes, equalBytes, toHex, utf8 } from '../bytes/bytes.js';
import { MalformedError } from '../errors.js';
import { checkHashes, leafHash } from '../merkle/hashing.js';
import { compareEntries, type IndexEntry } from './entry.js';
import { checkRange, type KeyRange } from './key-range.js';
import { mbRoot } from './mb-root.js';
import { badNode, Inner, Leaf } from './node.js';
import { decodeMbProof, type MbProof } from './proof.js';
import { firstItem, itemsBelow, leavesAround, type Shape } from './shape.js';

/** A claim about what a block's MB+ tree holds in `range`. */
export interface MbProofClaim {
  /** The proof's bytes, the prover's word. */
  readonly proof: Uint8Array;
  /** The root of the tree, 32 bytes; it must be trusted. */
  readonly root: Uint8Array;
  /** What was asked for; the verifier's own. */
  readonly range: KeyRange;
}

/** What a proof shows of a range. */
export interface ProvenRange {
  /** Every entry in the range: none is missing. Empty proves absence. */
  readonly entries: readonly IndexEntry[];
  /** The entry next to the range on the left; null where the range begins before the first entry. */
  readonly before: IndexEntry | null;
  /** The entry next to the range on the right; null where the range ends behind the last entry. */
  readonly after: IndexEntry | null;
  /** Number of entries in the tree. */
  readonly count: number;
}

/**
 * Checks a proof of `MbTree.prove` and gives what it shows: all entries of the range, and its neighbours. Every node
 * is hashed before it is read, and compared with what the node above says, the top one with the root. Throws
 * `BAD_HASH_LENGTH`, `BAD_RANGE`; for a proof that cannot be one, before anything is hashed, `TRUNCATED`, `TRAILING_BYTES`, `BAD_TAG`,
 * `BAD_ORDER`, `BAD_ENTRY_COUNT`, `BAD_PROOF_LENGTH`; for nodes that the root does not stand for `ROOT_MISMATCH`,
 * `NODE_MISMATCH`; `INCOMPLETE_PROOF` where leaves of the range or its neighbours are left out,
 * `SUPERFLUOUS_NODES` where there are others; for a root of what is no MB+ tree `BAD_INDEX_NODE`, `BAD_UTF8`.
 */
export function verifyMbProof({ proof: bytes, root, range }: MbProofClaim): ProvenRange {
  checkHashes([root], 'root');
  checkRange(range);
  const proof = decodeMbProof(bytes);
  const { shape } = proof;
  checkRoot(proof, root);
  for (let level = shape.levels.length - 1; level > 0; level--) checkLevel(proof, level);
  const entries = entriesShown(proof);
  if (proof.leaves === null) return { entries, before: null, after: null, count: 0 };
  const from = firstNotBelow(entries, range.from);
  const to = firstNotBelow(entries, range.to);
  checkLeaves(proof, from, to);
  return {
    entries: entries.slice(from, to),
    before: entries[from - 1] ?? null,
    after: entries[to] ?? null,
    count: shape.count,
  };
}

function checkRoot({ order, shape, nodes }: MbProof, root: Uint8Array): void {
  const top = nodes.at(-1)?.[0];
  const computed = mbRoot(order, shape.count, top === undefined ? null : leafHash(top));
  if (!equalBytes(computed, root)) {
    throw new MalformedError('ROOT_MISMATCH', 'the proof leads to a different root', {
      computed: toHex(computed),
      root: toHex(root),
    });
  }
}

/** Checks the nodes beneath `level` by the hashes in the nodes of `level`, which are checked. */
function checkLevel({ shape, runs, nodes }: MbProof, level: number): void {
  const run = runs[level - 1];
  let parent = runs[level]?.first ?? 0;
  for (const bytes of nodes[level] ?? []) {
    const inner = whole(new Inner(bytes, true), bytes);
    const [from, to] = childrenOf(shape, level, parent++);
    if (inner.count !== to - from)
      throw badNode('does not have as many children as the tree’s shape requires');
    for (let child = Math.max(from, run?.first ?? 0); child < to && child <= (run?.last ?? -1); child++) {
      const below = nodes[level - 1]?.[child - (run?.first ?? 0)];
      if (below === undefined || !equalBytes(leafHash(below), inner.childHash(child - from))) {
        throw new MalformedError(
          'NODE_MISMATCH',
          'a node of the proof does not have the hash that its parent names',
          {
            level: level - 1,
            node: child,
          },
        );
      }
    }
  }
}

/** The entries of the proof's leaves, whose hashes are checked. */
function entriesShown({ shape, leaves, nodes }: MbProof): IndexEntry[] {
  const entries: IndexEntry[] = [];
  let index = leaves?.first ?? 0;
  let previousKey: Uint8Array = new Uint8Array();
  for (const bytes of nodes[0] ?? []) {
    const leaf = whole(new Leaf(bytes), bytes);
    const [from, to] = childrenOf(shape, 0, index++);
    if (leaf.count !== to - from) throw badNode('does not have as many entries as the tree’s shape requires');
    for (let item = 0; item < leaf.count; item++) {
      const entry = leaf.entry(item);
      const key = utf8(entry.traceId);
      const order = compareBytes(previousKey, key) || compareEntries(entries.at(-1) ?? entry, entry);
      if (order > 0) throw badNode('has entries out of order');
      previousKey = key;
      entries.push(entry);
    }
  }
  return entries;
}

/** Checks that the leaves shown are those that the entries `from` to `to` of them and their neighbours are in. */
function checkLeaves({ shape, leaves }: MbProof, from: number, to: number): void {
  if (leaves === null) return;
  const before = firstItem(leaves.first, shape.levels[0] ?? 0, shape.count);
  const wanted = leavesAround(shape, before + from, before + to);
  if (wanted === null || wanted.first < leaves.first || wanted.last > leaves.last) {
    throw new MalformedError('INCOMPLETE_PROOF', 'leaves of the range, or beside it, are left out', {
      wanted,
      shown: leaves,
    });
  }
  if (wanted.first > leaves.first || wanted.last < leaves.last) {
    throw new MalformedError('SUPERFLUOUS_NODES', 'the proof shows leaves that the range does not need', {
      wanted,
      shown: leaves,
    });
  }
}

/** The items of node `index` of `level`: the first, and the one behind the last. */
function childrenOf(shape: Shape, level: number, index: number): [number, number] {
  const nodes = shape.levels[level] ?? 0;
  const items = itemsBelow(shape, level);
  return [firstItem(index, nodes, items), firstItem(index + 1, nodes, items)];
}

function whole<N extends Leaf | Inner>(node: N, bytes: Uint8Array): N {
  if (node.length !== bytes.length) throw badNode('has bytes behind its end');
  return node;
}

function firstNotBelow(entries: readonly IndexEntry[], key: Uint8Array): number {
  const found = entries.findIndex(({ traceId }) => compareBytes(utf8(traceId), key) >= 0);
  return found < 0 ? entries.length : found;
}
