import { compareBytes, concat, utf8 } from '../bytes/bytes.js';
import { lp, Reader, u16, u32, u64 } from '../bytes/codec.js';
import { CotraceError, MalformedError } from '../errors.js';
import { hashField, nameField } from '../formats/fields.js';
import { MAX_MSP_ID_BYTES } from '../formats/membership.js';
import { HASH_LENGTH } from '../hash.js';
import { leafHash, MAX_TREE_SIZE } from '../merkle/hashing.js';
import { comparePlaces, encodeEventLeaf, type TraceEvent } from './event-leaf.js';
import { completedNodes, grownPeaks, peakPlaces, type PerfectNode } from '../merkle/peaks.js';

/**
 * Most organisations that have a tree of their own in a head. With 48 MSP ids of 255 bytes, 32 peaks each, and the
 * shared tree a head has 63,398 bytes, so that it always fits the trie (`MAX_TRIE_VALUE`).
 */
export const MAX_HEAD_ORGANISATIONS = 48;

/** In place of an MSP id: the tree that all organisations share which came after `MAX_HEAD_ORGANISATIONS` others. */
export const SHARED_TREE = '';

/** The tree over the events of one trace by one organisation, or by those of the shared tree. */
export interface EventTree {
  /** MSP id, or `SHARED_TREE`. */
  readonly mspId: string;
  /** Number of events, 1…2^32−1. */
  readonly count: number;
  /** Block of the last event. */
  readonly lastBlock: bigint;
  /** Its transaction there. */
  readonly lastTx: number;
  /** Roots of the perfect subtrees, largest first, one for each bit of `count`, 32 bytes each. */
  readonly peaks: readonly Uint8Array[];
}

/** Where a trace stands over all domains: its organisations' trees, at least one, by the bytes of their MSP ids. */
export type TraceHead = readonly EventTree[];

/** Whether a tree has stopped growing: there may be events that it does not count. */
export function isFull(tree: EventTree): boolean {
  return tree.count === MAX_TREE_SIZE;
}

/** The tree that has an organisation's events; null where it has none. */
export function treeOf(head: TraceHead, mspId: string): EventTree | null {
  return head.find((tree) => tree.mspId === mspId) ?? head.find((tree) => tree.mspId === SHARED_TREE) ?? null;
}

/** What one more event is in the trees of its trace. */
export interface AddedEvent {
  /** The tree that has it: its MSP id, or `SHARED_TREE`. */
  readonly mspId: string;
  /** Its place there, from 0. */
  readonly index: number;
  /** Its leaf's data. */
  readonly leaf: Uint8Array;
  /** The perfect subtrees that it completes, its own leaf first. */
  readonly nodes: readonly PerfectNode[];
}

/**
 * The head after one more event of its trace, and what it is there; null is the head of a trace without any. Events come
 * in the order of `compareEvents`. A full tree stays as it is, and `added` is null. Throws as `encodeEventLeaf`, and
 * `BAD_EVENT_ORDER` for an event of a transaction before the last one.
 */
export function addEvent(
  head: TraceHead | null,
  event: TraceEvent,
): { readonly head: TraceHead; readonly added: AddedEvent | null } {
  const trees = head ?? [];
  for (const tree of trees) checkOrder(tree, event);
  const leaf = encodeEventLeaf(event);
  const own = ownTree(trees, event.mspId);
  const before = trees.find(({ mspId }) => mspId === own) ?? null;
  if (before !== null && isFull(before)) return { head: trees, added: null };
  const [index, peaks] = [before?.count ?? 0, before?.peaks ?? []];
  const nodes = completedNodes(index, peaks, leafHash(leaf));
  const after: EventTree = {
    mspId: own,
    count: index + 1,
    lastBlock: event.blockNum,
    lastTx: event.txNum,
    peaks: grownPeaks(peaks, nodes),
  };
  const grown =
    before === null
      ? [...trees, after].sort((a, b) => compareBytes(utf8(a.mspId), utf8(b.mspId)))
      : trees.map((tree) => (tree === before ? after : tree));
  return { head: grown, added: { mspId: own, index, leaf, nodes } };
}

