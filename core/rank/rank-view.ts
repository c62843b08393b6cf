import { equalBytes } from '../bytes/bytes.js';
import { CotraceError } from '../errors.js';
import { checkNum } from '../formats/rev.js';
import { sha256 } from '../hash.js';
import { leafHash } from '../merkle/hashing.js';
import { CheckedTrees, type RootedTree } from './checked-tree.js';
import type { RankEntry } from './entry.js';
import { freezesFrom, frozenPages } from './freezes.js';
import { decodeGroup } from './group.js';
import { readGroup } from './group-pages.js';
import { encodeGroupLeaf, encodeRankLeaf, partDigest, type RankTop } from './layers.js';
import { fromOwnPage, groupPage, type PageReader } from './pages.js';
import { MAX_GROUP_SLICE, MAX_POSITIONS, type GroupSlice, type TreeName } from './peer.js';
import { consistencyLayer, placeOf, rankTree } from './places.js';
import { rootLevel, widthAt } from './tree-page.js';

/**
 * A rank tree as it was when a height was frozen, whatever was changed, frozen or released since. It answers what a
 * `RankPeer` is asked; requests may be hostile. Each page that it shows is checked against the layer above, the ranks
 * against the digest: a node whose store is damaged takes nothing from it for healthy, and does not look like a liar to
 * others. Reading a page throws `RANK_TREE_DAMAGED` where it is, and `NOT_FROZEN` once the height is released.
 */
export class RankView {
  /** The last block that is in it. */
  readonly block: bigint;
  readonly top: RankTop;
  readonly c: number;
  readonly #pages: PageReader;
  readonly #trees: CheckedTrees;
  /** The group that was read last: a large one is asked for in many parts. */
  #last: { readonly block: bigint; readonly bytes: Uint8Array | null } | null = null;

  /** `c`: the checking height. Throws `NOT_FROZEN` where `blockNum` is not. */
  constructor(pages: PageReader, c: number, blockNum: bigint) {
    const [{ ranks, root }] = freezesFrom(pages, blockNum);
    this.block = blockNum;
    this.top = { ranks, root };
    this.c = c;
    this.#pages = frozenPages(pages, blockNum);
    this.#trees = new CheckedTrees(this.#pages);
  }

  /** `Hpart` at the height. */
  get digest(): Uint8Array {
    return partDigest(this.top);
  }

  /** The node at `level` (0: leaves) and `position` of a tree. Throws `BAD_REQUEST` where there is none. */
  node(name: TreeName, level: number, position: number): Uint8Array {
    const tree = this.#tree(name);
    const isPlace = Number.isInteger(level) && level >= 0 && Number.isInteger(position) && position >= 0;
    if (tree === null || !isPlace || level > rootLevel(tree.size) || position >= widthAt(tree.size, level))
      throw badRequest('there is no such node', { tree: name, level, position });
    return this.#trees.node(tree, level, position);
  }

  /** The entries of a group, in their order; none where there is no such group. */
  entries(blockNum: bigint): RankEntry[] {
    const group = this.#group(blockNum);
    return group === null ? [] : fromOwnPage(groupPage(blockNum, 0), () => decodeGroup(group, blockNum));
  }

  /** Answers `RankPeer.nodes`. Throws `BAD_REQUEST`. */
  nodes(name: TreeName, level: number, positions: readonly number[]): Uint8Array[] {
    if (positions.length > MAX_POSITIONS)
      throw badRequest(`at most ${MAX_POSITIONS} positions are answered at once`, {
        asked: positions.length,
      });
    return positions.map((position) => this.node(name, level, position));
  }

  /** Answers `RankPeer.group`. Throws `BAD_REQUEST`. */
  group(blockNum: bigint, offset: number): GroupSlice {
    const bytes = this.#group(blockNum);
    if (bytes === null) throw badRequest('there is no such group', { block: blockNum });
    if (!Number.isInteger(offset) || offset < 0 || offset >= bytes.length) {
      throw badRequest('the group is shorter', { block: blockNum, offset, total: bytes.length });
    }
    return { total: bytes.length, bytes: bytes.slice(offset, offset + MAX_GROUP_SLICE) };
  }

  /** A tree with its root; null where there is no such rank. */
  #tree(name: TreeName): RootedTree | null {
    const layer = consistencyLayer(this.top.ranks);
    const ranks: RootedTree = {
      ...layer,
      isRoot: (root) => equalBytes(root ?? layer.empty.over(layer.size), this.top.root),
    };
    if (name === 'ranks') return ranks;
    if (name < 0n || name >= BigInt(this.top.ranks)) return null;
    const tree = rankTree(name, this.c);
    return {
      ...tree,
      isRoot: (hc) => {
        const leaf = this.#trees.held(ranks, 0, Number(name));
        if (leaf === null || hc === null) return leaf === hc;
        return equalBytes(leafHash(encodeRankLeaf({ checkNum: name, groups: tree.size, hc })), leaf);
      },
    };
  }

  #group(blockNum: bigint): Uint8Array | null {
    if (blockNum < 0n || blockNum > this.block) return null;
    if (this.#last?.block === blockNum) return this.#last.bytes;
    const tree = this.#tree(checkNum(blockNum, this.c));
    const leaf = tree === null ? null : this.#trees.held(tree, 0, placeOf(blockNum, this.c));
    const bytes = readGroup(this.#pages, blockNum);
    const isSound =
      leaf === null || bytes === null
        ? leaf === bytes
        : equalBytes(leafHash(encodeGroupLeaf({ blockNum, group: sha256(bytes) })), leaf);
    if (!isSound) {
      throw new CotraceError(
        'RANK_TREE_DAMAGED',
        `the group of block ${blockNum} in the rank tree does not match the layer above`,
      );
    }
    this.#last = { block: blockNum, bytes };
    return bytes;
  }
}

function badRequest(message: string, detail: Readonly<Record<string, unknown>>): CotraceError {
  return new CotraceError('BAD_REQUEST', message, detail);
}
