import { CotraceError } from '../errors.js';
import { checkCheckingHeight, checkNum, type Rev } from '../formats/rev.js';
import { sha256 } from '../hash.js';
import { merkleRoot } from '../merkle/tree.js';
import type { RankEntry } from './entry.js';
import { removeFreeze, SavingEdit } from './freezes.js';
import { GroupEdits, type GroupEdit } from './group-edits.js';
import { encodeGroup } from './group.js';
import { putGroup, StoredGroup } from './group-pages.js';
import { changeLayer, groupsOf, lastBlock, RANKS, readLayer } from './layer-pages.js';
import { encodeGroupLeaf, encodeRankLeaf, partDigest, type LayerRecord } from './layers.js';
import { PageEdit, pendingPage, type PageReader, type PageWrite } from './pages.js';
import { decodePending, encodePending, lossOf } from './pending.js';
import { readTop, writeTop, type TopPage } from './top-page.js';

/**
 * Entries that may leave older groups before the layers are brought up to date. A fold holds in memory, and writes at
 * once, at most so many parts of groups, however large those are: 40 MB, and as much again of what a frozen height keeps.
 * Fewer would write groups that lose entries now and then more often, which a cycle of the paper, 32,768 writes in a
 * domain, shows: with 8,192 its upkeep costs nearly twice as much.
 */
const MAX_LOSSES = 20_000;

/** What a block made of a key. */
export interface RankChange {
  /** The key without its namespace. */
  readonly key: string;
  /** Its version before the block, or null where it had none. */
  readonly before: Rev | null;
  /** `H` of the value, or `DELETED_VALUE_HASH`. */
  readonly valueHash: Uint8Array;
  /** The transaction of the block that wrote last. */
  readonly txNum: number;
  readonly verNum: number;
}

/**
 * The rank B+ tree of one domain (seed 001, section 4.2.1; docs/formats.md, Rank B+ tree), changed. It lies in the pages
 * of a store and is never held whole: data layer, the entries of each group in parts; index layer, pages of groups;
 * rank layer, pages of ranks; consistency layer, the digest over them. The structure computes and the store commits:
 * whatever is done here takes effect when `writes()` are committed, all or none, and until then nothing is changed. The
 * writes of an editor that threw are not to be committed.
 *
 * A block costs its own group and a note of what left older ones; the layers follow in a fold, which reads and hashes
 * the groups that lost entries, and nothing else of the data. No values are ever read. The digest depends on the
 * entries alone: not on their order, nor on when folds were.
 */
export class RankEditor {
  readonly #edit: PageEdit;
  readonly #c: number;
  readonly #committed: TopPage;
  #top: TopPage;
  #strays = 0;

  /** `c`: the checking height, 2…2^32−1. Throws `BAD_CHECKING_HEIGHT`. */
  constructor(pages: PageReader, c: number) {
    checkCheckingHeight(c);
    this.#edit = new PageEdit(pages);
    this.#c = c;
    this.#committed = readTop(pages);
    this.#top = this.#committed;
  }

  /** The least number that the next block may have. */
  get next(): bigint {
    return this.#top.next;
  }

  /**
   * How many entries were to leave and were not where they were said to be: above 0 the store is damaged, and the
   * digest will not be the consortium's.
   */
  get strays(): number {
    return this.#strays;
  }

  /** The blocks that are frozen, in their order. */
  get frozen(): readonly bigint[] {
    return this.#top.freezes.map(({ block }) => block);
  }

