import { equalBytes } from '../bytes/bytes.js';
import { CotraceError } from '../errors.js';
import { checkNum } from '../formats/rev.js';
import { sha256 } from '../hash.js';
import { MerkleTree } from '../merkle/tree.js';
import type { RankEntry } from './entry.js';
import { freezesFrom, frozenPages } from './freezes.js';
import { decodeGroup } from './group.js';
import { readGroup } from './group-pages.js';
import { firstBlock, groupsOf, lastBlock, RANKS, readLayer } from './layer-pages.js';
import { encodeGroupLeaf, encodeRankLeaf, partDigest, type LayerRecord, type RankTop } from './layers.js';
import { fromOwnPage, groupPage, type PageReader } from './pages.js';
import { MAX_GROUP_SLICE, MAX_POSITIONS, type GroupSlice, type TreeName } from './peer.js';

/** Trees kept once they were made: of the consistency layer and of ranks, 100 KiB each where a cycle has 1024 blocks. */
const MAX_TREES = 16;

/** A layer with the Merkle tree over it. */
export interface LayerTree {
  readonly records: readonly LayerRecord[];
  readonly byId: ReadonlyMap<bigint, LayerRecord>;
  readonly leaves: readonly Uint8Array[];
  readonly tree: MerkleTree;
}

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
  readonly #pages: PageReader;
  readonly #c: number;
  readonly #trees = new Map<TreeName, LayerTree>();
  /** The group that was read last: a large one is asked for in many parts. */
  #last: { readonly block: bigint; readonly bytes: Uint8Array | null } | null = null;

  /** `c`: the checking height. Throws `NOT_FROZEN` where `blockNum` is not. */
  constructor(pages: PageReader, c: number, blockNum: bigint) {
    const [{ ranks, root }] = freezesFrom(pages, blockNum);
    this.block = blockNum;
    this.top = { ranks, root };
    this.#pages = frozenPages(pages, blockNum);
    this.#c = c;
  }

  /** `Hpart` at the height. */
  get digest(): Uint8Array {
    return partDigest(this.top);
  }

  /** The ranks, or the groups of a rank; empty where there is no such rank. */
  layer(name: TreeName): LayerTree {
    const kept = this.#trees.get(name);
    if (kept !== undefined) return kept;
    const above = name === 'ranks' ? { count: this.top.ranks, hash: this.top.root } : this.#rank(name);
    const records = this.#records(name);
    const leaves = records.map(name === 'ranks' ? encodeRankLeaf : encodeGroupLeaf);
    const tree = new MerkleTree(leaves);
    if (records.length !== (above?.count ?? 0) || !equalBytes(tree.root, above?.hash ?? tree.root)) {
      throw damaged(name === 'ranks' ? 'the ranks' : `the groups of rank ${name}`);
    }
    for (const oldest of this.#trees.keys()) {
      if (this.#trees.size < MAX_TREES) break;
      if (oldest !== 'ranks') this.#trees.delete(oldest);
    }
    const layer = { records, byId: new Map(records.map((record) => [record.id, record])), leaves, tree };
    this.#trees.set(name, layer);
    return layer;
  }

  /** The entries of a group, in their order; none where there is no such group. */
  entries(blockNum: bigint): RankEntry[] {
    const group = this.#group(blockNum);
    return group === null ? [] : fromOwnPage(groupPage(blockNum, 0), () => decodeGroup(group, blockNum));
  }

  /** Answers `RankPeer.nodes`. Throws `BAD_REQUEST`. */
  nodes(name: TreeName, level: number, positions: readonly number[]): Uint8Array[] {
    checkCount(positions);
    const { tree } = this.layer(name);
    return positions.map((position) => {
      const node = tree.node(level, position);
      if (node === null) throw badRequest('there is no such node', { tree: name, level, position });
      return node;
    });
  }

  /** Answers `RankPeer.leaves`. Throws `BAD_REQUEST`. */
  leaves(name: TreeName, positions: readonly number[]): Uint8Array[] {
    checkCount(positions);
    const { leaves } = this.layer(name);
    return positions.map((position) => {
      const leaf = leaves[position];
      if (leaf === undefined) throw badRequest('there is no such leaf', { tree: name, position });
      return leaf;
    });
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

  #records(name: TreeName): LayerRecord[] {
    if (name === 'ranks') {
      return readLayer(this.#pages, RANKS, checkNum(this.block, this.#c));
    }
    if (name < 0n || firstBlock(name, this.#c) > this.block) return [];
    return readLayer(this.#pages, groupsOf(name, this.#c), lastBlock(name, this.#c, this.block));
  }

  #rank(checkNum: bigint): LayerRecord | null {
    return this.layer('ranks').byId.get(checkNum) ?? null;
  }

  #group(blockNum: bigint): Uint8Array | null {
    if (blockNum < 0n || blockNum > this.block) return null;
    if (this.#last?.block === blockNum) return this.#last.bytes;
    const above = this.layer(checkNum(blockNum, this.#c)).byId.get(blockNum);
    const bytes = readGroup(this.#pages, blockNum, above?.count ?? 0);
    const isSound =
      above === undefined ? bytes === null : bytes !== null && equalBytes(sha256(bytes), above.hash);
    if (!isSound) throw damaged(`the group of block ${blockNum}`);
    this.#last = { block: blockNum, bytes };
    return bytes;
  }
}

function checkCount(positions: readonly number[]): void {
  if (positions.length > MAX_POSITIONS) {
    throw badRequest(`at most ${MAX_POSITIONS} positions are answered at once`, { asked: positions.length });
  }
}

function badRequest(message: string, detail: Readonly<Record<string, unknown>>): CotraceError {
  return new CotraceError('BAD_REQUEST', message, detail);
}

function damaged(what: string): CotraceError {
  return new CotraceError('RANK_TREE_DAMAGED', `${what} in the rank tree does not match the layer above`);
}
