import { concat, equalBytes, toHex } from '../bytes/bytes.js';
import { CotraceError, isCotraceError } from '../errors.js';
import { HASH_LENGTH, sha256 } from '../hash.js';
import { leafHash, MAX_TREE_SIZE } from '../merkle/hashing.js';
import type { RankEntry } from './entry.js';
import { decodeGroup } from './group.js';
import { decodeGroupLeaf, decodeRankLeaf, partDigest, type LayerRecord } from './layers.js';
import { MAX_GROUP_SLICE, MAX_POSITIONS, type GroupSlice, type RankPeer, type TreeName } from './peer.js';
import type { RankView } from './rank-view.js';
import { treeDifferences, type ProvenLeaf } from './tree-differences.js';

/**
 * Longest group that is fetched, in bytes. Fabric's default for the largest block, 10 MB (sampleconfig/configtx.yaml,
 * AbsoluteMaxBytes), has room for 1.3 million writes of 8 bytes, whose entries take 53 each: 70 MB.
 */
const MAX_GROUP_BYTES = 256 << 20;

/** What is wrong in one group. */
export interface GroupDifference {
  readonly block: bigint;
  /** Own entries that the consortium does not have. */
  readonly surplus: readonly RankEntry[];
  /** Entries of the consortium that are not among the own ones, as they should be. */
  readonly missing: readonly RankEntry[];
}

/**
 * Finds in what the own tree differs from the consortium's, group by group, by rising rank and block. `digest` is what
 * the consortium agreed on for the height of `mine`; `peer` has, it says, the tree to it, and is asked only below what
 * differs. Every answer is checked before it is used: throws `PEER_DIFFERS` where the peer's tree is not the
 * consortium's, and `PEER_LIES` where an answer is not its tree's; both name it in `detail.peer`.
 */
export async function* compareRanks(
  mine: RankView,
  digest: Uint8Array,
  peer: RankPeer,
): AsyncGenerator<GroupDifference> {
  const asking = new Asking(peer);
  if (equalBytes(mine.digest, digest)) return;
  const top = await asking.top(digest);
  const ranks = await asking.differences(mine, 'ranks', { size: top.ranks, root: top.root });
  const theirs = new Map<bigint, LayerRecord>();
  for await (const data of asking.leaves('ranks', ranks.theirs)) {
    const leaf = asking.decoded(() => decodeRankLeaf(data));
    theirs.set(leaf.id, leaf);
  }
  for (const rank of ids(theirs, mine, 'ranks', ranks.mine)) {
    const leaf = theirs.get(rank);
    const tree = leaf === undefined ? { size: 0, root: sha256() } : { size: leaf.count, root: leaf.hash };
    yield* compareGroups(mine, rank, tree, asking);
  }
}

async function* compareGroups(
  mine: RankView,
  rank: bigint,
  tree: { readonly size: number; readonly root: Uint8Array },
  asking: Asking,
): AsyncGenerator<GroupDifference> {
  const groups = await asking.differences(mine, rank, tree);
  const theirs = new Map<bigint, Uint8Array>();
  for await (const data of asking.leaves(rank, groups.theirs)) {
    const leaf = asking.decoded(() => decodeGroupLeaf(data));
    theirs.set(leaf.id, leaf.hash);
  }
  for (const blockNum of ids(theirs, mine, rank, groups.mine)) {
    const hash = theirs.get(blockNum);
    const right = hash === undefined ? [] : await asking.entries(blockNum, hash);
    const own = mine.entries(blockNum);
    yield { block: blockNum, surplus: without(own, right), missing: without(right, own) };
  }
}

/** The ids on either side, rising. */
function ids(
  theirs: ReadonlyMap<bigint, unknown>,
  mine: RankView,
  name: TreeName,
  positions: readonly number[],
): bigint[] {
  const { records } = mine.layer(name);
  const own = positions.flatMap((position) => records[position]?.id ?? []);
  return [...new Set([...theirs.keys(), ...own])].sort((a, b) => (a < b ? -1 : 1));
}

