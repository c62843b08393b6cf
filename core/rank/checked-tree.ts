import { equalBytes } from '../bytes/bytes.js';
import { CotraceError } from '../errors.js';
import type { PageReader } from './pages.js';
import type { PlacedTree } from './places.js';
import {
  bandsOf,
  emptyNode,
  PAGE_INPUTS,
  PAGE_LEVELS,
  pageName,
  TreePage,
  widthAt,
  type Empty,
  type PagePlace,
} from './tree-page.js';

/** Pages kept once they were read and checked: 2 KiB each. */
const MAX_PAGES = 256;

/** A tree of which the root is known. */
export interface RootedTree extends PlacedTree {
  /** Whether the tree has this root. */
  readonly isRoot: (root: Uint8Array | Empty) => boolean;
}

/** Nodes of trees, each read from a page that was checked against the one above. */
export class CheckedTrees {
  readonly #pages: PageReader;
  readonly #checked = new Map<string, TreePage>();

  constructor(pages: PageReader) {
    this.#pages = pages;
  }

  /** The node at `level` (0: leaves) and `position` of a tree, which must have one there. Throws `RANK_TREE_DAMAGED`. */
  node(tree: RootedTree, level: number, position: number): Uint8Array {
    return this.held(tree, level, position) ?? emptyNode(tree, level, position);
  }

  /** The same, or null where it stands over empty places alone. */
  held(tree: RootedTree, level: number, position: number): Uint8Array | Empty {
    // The top of a page is an input of the page above, except for the root.
    const band = Math.min(Math.floor(level / PAGE_LEVELS), bandsOf(tree.size) - 1);
    const within = level - band * PAGE_LEVELS;
    const perPage = 2 ** (PAGE_LEVELS - within);
    const index = Math.floor(position / perPage);
    return this.#page({ tree, band, index }, tree.isRoot).node(within, position - index * perPage);
  }

  #page(place: PagePlace, isRoot: RootedTree['isRoot']): TreePage {
    const name = pageName(place);
    const known = this.#checked.get(name);
    if (known !== undefined) return known;
    const page = TreePage.read(this.#pages, place);
    const whole = TreePage.over(place, page.inputs);
    if (!isSame(page.encode(), whole.encode()) || !this.#isTop(place, whole.top, isRoot)) {
      throw new CotraceError(
        'RANK_TREE_DAMAGED',
        `page ${name} of the rank tree does not match the layer above`,
        {
          name,
        },
      );
    }
    for (const oldest of this.#checked.keys()) {
      if (this.#checked.size < MAX_PAGES) break;
      this.#checked.delete(oldest);
    }
    this.#checked.set(name, whole);
    return whole;
  }

  /** Whether a page's top is what stands above it: an input of a page, or the root. */
  #isTop({ tree, band, index }: PagePlace, top: Uint8Array | Empty, isRoot: RootedTree['isRoot']): boolean {
    if (widthAt(tree.size, (band + 1) * PAGE_LEVELS) === 1) return isRoot(top);
    const above = this.#page({ tree, band: band + 1, index: Math.floor(index / PAGE_INPUTS) }, isRoot);
    return isSame(above.node(0, index % PAGE_INPUTS), top);
  }
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : equalBytes(a, b);
}
