import { concat, equalBytes, toHex } from '../bytes/bytes.js';
import { CotraceError, isCotraceError } from '../errors.js';
import { HASH_LENGTH, sha256 } from '../hash.js';
import { leafHash } from '../merkle/hashing.js';
import type { RankEntry } from './entry.js';
import { decodeGroup } from './group.js';
import { encodeGroupLeaf, encodeRankLeaf, partDigest } from './layers.js';
import { MAX_GROUP_SLICE, type GroupSlice, type RankPeer, type TreeName } from './peer.js';
import { consistencyLayer, firstBlock, rankTree, type PlacedTree } from './places.js';
import type { RankView } from './rank-view.js';
import { rootLevel } from './tree-page.js';
import { differingLeaves, type DifferingLeaf } from './tree-differences.js';

/**
 * Longest group that is fetched, in bytes. Fabric's default for the largest block, 10 MB (sampleconfig/configtx.yaml,
 * AbsoluteMaxBytes), has room for 1.3 million writes of 8 bytes, whose entries take 85 each: 110 MB.
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
  if (equalBytes(mine.digest, digest)) return;
  const asking = new Asking(mine, peer);
  const root = await asking.root(digest);
  for (const { position, theirs } of await asking.differences(
    'ranks',
    consistencyLayer(mine.top.ranks),
    root,
  )) {
    const cycle = BigInt(position);
    const tree = rankTree(cycle, mine.c);
    const hc = theirs === null ? tree.empty.over(tree.size) : await asking.rankRoot(cycle, tree, theirs);
    for (const group of await asking.differences(cycle, tree, hc)) {
      const blockNum = firstBlock(cycle, mine.c) + BigInt(group.position);
      const right = group.theirs === null ? [] : await asking.entries(blockNum, group.theirs);
      const own = mine.entries(blockNum);
      yield { block: blockNum, surplus: without(own, right), missing: without(right, own) };
    }
  }
}

/** Entries of `from` that `others` do not have just so. */
function without(from: readonly RankEntry[], others: readonly RankEntry[]): RankEntry[] {
  const byKey = new Map(others.map((entry) => [entry.key, entry]));
  return from.filter((entry) => {
    const other = byKey.get(entry.key);
    return (
      other?.txNum !== entry.txNum ||
      other.verNum !== entry.verNum ||
      !equalBytes(other.valueHash, entry.valueHash) ||
      !equalBytes(other.policyHash, entry.policyHash)
    );
  });
}

/** Asks a peer, and believes nothing that does not hash to what is known. */
class Asking {
  readonly #mine: RankView;
  readonly #peer: RankPeer;

  constructor(mine: RankView, peer: RankPeer) {
    this.#mine = mine;
    this.#peer = peer;
  }

  /** The root of the consistency layer under `digest`: how many ranks it has follows from the height. */
  async root(digest: Uint8Array): Promise<Uint8Array> {
    const root = await this.#peer.root();
    if (root.length !== HASH_LENGTH) throw this.#lie('a root that is not a hash', { root: root.length });
    if (!equalBytes(partDigest({ ranks: this.#mine.top.ranks, root }), digest)) {
      throw new CotraceError(
        'PEER_DIFFERS',
        `the state of ${this.#peer.name} is not the consortium's either`,
        {
          peer: this.#peer.name,
          digest: toHex(digest),
        },
      );
    }
    return root;
  }

  differences(name: TreeName, tree: PlacedTree, root: Uint8Array): Promise<DifferingLeaf[]> {
    return differingLeaves(tree, (level, position) => this.#mine.node(name, level, position), {
      root,
      nodes: (level, positions) => this.#peer.nodes(name, level, positions),
      lie: (what, detail) => this.#lie(what, { tree: name, ...detail }),
    });
  }

  /** The root of a rank's tree, whose leaf in the consistency layer is known. */
  async rankRoot(cycle: bigint, { size }: PlacedTree, leaf: Uint8Array): Promise<Uint8Array> {
    const [hc, ...more] = await this.#peer.nodes(cycle, rootLevel(size), [0]);
    const isRoot =
      more.length === 0 &&
      hc?.length === HASH_LENGTH &&
      equalBytes(leafHash(encodeRankLeaf({ checkNum: cycle, groups: size, hc })), leaf);
    if (!isRoot) throw this.#lie('a root that is not of the rank', { tree: cycle });
    return hc;
  }

  /** The entries of the group of `blockNum`, whose leaf is known. */
  async entries(blockNum: bigint, leaf: Uint8Array): Promise<RankEntry[]> {
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
    if (!equalBytes(leafHash(encodeGroupLeaf({ blockNum, group: sha256(bytes) })), leaf))
      throw this.#lie('a group that is not in its tree', { block: blockNum });
    try {
      return decodeGroup(bytes, blockNum);
    } catch (error) {
      if (!isCotraceError(error)) throw error;
      throw this.#lie('bytes that are not part of a rank tree', { block: blockNum }, error);
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