/** The head after one more event of its trace. Throws as `addEvent`. */
export function extendHead(head: TraceHead | null, event: TraceEvent): TraceHead {
  return addEvent(head, event).head;
}

/** Bytes of a head (docs/formats.md, Head of trees). Throws as `decodeHead`, `OUT_OF_RANGE` and `BAD_HASH_LENGTH`. */
export function encodeHead(head: TraceHead): Uint8Array {
  checkHead(head);
  const trees = head.map(({ mspId, count, lastBlock, lastTx, peaks }) =>
    concat(
      lp(mspId),
      u32(count),
      u64(lastBlock),
      u32(lastTx),
      ...peaks.map((peak) => hashField(peak, 'peak')),
    ),
  );
  return concat(u16(head.length), ...trees);
}

/**
 * The head that a value of the trie states: exactly what `encodeHead` writes. The number of peaks follows from the
 * count. Throws `TRUNCATED`, `TOO_LONG`, `BAD_UTF8`, `TRAILING_BYTES`, `BAD_TREE_SIZE`, `BAD_TRACE_HEAD`.
 */
export function decodeHead(value: Uint8Array): TraceHead {
  const reader = new Reader(value, 'a trace head');
  const head: EventTree[] = [];
  const length = reader.u16();
  for (let i = 0; i < length; i++) {
    const mspId = reader.text(MAX_MSP_ID_BYTES);
    const [count, lastBlock, lastTx] = [reader.u32(), reader.u64(), reader.u32()];
    const peaks = peakPlaces(count).map(() => reader.take(HASH_LENGTH));
    head.push({ mspId, count, lastBlock, lastTx, peaks });
  }
  reader.end();
  checkHead(head);
  return head;
}

function ownTree(trees: readonly EventTree[], mspId: string): string {
  const known = trees.some((tree) => tree.mspId === mspId);
  return known || named(trees) < MAX_HEAD_ORGANISATIONS ? mspId : SHARED_TREE;
}

function named(trees: readonly EventTree[]): number {
  return trees.filter(({ mspId }) => mspId !== SHARED_TREE).length;
}

function checkOrder({ lastBlock, lastTx }: EventTree, { blockNum, txNum }: TraceEvent): void {
  if (comparePlaces({ blockNum, txNum }, { blockNum: lastBlock, txNum: lastTx }) < 0) {
    throw new CotraceError('BAD_EVENT_ORDER', 'an event comes after one of a later transaction', {
      blockNum: String(blockNum),
      txNum,
      lastBlock: String(lastBlock),
      lastTx,
    });
  }
}

function checkHead(head: TraceHead): void {
  const wrong = (why: string): MalformedError =>
    new MalformedError('BAD_TRACE_HEAD', `a trace head ${why}`, { trees: head.length });
  const organisations = named(head);
  if (head.length === 0) throw wrong('has at least one tree');
  if (organisations > MAX_HEAD_ORGANISATIONS) {
    throw wrong(`has trees of at most ${MAX_HEAD_ORGANISATIONS} organisations`);
  }
  if (organisations < head.length && organisations < MAX_HEAD_ORGANISATIONS) {
    throw wrong('has a shared tree only beside all the trees that it may have');
  }
  head.forEach((tree, at) => {
    if (tree.mspId !== SHARED_TREE) nameField(tree.mspId, 'MSP id', MAX_MSP_ID_BYTES);
    const before = head[at - 1];
    if (before !== undefined && compareBytes(utf8(before.mspId), utf8(tree.mspId)) >= 0) {
      throw wrong('has its trees in the order of their MSP ids, each once');
    }
    if (peakPlaces(tree.count).length !== tree.peaks.length) {
      throw wrong('has one peak for each bit of a count');
    }
  });
}