/** Entries of `from` that `others` do not have just so. */
function without(from: readonly RankEntry[], others: readonly RankEntry[]): RankEntry[] {
  const byKey = new Map(others.map((entry) => [entry.key, entry]));
  return from.filter((entry) => {
    const other = byKey.get(entry.key);
    return (
      other?.txNum !== entry.txNum ||
      other.verNum !== entry.verNum ||
      !equalBytes(other.valueHash, entry.valueHash)
    );
  });
}

/** Asks a peer, and believes nothing that does not hash to what is known. */
class Asking {
  readonly #peer: RankPeer;

  constructor(peer: RankPeer) {
    this.#peer = peer;
  }

  async top(digest: Uint8Array) {
    const top = await this.#peer.top();
    const { ranks, root } = top;
    if (!Number.isInteger(ranks) || ranks < 0 || ranks > MAX_TREE_SIZE || root.length !== HASH_LENGTH) {
      throw this.#lie('a top page that no rank tree can have', { ranks, root: root.length });
    }
    if (!equalBytes(partDigest(top), digest)) {
      throw new CotraceError(
        'PEER_DIFFERS',
        `the state of ${this.#peer.name} is not the consortium's either`,
        {
          peer: this.#peer.name,
          digest: toHex(digest),
        },
      );
    }
    return top;
  }

  differences(mine: RankView, name: TreeName, tree: { readonly size: number; readonly root: Uint8Array }) {
    return treeDifferences(mine.layer(name).tree, {
      ...tree,
      nodes: (level, positions) => this.#peer.nodes(name, level, positions),
      lie: (what, detail) => this.#lie(what, { tree: name, ...detail }),
    });
  }

  /** The data of proven leaves. */
  async *leaves(name: TreeName, proven: readonly ProvenLeaf[]): AsyncGenerator<Uint8Array> {
    for (let from = 0; from < proven.length; from += MAX_POSITIONS) {
      const asked = proven.slice(from, from + MAX_POSITIONS);
      const leaves = await this.#peer.leaves(
        name,
        asked.map(({ position }) => position),
      );
      for (const [i, { position, hash }] of asked.entries()) {
        const data = leaves[i];
        if (data === undefined || leaves.length !== asked.length || !equalBytes(leafHash(data), hash)) {
          throw this.#lie('a leaf that is not in its tree', { tree: name, position });
        }
        yield data;
      }
    }
  }

  /** The entries of the group of `blockNum`, whose hash is known. */
  async entries(blockNum: bigint, hash: Uint8Array): Promise<RankEntry[]> {
    const slices: Uint8Array[] = [];
    let offset = 0;
    let total: number;
    do {
      const slice = await this.#peer.group(blockNum, offset);
      total = this.#checkSlice(slice, offset, blockNum);
      slices.push(slice.bytes);
      offset += slice.bytes.length;
    } while (offset < total);
    const bytes = concat(...slices);
    if (!equalBytes(sha256(bytes), hash))
      throw this.#lie('a group that is not in its tree', { block: blockNum });
    return this.decoded(() => decodeGroup(bytes, blockNum));
  }

  /** What `decode` makes of proven bytes. */
  decoded<T>(decode: () => T): T {
    try {
      return decode();
    } catch (error) {
      if (!isCotraceError(error)) throw error;
      throw this.#lie('bytes that are not part of a rank tree', {}, error);
    }
  }

  #checkSlice({ total, bytes }: GroupSlice, offset: number, blockNum: bigint): number {
    const wanted = Math.min(MAX_GROUP_SLICE, total - offset);
    if (!Number.isInteger(total) || total > MAX_GROUP_BYTES || wanted < 1 || bytes.length !== wanted) {
      throw this.#lie('a part of a group that was not asked for', {
        block: blockNum,
        offset,
        total,
        length: bytes.length,
      });
    }
    return total;
  }

  #lie(what: string, detail: Readonly<Record<string, unknown>>, cause?: unknown): CotraceError {
    const { name } = this.#peer;
    return new CotraceError('PEER_LIES', `${name} sent ${what}`, { peer: name, ...detail }, cause);
  }
}
