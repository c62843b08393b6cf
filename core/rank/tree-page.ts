import { concat } from '../bytes/bytes.js';
import { Reader, u32 } from '../bytes/codec.js';
import { HASH_LENGTH } from '../hash.js';
import { nodeHash } from '../merkle/hashing.js';
import { fromOwnPage, numbered, type PageReader } from './pages.js';
import type { PlacedTree } from './places.js';

/** Levels of a tree that a page spans above its inputs. */
export const PAGE_LEVELS = 5;
/** Inputs of a page: nodes of one level of the tree, whose root the page works out. At most 32, as a `u32` marks them. */
export const PAGE_INPUTS = 2 ** PAGE_LEVELS;

/** A node that stands over empty places alone: what its hash is depends on how many they are. */
export type Empty = null;

/** A page of a tree: those that stand over leaves are of band 0, those over the tops of these of band 1, and so on. */
export interface PagePlace {
  readonly tree: PlacedTree;
  readonly band: number;
  /** Counted from 0 within the band. */
  readonly index: number;
}

/** Number of nodes at `level` of a tree of `size` leaves (0: the leaves). */
export function widthAt(size: number, level: number): number {
  return Math.ceil(size / 2 ** level);
}

/** The level of the root of a tree of `size` leaves, at least one. */
export function rootLevel(size: number): number {
  let level = 0;
  while (widthAt(size, level) > 1) level++;
  return level;
}

/** Number of bands of a tree of `size` leaves; none of an empty one. */
export function bandsOf(size: number): number {
  return size === 0 ? 0 : Math.max(1, Math.ceil(rootLevel(size) / PAGE_LEVELS));
}

/** The hash of the node of the tree at `level` and `position` where nothing but empty places is below it. */
export function emptyNode({ size, empty }: PlacedTree, level: number, position: number): Uint8Array {
  return empty.over(Math.min(2 ** level, size - position * 2 ** level));
}

export function pageName({ tree, band, index }: PagePlace): string {
  return `${tree.prefix}/${band}/${numbered(index)}`;
}

/** How many nodes each level of a page has, from its inputs on, and which of all its nodes is the level's first. */
interface PageShape {
  readonly widths: readonly number[];
  readonly starts: readonly number[];
  readonly nodes: number;
}

/** By number of inputs. */
const SHAPES = Array.from({ length: PAGE_INPUTS + 1 }, (_, inputs): PageShape => {
  const widths = [inputs];
  for (let width = inputs; width > 1; widths.push(width)) width = Math.ceil(width / 2);
  const starts = widths.map((_, level) => widths.slice(0, level).reduce((sum, width) => sum + width, 0));
  return { widths, starts, nodes: widths.reduce((sum, width) => sum + width, 0) };
});

/**
 * The nodes of a page, as the tree of `place.tree.size` leaves has them: inputs, then each level above, up to the page's
 * top. Bytes of a page: a `u32` whose bit i (from the lowest) marks that input i is not empty, then the hashes of all
 * nodes that are not empty, level by level. A page without any is not there. A page does not change: what is read from it
 * are views of its bytes, since a fold reads thousands.
 */
export class TreePage {
  readonly #place: PagePlace;
  readonly #shape: PageShape;
  /** The hashes of all nodes, level by level; zeros where one is empty. */
  readonly #nodes: Uint8Array;
  /** By level: bit i marks that node i is not empty. */
  readonly #held: readonly number[];

  private constructor(place: PagePlace, shape: PageShape, nodes: Uint8Array, held: readonly number[]) {
    this.#place = place;
    this.#shape = shape;
    this.#nodes = nodes;
    this.#held = held;
  }

  /** Reads a page; one that is not there is empty. Throws `RANK_TREE_DAMAGED` where its bytes are not a page. */
  static read(pages: PageReader, place: PagePlace): TreePage {
    const name = pageName(place);
    const bytes = pages.get(name);
    return bytes === null
      ? TreePage.#empty(place)
      : fromOwnPage(name, () => TreePage.#decode(place, new Reader(bytes, 'a page of a rank tree')));
  }

  /** A page with these inputs, whose nodes above are worked out. */
  static over(place: PagePlace, inputs: readonly (Uint8Array | Empty)[]): TreePage {
    const page = TreePage.#empty(place);
    const all = page.inputs.map((_, i): readonly [number, Uint8Array | Empty] => [i, inputs[i] ?? null]);
    return page.with(new Map(all));
  }

  static #empty(place: PagePlace): TreePage {
    const shape = shapeOf(place);
    const held = shape.widths.map(() => 0);
    return new TreePage(place, shape, new Uint8Array(shape.nodes * HASH_LENGTH), held);
  }

