import { concat, utf8 } from '../../bytes/bytes.js';
import { lp, u16, u32 } from '../../bytes/codec.js';
import { buildFbTree, buildMbTree } from '../build.js';
import type { IndexEntry } from '../entry.js';
import { onlyTraceId, traceIdsBetween, traceIdsWithPrefix, type KeyRange } from '../key-range.js';
import { MbTree } from '../mb-tree.js';
import { decodeMbProof } from '../proof.js';
import type { MbProofClaim } from '../verify.js';
import { entryOf } from './entries.js';

/** A proof that must not be taken, and the code that it is refused with. */
export interface Forgery {
  readonly name: string;
  readonly claim: MbProofClaim;
  readonly code: string;
}

/** An honest proof and what it shows. */
export interface Honest {
  readonly name: string;
  readonly claim: MbProofClaim;
  readonly entries: readonly IndexEntry[];
  readonly before: string | null;
  readonly after: string | null;
}

const ORDER = 4;
const idOf = (i: number): string => `LOT-${String(i).padStart(3, '0')}`;
/** Lots 000, 002, … 198: 100 entries, 34 leaves of order 4, four levels. */
const ENTRIES = Array.from({ length: 100 }, (_, i) => entryOf(idOf(2 * i), i));
const TREE = new MbTree(buildMbTree(ENTRIES, ORDER));

function honest(name: string, range: KeyRange, first: number, count: number): Honest {
  return {
    name,
    claim: { proof: TREE.prove(range), root: TREE.root, range },
    entries: ENTRIES.slice(first, first + count),
    before: ENTRIES[first - 1]?.traceId ?? null,
    after: ENTRIES[first + count]?.traceId ?? null,
  };
}

const PRESENT = onlyTraceId(idOf(100));
const ABSENT = onlyTraceId(idOf(101));
const SOME = traceIdsBetween(idOf(60), idOf(90));

/** Proofs of presence, absence and ranges, in the middle and at both ends. */
export function honestProofs(): Honest[] {
  return [
    honest('a present TraceID', PRESENT, 50, 1),
    honest('the first TraceID', onlyTraceId(idOf(0)), 0, 1),
    honest('the last TraceID', onlyTraceId(idOf(198)), 99, 1),
    honest('an absent TraceID between two', ABSENT, 51, 0),
    honest('an absent TraceID before all', onlyTraceId('A'), 0, 0),
    honest('an absent TraceID behind all', onlyTraceId('Z'), 100, 0),
    honest('a range', SOME, 30, 15),
    honest('a range without entries', traceIdsBetween(`${idOf(100)}A`, `${idOf(100)}B`), 51, 0),
    honest('a range before all', traceIdsBetween(null, 'A'), 0, 0),
    honest('a prefix', traceIdsWithPrefix('LOT-01'), 5, 5),
    honest('everything', traceIdsWithPrefix(''), 0, 100),
  ];
}

interface Parts {
  readonly tag: Uint8Array;
  readonly order: number;
  readonly count: number;
  readonly first: number;
  /** From the top down. */
  readonly nodes: readonly Uint8Array[];
}

function partsOf(proof: Uint8Array): Parts {
  const { order, shape, leaves, nodes } = decodeMbProof(proof);
  return {
    tag: utf8('cotrace.mbproof.v1\0'),
    order,
    count: shape.count,
    first: leaves?.first ?? 0,
    nodes: nodes.toReversed().flat(),
  };
}

function write({ tag, order, count, first, nodes }: Parts): Uint8Array {
  return concat(tag, u16(order), u32(count), u32(first), u32(nodes.length), ...nodes.map((node) => lp(node)));
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, i) => (i === (at + bytes.length) % bytes.length ? byte ^ 1 : byte));
}

/** A proof about `range` from a tree of other entries. */
function proofFrom(entries: readonly IndexEntry[], range: KeyRange, order = ORDER): Uint8Array {
  return new MbTree(buildMbTree(entries, order)).prove(range);
}

