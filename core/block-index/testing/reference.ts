import { compareBytes, concat, utf8 } from '../../bytes/bytes.js';
import { lp, u16, u32, u8 } from '../../bytes/codec.js';
import { sha256 } from '../../hash.js';
import type { IndexEntry } from '../entry.js';
import type { KeyRange } from '../key-range.js';

interface Node {
  readonly keys: readonly Uint8Array[];
  readonly entries: readonly IndexEntry[];
  readonly children: readonly Node[];
}

/** The order of entries as docs/formats.md says it. */
export function referenceOrder(entries: readonly IndexEntry[]): IndexEntry[] {
  const sortKeys = ({ traceId, txNum, upstream, txId, previous }: IndexEntry): Uint8Array[] => [
    utf8(traceId),
    u32(txNum),
    u8(upstream ? 1 : 0),
    txId,
    previous ?? new Uint8Array(),
  ];
  return entries
    .map((entry) => ({ entry, keys: sortKeys(entry) }))
    .sort((a, b) => a.keys.reduce((order, key, i) => order || compareBytes(key, b.keys[i] ?? key), 0))
    .map(({ entry }) => entry);
}

/** Every one of `entries`, in the order given, that is in `range`. */
export function referenceScan(entries: readonly IndexEntry[], { from, to }: KeyRange): IndexEntry[] {
  return entries.filter(({ traceId }) => {
    const key = utf8(traceId);
    return compareBytes(key, from) >= 0 && compareBytes(key, to) < 0;
  });
}

/** `items` in as few groups of at most `most` as it takes, as even as can be. */
function spread<T>(items: readonly T[], most: number): T[][] {
  const groups = Math.ceil(items.length / most);
  const bound = (group: number): number => Math.floor((group * items.length) / groups);
  return Array.from({ length: groups }, (_, group) => items.slice(bound(group), bound(group + 1)));
}

/** The levels of a tree, leaves first, from its definition. */
function levelsOf(entries: readonly IndexEntry[], order: number): Node[][] {
  const levels: Node[][] = [];
  if (entries.length === 0) return levels;
  let level = spread(referenceOrder(entries), order - 1).map((group): Node => ({
    entries: group,
    keys: group.map(({ traceId }) => utf8(traceId)),
    children: [],
  }));
  levels.push(level);
  while (level.length > 1) {
    level = spread(level, order).map((children): Node => ({
      entries: [],
      keys: children.flatMap(({ keys }) => keys),
      children,
    }));
    levels.push(level);
  }
  return levels;
}

function common(keys: readonly Uint8Array[]): Uint8Array {
  const [first = new Uint8Array()] = keys;
  let length = first.length;
  while (keys.some((key) => compareBytes(key.subarray(0, length), first.subarray(0, length)) !== 0)) length--;
  return first.subarray(0, length);
}

/** The shortest beginning of the first key of `right` that is above every key of `left`, or the whole key. */
function separator(left: Node, right: Node): Uint8Array {
  const [key = new Uint8Array()] = right.keys;
  for (let length = 1; length < key.length; length++) {
    const candidate = key.slice(0, length);
    if (left.keys.every((other) => compareBytes(other, candidate) < 0)) return candidate;
  }
  return key;
}

/** A tree, written field by field as the tables of docs/formats.md have it. */
export function referenceTree(entries: readonly IndexEntry[], order: number, hashed: boolean): Uint8Array {
  const tag = utf8(`cotrace.${hashed ? 'mb' : 'fb'}tree.v1\0`);
  const header = tag.length + 2 + 4 + 4;
  const pointers = new Map<Node, number>();
  const encoded = new Map<Node, Uint8Array>();
  let length = header;
  let top = 0;
  for (const level of levelsOf(entries, order)) {
    for (const node of level) {
      const bytes = node.children.length === 0 ? leaf(node) : inner(node);
      encoded.set(node, bytes);
      pointers.set(node, length);
      top = length;
      length += bytes.length;
    }
  }
  return concat(tag, u16(order), u32(entries.length), u32(top), ...encoded.values());

  function leaf(node: Node): Uint8Array {
    const prefix = common(node.keys);
    const tails = node.entries.map(({ previous }, i) =>
      concat(previous ?? new Uint8Array(), (node.keys[i] ?? prefix).slice(prefix.length)),
    );
    const table = node.entries.map(({ txNum, txId, previous, upstream }, i) =>
      concat(
        u32(concat(...tails.slice(0, i + 1)).length),
        u32(txNum),
        u8((previous ? 1 : 0) + (upstream ? 2 : 0)),
        txId,
      ),
    );
    return concat(utf8('l'), lp(prefix), u16(node.entries.length), ...table, ...tails);
  }

  function inner(node: Node): Uint8Array {
    const separators = node.children.slice(1).map((child, i) => separator(node.children[i] ?? child, child));
    const prefix = common(separators);
    const tails = [new Uint8Array(), ...separators.map((text) => text.slice(prefix.length))];
    const table = node.children.map((child, i) =>
      concat(
        u32(concat(...tails.slice(0, i + 1)).length),
        u32(pointers.get(child) ?? 0),
        hashed ? sha256(concat(u8(0), encoded.get(child) ?? new Uint8Array())) : new Uint8Array(),
      ),
    );
    return concat(utf8('n'), lp(prefix), u16(node.children.length), ...table, ...tails);
  }
}

/** The root of an MB+ tree: its bytes say where the top node is. */
export function referenceRoot(tree: Uint8Array): Uint8Array {
  const header = tree.slice('cotrace.mbtree.v1\0'.length);
  const top = new DataView(header.buffer).getUint32(6);
  const hash = top === 0 ? new Uint8Array(32) : sha256(concat(u8(0), tree.slice(top)));
  return sha256(concat(utf8('cotrace.mbroot.v1\0'), header.slice(0, 6), hash));
}
