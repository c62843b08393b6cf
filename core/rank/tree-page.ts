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

/**
 * The nodes of a page, as the tree of `place.tree.size` leaves has them: inputs, then each level above, up to the page's
 * top. Bytes of a page: a `u32` whose bit i (from the lowest) marks that input i is not empty, then the hashes of all
 * nodes that are not empty, level by level. A page without any is not there.
 */
export class TreePage {
  readonly #place: PagePlace;
  readonly #levels: readonly (Uint8Array | Empty)[][];

  private constructor(place: PagePlace, levels: readonly (Uint8Array | Empty)[][]) {
    this.#place = place;
    this.#levels = levels;
  }

  /** Reads a page; one that is not there is empty. Throws `RANK_TREE_DAMAGED` where its bytes are not a page. */
  static read(pages: PageReader, place: PagePlace): TreePage {
    const page = TreePage.#empty(place);
    const name = pageName(place);
    const bytes = pages.get(name);
    if (bytes !== null) fromOwnPage(name, () => page.#fill(new Reader(bytes, 'a page of a rank tree')));
    return page;
  }

  /** A page with these inputs, whose nodes above are worked out. */
  static over(place: PagePlace, inputs: readonly (Uint8Array | Empty)[]): TreePage {
    const page = TreePage.#empty(place);
    const all = page.#inputs.map((_, i): readonly [number, Uint8Array | Empty] => [i, inputs[i] ?? null]);
    page.set(new Map(all));
    return page;
  }

  static #empty(place: PagePlace): TreePage {
    const { tree, band, index } = place;
    const left = widthAt(tree.size, band * PAGE_LEVELS) - index * PAGE_INPUTS;
    const inputs = Math.max(0, Math.min(PAGE_INPUTS, left));
    const levels: Empty[][] = [];
    for (let level = 0; level === 0 || (levels[level - 1]?.length ?? 0) > 1; level++)
      levels.push(new Array<Empty>(widthAt(inputs, level)).fill(null));
    return new TreePage(place, levels);
  }

  get #inputs(): (Uint8Array | Empty)[] {
    return this.#levels[0] ?? [];
  }

  get inputs(): readonly (Uint8Array | Empty)[] {
    return this.#inputs;
  }

  /** The node that stands over the whole page. */
  get top(): Uint8Array | Empty {
    return this.node(PAGE_LEVELS, 0);
  }

  /** The node at a level of the page (0: inputs) and a position within it; above its top that one, moved up unchanged. */
  node(level: number, position: number): Uint8Array | Empty {
    return this.#levels[Math.min(level, this.#levels.length - 1)]?.[position] ?? null;
  }

  /** Changes inputs, and the nodes above them. */
  set(inputs: ReadonlyMap<number, Uint8Array | Empty>): void {
    let changed: Iterable<number> = inputs.keys();
    for (const [i, input] of inputs) this.#inputs[i] = input;
    for (const [level, nodes] of this.#levels.entries()) {
      if (level === 0) continue;
      const above = new Set<number>();
      for (const position of changed) above.add(position >> 1);
      for (const position of above) nodes[position] = this.#parent(level, position);
      changed = above;
    }
  }

  /** The page's bytes; null where it is empty. */
  encode(): Uint8Array | null {
    if (this.top === null) return null;
    const marks = this.#inputs.reduce((bits, input, i) => (input === null ? bits : bits + 2 ** i), 0);
    return concat(u32(marks), ...this.#levels.flatMap((nodes) => nodes.filter((node) => node !== null)));
  }

  #parent(level: number, position: number): Uint8Array | Empty {
    const [left, right] = [this.node(level - 1, 2 * position), this.node(level - 1, 2 * position + 1)];
    // A node without a sibling moves up unchanged.
    if (2 * position + 1 >= (this.#levels[level - 1]?.length ?? 0)) return left;
    if (left === null && right === null) return null;
    return nodeHash(
      left ?? this.#emptyAt(level - 1, 2 * position),
      right ?? this.#emptyAt(level - 1, 2 * position + 1),
    );
  }

  #emptyAt(level: number, position: number): Uint8Array {
    const { tree, band, index } = this.#place;
    return emptyNode(tree, band * PAGE_LEVELS + level, index * 2 ** (PAGE_LEVELS - level) + position);
  }

  #fill(reader: Reader): void {
    const marks = reader.u32();
    let marked = this.#inputs.map((_, i) => Math.floor(marks / 2 ** i) % 2 === 1);
    for (const nodes of this.#levels) {
      marked.forEach((is, i) => {
        if (is) nodes[i] = reader.take(HASH_LENGTH);
      });
      marked = Array.from({ length: Math.ceil(marked.length / 2) }, (_, i) =>
        marked.slice(2 * i, 2 * i + 2).includes(true),
      );
    }
    reader.end();
  }
}