  static #decode(place: PagePlace, reader: Reader): TreePage {
    const shape = shapeOf(place);
    const held: number[] = [];
    let marks = reader.u32();
    for (const width of shape.widths) {
      held.push(marks & lowest(width));
      marks = pairs(marks & lowest(width));
    }
    const full = isFull(shape, held);
    const nodes = full ? reader.take(shape.nodes * HASH_LENGTH) : new Uint8Array(shape.nodes * HASH_LENGTH);
    if (!full) for (const node of heldNodes(shape, held)) nodes.set(reader.take(HASH_LENGTH), node);
    reader.end();
    return new TreePage(place, shape, nodes, held);
  }

  get inputs(): readonly (Uint8Array | Empty)[] {
    return Array.from({ length: this.#shape.widths[0] ?? 0 }, (_, i) => this.node(0, i));
  }

  /** The node that stands over the whole page. */
  get top(): Uint8Array | Empty {
    return this.node(PAGE_LEVELS, 0);
  }

  /** The node at a level of the page (0: inputs) and a position within it; above its top that one, moved up unchanged. */
  node(level: number, position: number): Uint8Array | Empty {
    return nodeIn(this.#shape, this.#nodes, this.#held, Math.min(level, this.#held.length - 1), position);
  }

  /** The page with other inputs at these places, and other nodes above them. */
  with(inputs: ReadonlyMap<number, Uint8Array | Empty>): TreePage {
    const [shape, nodes, held] = [this.#shape, new Uint8Array(this.#nodes), [...this.#held]];
    const put = (level: number, position: number, hash: Uint8Array | Empty) => {
      const bit = 1 << position;
      held[level] = hash === null ? (held[level] ?? 0) & ~bit : (held[level] ?? 0) | bit;
      const at = ((shape.starts[level] ?? 0) + position) * HASH_LENGTH;
      if (hash === null) nodes.fill(0, at, at + HASH_LENGTH);
      else nodes.set(hash, at);
    };
    let changed = 0;
    for (const [i, input] of inputs) {
      put(0, i, input);
      changed |= 1 << i;
    }
    for (let level = 1; level < shape.widths.length; level++) {
      changed = pairs(changed);
      for (const position of bitsOf(changed))
        put(level, position, this.#parent(nodes, held, level, position));
    }
    return new TreePage(this.#place, shape, nodes, held);
  }

  /** The page's bytes; null where it is empty. */
  encode(): Uint8Array | null {
    if (this.top === null) return null;
    const marks = u32((this.#held[0] ?? 0) >>> 0);
    if (isFull(this.#shape, this.#held)) return concat(marks, this.#nodes);
    const held = heldNodes(this.#shape, this.#held);
    return concat(marks, ...held.map((at) => this.#nodes.subarray(at, at + HASH_LENGTH)));
  }

  #parent(nodes: Uint8Array, held: readonly number[], level: number, position: number): Uint8Array | Empty {
    const [shape, below] = [this.#shape, level - 1];
    const [at, sibling] = [2 * position, 2 * position + 1];
    const left = nodeIn(shape, nodes, held, below, at);
    // A node without a sibling moves up unchanged.
    if (sibling >= (shape.widths[below] ?? 0)) return left;
    const right = nodeIn(shape, nodes, held, below, sibling);
    if (left === null && right === null) return null;
    return nodeHash(left ?? this.#emptyAt(below, at), right ?? this.#emptyAt(below, sibling));
  }

  #emptyAt(level: number, position: number): Uint8Array {
    const { tree, band, index } = this.#place;
    return emptyNode(tree, band * PAGE_LEVELS + level, index * 2 ** (PAGE_LEVELS - level) + position);
  }
}

function shapeOf({ tree, band, index }: PagePlace): PageShape {
  const left = widthAt(tree.size, band * PAGE_LEVELS) - index * PAGE_INPUTS;
  return SHAPES[Math.max(0, Math.min(PAGE_INPUTS, left))] ?? { widths: [], starts: [], nodes: 0 };
}

function nodeIn(
  { widths, starts }: PageShape,
  nodes: Uint8Array,
  held: readonly number[],
  level: number,
  position: number,
): Uint8Array | Empty {
  if (position >= (widths[level] ?? 0) || (((held[level] ?? 0) >>> position) & 1) === 0) return null;
  const at = ((starts[level] ?? 0) + position) * HASH_LENGTH;
  return nodes.subarray(at, at + HASH_LENGTH);
}

/** Whether no node is empty. */
function isFull({ widths }: PageShape, held: readonly number[]): boolean {
  return held.every((bits, level) => bits === lowest(widths[level] ?? 0));
}

/** Where the nodes that are not empty begin among the hashes of a page. */
function heldNodes({ starts }: PageShape, held: readonly number[]): number[] {
  return held.flatMap((bits, level) =>
    bitsOf(bits).map((position) => ((starts[level] ?? 0) + position) * HASH_LENGTH),
  );
}

/** The lowest `count` bits, 0…32, as bitwise operators return them. */
function lowest(count: number): number {
  return count === PAGE_INPUTS ? -1 : (1 << count) - 1;
}

/** Bit i of the result is set where bit 2i or 2i+1 is. */
function pairs(bits: number): number {
  let found = 0;
  for (const position of bitsOf(bits)) found |= 1 << (position >> 1);
  return found;
}

/** The places of the bits that are set, rising. */
function bitsOf(bits: number): number[] {
  const places: number[] = [];
  for (let left = bits; left !== 0; left &= left - 1) places.push(31 - Math.clz32(left & -left));
  return places;
}