/** The named forgeries of presence, absence and range proofs. */
export function forgeries(): Forgery[] {
  const root = TREE.root;
  const present = TREE.prove(PRESENT);
  const some = TREE.prove(SOME);
  const all = TREE.prove(traceIdsWithPrefix(''));
  const parts = partsOf(present);
  const many = partsOf(some);
  const last = many.nodes.length - 1;
  const forged = (name: string, code: string, proof: Uint8Array, range = PRESENT): Forgery => ({
    name,
    code,
    claim: { proof, root, range },
  });
  const changed = (name: string, code: string, change: Partial<Parts>): Forgery =>
    forged(name, code, write({ ...parts, ...change }));
  const ranged = (name: string, code: string, change: Partial<Parts>): Forgery =>
    forged(name, code, write({ ...many, ...change }), SOME);
  const without = (i: number): IndexEntry[] => ENTRIES.toSpliced(i, 1);
  const other = (change: Partial<IndexEntry>): IndexEntry[] =>
    ENTRIES.map((entry, i) => (i === 50 ? { ...entry, ...change } : entry));
  return [
    // The bytes around the nodes.
    forged('no bytes', 'TRUNCATED', new Uint8Array()),
    forged('a byte too few', 'TRUNCATED', present.subarray(0, -1)),
    forged('trailing garbage', 'TRAILING_BYTES', Uint8Array.of(...present, 0)),
    forged('a tree in place of a proof', 'BAD_TAG', buildMbTree(ENTRIES, ORDER)),
    changed('another tag', 'BAD_TAG', { tag: flipped(parts.tag, 3) }),
    changed('an order below 4', 'BAD_ORDER', { order: 3 }),
    changed('an order above 256', 'BAD_ORDER', { order: 257 }),
    changed('more entries than a tree can have', 'BAD_ENTRY_COUNT', { count: 0xffffffff }),
    changed('a first leaf behind the last', 'BAD_PROOF_LENGTH', { first: 34 }),
    changed('no nodes', 'BAD_PROOF_LENGTH', { nodes: [] }),
    changed('a node too few', 'BAD_PROOF_LENGTH', { nodes: parts.nodes.slice(0, -2) }),
    changed('a node too many', 'ROOT_MISMATCH', { nodes: [TREE.root, ...parts.nodes.slice(0, -1)] }),
    changed('the proof of an empty tree', 'ROOT_MISMATCH', { count: 0, first: 0, nodes: [] }),
    // What the root binds.
    changed('an entry more', 'ROOT_MISMATCH', { count: 101 }),
    changed('an entry less', 'ROOT_MISMATCH', { count: 99 }),
    forged('another order', 'ROOT_MISMATCH', proofFrom(ENTRIES, PRESENT, 5)),
    changed('an order that leaves the shape as it is', 'ROOT_MISMATCH', {
      ...partsOf(proofFrom(ENTRIES.slice(0, 3), PRESENT, 4)),
      order: 5,
    }),
    {
      ...forged('another root', 'ROOT_MISMATCH', present),
      claim: { proof: present, root: flipped(root, 0), range: PRESENT },
    },
    {
      ...forged('a root one byte short', 'BAD_HASH_LENGTH', present),
      claim: { proof: present, root: root.subarray(1), range: PRESENT },
    },
    forged('a tree without the entry', 'ROOT_MISMATCH', proofFrom(without(50), PRESENT)),
    forged(
      'a tree with the entry that is absent',
      'ROOT_MISMATCH',
      proofFrom([...ENTRIES, entryOf(idOf(101), 200)], ABSENT),
      ABSENT,
    ),
    forged('a tree with another txNum', 'ROOT_MISMATCH', proofFrom(other({ txNum: 1050 }), PRESENT)),
    forged('a tree with another txId', 'ROOT_MISMATCH', proofFrom(other({ txId: root }), PRESENT)),
    forged(
      'a tree with another previous block',
      'ROOT_MISMATCH',
      proofFrom(other({ previous: root }), PRESENT),
    ),
    forged(
      'a tree without the previous block',
      'ROOT_MISMATCH',
      proofFrom(other({ previous: null }), PRESENT),
    ),
    forged(
      'a tree with the entry filed as upstream',
      'ROOT_MISMATCH',
      proofFrom(other({ upstream: true }), PRESENT),
    ),
    forged('a tree without hashes', 'BAD_TAG', buildFbTree(ENTRIES, ORDER)),
    // Nodes that the nodes above do not name.
    changed('a flipped bit in the top node', 'ROOT_MISMATCH', {
      nodes: [flipped(parts.nodes[0] ?? root, 40), ...parts.nodes.slice(1)],
    }),
    ranged('a flipped bit in a leaf', 'NODE_MISMATCH', {
      nodes: many.nodes.with(last, flipped(many.nodes[last] ?? root, -1)),
    }),
    ranged('a flipped bit in an inner node', 'NODE_MISMATCH', {
      nodes: many.nodes.with(1, flipped(many.nodes[1] ?? root, 30)),
    }),
    ranged('swapped leaves', 'NODE_MISMATCH', {
      nodes: many.nodes.with(last, many.nodes[last - 1] ?? root).with(last - 1, many.nodes[last] ?? root),
    }),
    ranged('a leaf twice, another left out', 'NODE_MISMATCH', {
      nodes: many.nodes.with(last, many.nodes[last - 1] ?? root),
    }),
    ranged('an inner node in place of a leaf', 'NODE_MISMATCH', {
      nodes: many.nodes.with(last, many.nodes[1] ?? root),
    }),
    ranged('trailing garbage in a leaf', 'NODE_MISMATCH', {
      nodes: many.nodes.with(last, Uint8Array.of(...(many.nodes[last] ?? root), 0)),
    }),
    ranged('leaves of the tree without one entry', 'NODE_MISMATCH', {
      nodes: [...many.nodes.slice(0, 8), ...partsOf(proofFrom(without(40), SOME)).nodes.slice(8)].slice(
        0,
        last + 1,
      ),
    }),
    ranged('leaves shown as the ones beside them', 'BAD_PROOF_LENGTH', { first: many.first + 1 }),
    ranged('the last leaves left out', 'NODE_MISMATCH', { nodes: many.nodes.slice(0, -3) }),
    // Sound proofs that answer another question.
    forged('the proof of another TraceID', 'INCOMPLETE_PROOF', TREE.prove(onlyTraceId(idOf(40)))),
    forged('absence shown by a leaf before', 'INCOMPLETE_PROOF', TREE.prove(onlyTraceId(idOf(90))), ABSENT),
    forged('absence shown by a leaf behind', 'INCOMPLETE_PROOF', TREE.prove(onlyTraceId(idOf(120))), ABSENT),
    forged('absence before all shown by a later leaf', 'INCOMPLETE_PROOF', present, onlyTraceId('A')),
    forged('absence behind all shown by an earlier leaf', 'INCOMPLETE_PROOF', present, onlyTraceId('Z')),
    forged(
      'a range cut on the left',
      'INCOMPLETE_PROOF',
      TREE.prove(traceIdsBetween(idOf(70), idOf(90))),
      SOME,
    ),
    forged(
      'a range cut on the right',
      'INCOMPLETE_PROOF',
      TREE.prove(traceIdsBetween(idOf(60), idOf(80))),
      SOME,
    ),
    forged('one end of a range alone', 'INCOMPLETE_PROOF', TREE.prove(onlyTraceId(idOf(60))), SOME),
    forged('a range without its right neighbour', 'INCOMPLETE_PROOF', withoutNeighbour(), NEIGHBOURED),
    forged('a wider range', 'SUPERFLUOUS_NODES', TREE.prove(traceIdsBetween(idOf(40), idOf(110))), SOME),
    forged('everything', 'SUPERFLUOUS_NODES', all, SOME),
    forged('everything for one TraceID', 'SUPERFLUOUS_NODES', all),
    {
      ...forged('a range that ends before it begins', 'BAD_RANGE', present),
      claim: { proof: present, root, range: { from: SOME.to, to: SOME.from } },
    },
  ];
}

/** Ends with the last entry of a leaf, so that its right neighbour is in the next one. */
const NEIGHBOURED = traceIdsBetween(idOf(60), `${idOf(lastOfLeaf(20))}~`);

function lastOfLeaf(leaf: number): number {
  return 2 * (Math.floor(((leaf + 1) * 100) / 34) - 1);
}

/** What shows all of the range but not that it ends there. */
function withoutNeighbour(): Uint8Array {
  return TREE.prove(traceIdsBetween(idOf(60), idOf(lastOfLeaf(20))));
}
