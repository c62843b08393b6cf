import { Reader } from '../bytes/codec.js';
import { MalformedError } from '../errors.js';
import type { IndexEntry } from './entry.js';
import { checkRange, type KeyRange } from './key-range.js';
import { checkEntryCount, checkOrder, FB_TAG, HEADER_LENGTH } from './layout.js';
import { badNode, Inner, Leaf } from './node.js';
import { firstItem, shapeOf, type Shape } from './shape.js';

/** A place in a leaf: the leaf, where it begins, and which of its entries. */
interface Place {
  readonly leaf: Leaf;
  readonly pointer: number;
  readonly item: number;
  /** Number of entries before this place in the whole tree. */
  readonly position: number;
}

/** What FB+ and MB+ trees have in common: a tree of `shape` in the bytes that it was built as. */
export class BlockTree {
  readonly order: number;
  readonly shape: Shape;
  readonly #bytes: Uint8Array;
  readonly #top: number;
  readonly #hashed: boolean;

  /** Reads the header; nodes are read as a search comes by. Throws `BAD_TAG`, `TRUNCATED`, `BAD_ORDER`, `BAD_ENTRY_COUNT`, `BAD_INDEX_NODE`. */
  constructor(bytes: Uint8Array, tag: Uint8Array, hashed: boolean) {
    const header = new Reader(bytes.subarray(0, HEADER_LENGTH), 'a block index');
    header.expect(tag);
    this.order = header.u16();
    const count = header.u32();
    this.#top = header.u32();
    checkOrder(this.order);
    checkEntryCount(count);
    this.shape = shapeOf(count, this.order);
    this.#bytes = bytes;
    this.#hashed = hashed;
    const end = count === 0 ? HEADER_LENGTH : this.#top + this.topNode().length;
    if (end !== bytes.length) {
      throw new MalformedError('TRAILING_BYTES', 'a block index does not end with its top node', {
        end,
        length: bytes.length,
      });
    }
  }

  /** Every entry in `range`, in the order of the tree. Throws `BAD_RANGE`, `BAD_INDEX_NODE`, `BAD_UTF8`. */
  search(range: KeyRange): IndexEntry[] {
    checkRange(range);
    const found: IndexEntry[] = [];
    if (this.shape.count === 0) return found;
    let { leaf, pointer, item, position } = this.#descend(range.from);
    for (;;) {
      const end = leaf.firstFrom(range.to);
      position += end - item;
      for (; item < end; item++) found.push(leaf.entry(item));
      if (end < leaf.count || position >= this.shape.count) return found;
      // The leaves are a chain: each begins where the one before ends.
      pointer += leaf.length;
      leaf = this.leafAt(pointer);
      item = 0;
    }
  }

  /** Number of entries below `key`. Throws `BAD_INDEX_NODE`. */
  positionOf(key: Uint8Array): number {
    return this.shape.count === 0 ? 0 : this.#descend(key).position;
  }

  topNode(): Leaf | Inner {
    return this.shape.levels.length === 1 ? this.leafAt(this.#top) : this.innerAt(this.#top);
  }

  innerAt(pointer: number): Inner {
    return new Inner(this.#from(pointer), this.#hashed);
  }

  leafAt(pointer: number): Leaf {
    return new Leaf(this.#from(pointer));
  }

  #descend(key: Uint8Array): Place {
    const { levels, count } = this.shape;
    let pointer = this.#top;
    let node = 0;
    for (let level = levels.length - 1; level > 0; level--) {
      const inner = this.innerAt(pointer);
      const child = inner.childFor(key);
      node = firstItem(node, levels[level] ?? 0, levels[level - 1] ?? 0) + child;
      pointer = inner.pointer(child);
    }
    const leaf = this.leafAt(pointer);
    const item = leaf.firstFrom(key);
    return { leaf, pointer, item, position: firstItem(node, levels[0] ?? 0, count) + item };
  }

  #from(pointer: number): Uint8Array {
    if (pointer < HEADER_LENGTH) throw badNode('begins in the header', { pointer });
    return this.#bytes.subarray(pointer);
  }
}

/**
 * The FB+ tree of a block (seed 002, section 4.2), searched in the bytes that `buildFbTree` made: what is found is
 * decoded, nothing else. The bytes are kept, not copied. A search reads one node a level, and the leaves that hold
 * what it finds.
 */
export class FbTree {
  readonly order: number;
  /** Number of entries. */
  readonly count: number;
  readonly #tree: BlockTree;

  /** Throws `BAD_TAG`, `TRUNCATED`, `TRAILING_BYTES`, `BAD_ORDER`, `BAD_ENTRY_COUNT`, `BAD_INDEX_NODE`. */
  constructor(bytes: Uint8Array) {
    this.#tree = new BlockTree(bytes, FB_TAG, false);
    this.order = this.#tree.order;
    this.count = this.#tree.shape.count;
  }

  /**
   * Every entry in `range`, by the bytes of TraceIDs, then txNum. Throws `BAD_RANGE`, and for damaged bytes
   * `BAD_INDEX_NODE`, `BAD_UTF8`.
   */
  search(range: KeyRange): IndexEntry[] {
    return this.#tree.search(range);
  }
}
