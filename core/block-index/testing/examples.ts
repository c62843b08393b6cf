import { concat, utf8 } from '../../bytes/bytes.js';
import { sha256 } from '../../hash.js';
import { leafHash } from '../../merkle/hashing.js';
import { buildFbTree, buildMbTree } from '../build.js';
import { onlyTraceId } from '../key-range.js';
import { MbTree } from '../mb-tree.js';

/** Bytes that the code writes, and the fields that a table of docs/formats.md must put together to the same. */
const ORDER = 4;
const PREFIX = utf8('LOT-');
const txId = (i: number): Uint8Array => sha256(utf8(`transaction ${i}`));
const previous = sha256(utf8('block before'));
const entry = (i: number) => ({
  traceId: `LOT-${i}`,
  txNum: 10 + i,
  txId: txId(i),
  previous: i === 1 ? previous : null,
  upstream: i > 0,
});

/** Four entries in two leaves of two, and an inner node above them. */
const ENTRIES = [0, 1, 2, 3].map(entry);
const FB = buildFbTree(ENTRIES, ORDER);
const MB = buildMbTree(ENTRIES, ORDER);
const NODES = 'cotrace.fbtree.v1\0'.length + 10;
const LEAF = 7 + PREFIX.length + 2 * 41;
const SECOND = NODES + LEAF + 34;
const TOP = SECOND + LEAF + 2;

const leafBytes = FB.slice(NODES, SECOND);
const leaves = [leafBytes, FB.slice(SECOND, TOP)];
const child = (i: number) => ({ pointer: i === 0 ? NODES : SECOND });
const inner = { prefix: utf8('LOT-2'), tails: new Uint8Array() };

export const exampleTrees = {
  fb: { fields: { order: ORDER, entries: 4, top: TOP, nodes: FB.slice(NODES) }, bytes: FB },
  mb: { fields: { order: ORDER, entries: 4, top: TOP, nodes: MB.slice(NODES) }, bytes: MB },
  leaf: {
    fields: {
      prefix: PREFIX,
      entries: [
        { end: 1, txNum: 10, flags: 0, txId: txId(0) },
        { end: 34, txNum: 11, flags: 3, txId: txId(1) },
      ],
      tails: concat(utf8('0'), previous, utf8('1')),
    },
    bytes: leafBytes,
  },
  fbInner: {
    fields: { ...inner, children: [0, 1].map((i) => ({ ...child(i), end: 0 })) },
    bytes: FB.slice(TOP),
  },
  mbInner: {
    fields: {
      ...inner,
      children: leaves.map((leaf, i) => ({ ...child(i), end: 0, hash: leafHash(leaf) })),
    },
    bytes: MB.slice(TOP),
  },
};

const tree = new MbTree(MB);

export const exampleMbRoot = {
  fields: { order: ORDER, entries: 4, top: leafHash(MB.slice(TOP)) },
  bytes: tree.root,
};

export const exampleMbProof = {
  fields: {
    order: ORDER,
    entries: 4,
    firstLeaf: 1,
    nodes: [{ node: MB.slice(TOP) }, { node: leaves[1] ?? new Uint8Array() }],
  },
  bytes: tree.prove(onlyTraceId('LOT-3')),
};