  /**
   * Takes the changes of main block `blockNum`, each key once; none where the block is quiet, which may be left out.
   * Blocks come by rising number. Throws `BAD_BLOCK_ORDER`, and as `encodeGroup` does.
   */
  apply(blockNum: bigint, changes: readonly RankChange[]): void {
    if (blockNum < this.#top.next) {
      throw new CotraceError('BAD_BLOCK_ORDER', `the tree is past block ${blockNum}`, {
        next: this.#top.next,
      });
    }
    if (changes.length === 0) {
      this.#setTop({ next: blockNum + 1n });
      return;
    }
    const entries = changes.map(({ key, valueHash, txNum, verNum }) => {
      return { key, valueHash, blockNum, txNum, verNum };
    });
    const group = encodeGroup(entries);
    const losses = changes.flatMap(({ key, before }) => (before === null ? [] : [lossOf(key, before)]));
    putGroup(this.#edit, blockNum, group);
    this.#edit.put(
      pendingPage(blockNum),
      encodePending({ previous: this.#top.lastPending, count: changes.length, hash: sha256(group), losses }),
    );
    this.#setTop({
      next: blockNum + 1n,
      pending: this.#top.pending + 1,
      lastPending: blockNum,
      losses: this.#top.losses + losses.length,
    });
    if (this.#top.losses > MAX_LOSSES) this.digest();
  }

  /**
   * Takes out entries and puts in others, in whatever groups: a repair, or a tree for a state that is there already, in
   * portions. An entry to take out that is not there is counted in `strays`. Throws `BAD_BLOCK_ORDER` for an entry of
   * a block that the tree has not come to, and as `encodeGroup` does, where one to put in is there already.
   */
  replace(drop: readonly RankEntry[], put: readonly RankEntry[]): void {
    this.digest();
    const edits = new GroupEdits();
    for (const entry of drop) edits.of(entry.blockNum).losses.push(lossOf(entry.key, entry));
    for (const entry of put) {
      if (entry.blockNum >= this.#top.next) {
        throw new CotraceError('BAD_BLOCK_ORDER', 'an entry belongs to a later block', {
          key: entry.key,
          block: entry.blockNum,
          next: this.#top.next,
        });
      }
      edits.of(entry.blockNum).gains.push(entry);
    }
    this.#fold(edits);
  }

  /** `Hpart` after the last block; brings the layers up to date. */
  digest(): Uint8Array {
    if (this.#top.pending > 0) this.#fold(this.#takePending());
    return partDigest(this.#top);
  }

  /**
   * Keeps layers and groups as they are after the last block, until `release`: a `RankView` shows them while later
   * blocks go on. Returns that block; freezing it again changes nothing. Throws `BAD_BLOCK_ORDER` before the first block.
   */
  freeze(): bigint {
    const blockNum = this.#top.next - 1n;
    if (blockNum < 0n) throw new CotraceError('BAD_BLOCK_ORDER', 'there is no block to freeze yet');
    this.digest();
    const { freezes, ranks, root } = this.#top;
    if (freezes.at(-1)?.block !== blockNum) {
      this.#setTop({ freezes: [...freezes, { block: blockNum, lists: 0, ranks, root }] });
    }
    return blockNum;
  }

  /** Lets go what is frozen at `blockNum` and before; where nothing is, it does nothing. Throws `RANK_TREE_DAMAGED`. */
  release(blockNum: bigint): void {
    const { freezes } = this.#top;
    for (const freeze of freezes) if (freeze.block <= blockNum) removeFreeze(this.#edit, freeze);
    const kept = freezes.filter((freeze) => freeze.block > blockNum);
    if (kept.length < freezes.length) this.#setTop({ freezes: kept });
  }

  /** What is to be committed, all or none. */
  writes(): PageWrite[] {
    if (this.#top !== this.#committed) writeTop(this.#edit, this.#top);
    return this.#edit.writes();
  }

  /** The changes that the layers do not have yet, by group. */
  #takePending(): GroupEdits {
    const edits = new GroupEdits();
    let blockNum = this.#top.lastPending;
    for (let left = this.#top.pending; left > 0; left--) {
      const page = this.#edit.get(pendingPage(blockNum));
      if (page === null)
        throw new CotraceError('RANK_TREE_DAMAGED', 'the changes of a block are missing', {
          block: blockNum,
        });
      const { previous, count, hash, losses } = decodePending(page);
      edits.of(blockNum).fresh = { id: blockNum, count, hash };
      for (const loss of losses) edits.of(loss.block).losses.push(loss);
      this.#edit.put(pendingPage(blockNum), null);
      blockNum = previous;
    }
    return edits;
  }

  #fold(edits: GroupEdits): void {
    const saving = new SavingEdit(this.#edit, this.#top.freezes.at(-1) ?? null);
    const ranks = new Map<bigint, GroupEdit[]>();
    for (const edit of edits.all()) {
      const rank = checkNum(edit.block, this.#c);
      const groups = ranks.get(rank);
      if (groups === undefined) ranks.set(rank, [edit]);
      else groups.push(edit);
    }
    const changes = new Map<bigint, LayerRecord | null>();
    for (const [rank, groups] of ranks) changes.set(rank, this.#editRank(saving, rank, groups));
    changeLayer(saving, RANKS, changes);
    const records = readLayer(saving, RANKS, checkNum(this.#top.next, this.#c));
    const freeze = saving.finish();
    this.#setTop({
      pending: 0,
      lastPending: 0n,
      losses: 0,
      ranks: records.length,
      root: merkleRoot(records.map(encodeRankLeaf)),
      freezes: freeze === null ? [] : [...this.#top.freezes.slice(0, -1), freeze],
    });
  }

  /** What the rank layer has of the rank afterwards; null where it has no group left. */
  #editRank(saving: SavingEdit, rank: bigint, edits: readonly GroupEdit[]): LayerRecord | null {
    const place = groupsOf(rank, this.#c);
    const last = lastBlock(rank, this.#c, this.#top.next - 1n);
    const kept = new Map(readLayer(saving, place, last).map((record) => [record.id, record]));
    const changes = new Map<bigint, LayerRecord | null>();
    for (const edit of edits) {
      const record = this.#editGroup(saving, edit, kept.get(edit.block) ?? null);
      changes.set(edit.block, record);
      if (record === null) kept.delete(edit.block);
      else kept.set(edit.block, record);
    }
    changeLayer(saving, place, changes);
    if (kept.size === 0) return null;
    const records = [...kept.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    return { id: rank, count: records.length, hash: merkleRoot(records.map(encodeGroupLeaf)) };
  }

  /** What the index layer, which has `kept` of the group, has of it afterwards; null where it has no entry left. */
  #editGroup(
    saving: SavingEdit,
    { block, fresh, losses, gains }: GroupEdit,
    kept: LayerRecord | null,
  ): LayerRecord | null {
    if (losses.length === 0 && gains.length === 0) return fresh ?? null;
    const group = new StoredGroup(this.#edit, block, (fresh ?? kept)?.count ?? 0);
    this.#strays += group.remove(losses);
    if (gains.length > 0) group.add(gains);
    // A block that the layers do not have yet came after every freeze: nothing is to be saved for them.
    return group.write(fresh === undefined ? saving : this.#edit);
  }

  #setTop(changes: Partial<TopPage>): void {
    this.#top = { ...this.#top, ...changes };
  }
}
