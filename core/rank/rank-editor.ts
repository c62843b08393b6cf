import { equalBytes } from '../bytes/bytes.js';
import { CotraceError } from '../errors.js';
import { checkCheckingHeight, checkNum, type Rev } from '../formats/rev.js';
import { sha256 } from '../hash.js';
import { leafHash } from '../merkle/hashing.js';
import type { RankEntry } from './entry.js';
import { MAX_FREEZES, SavingEdit, sweepFreezes } from './freezes.js';
import { GroupEdits, type GroupEdit } from './group-edits.js';
import { encodeGroup } from './group.js';
import { putGroup, StoredGroup } from './group-pages.js';
import { encodeGroupLeaf, encodeRankLeaf, partDigest } from './layers.js';
import { notePage, PageEdit, type PageReader, type PageWrite } from './pages.js';
import { decodePending, encodePending, lossOf, type PendingBlock } from './pending.js';
import { changeTree, type NodeChange } from './placed-tree.js';
import { blocksOf, consistencyLayer, placeOf, ranksAfter, rankTree } from './places.js';
import { readTop, writeTop, type TopPage } from './top-page.js';

/**
 * Groups and leaving entries that may wait before the layers are brought up to date. A fold holds in memory, and writes at
 * once, at most so many parts of groups, however large those are: 40 MB, and as much again of what a frozen height keeps.
 * Fewer would write groups that lose entries now and then more often, which a cycle of the paper, 32,768 writes in a
 * domain, shows: with 8,192 its upkeep costs nearly twice as much.
 */
const MAX_WAITING = 20_000;

/** What a block made of a key. */
export interface RankChange {
  /** The key without its namespace. */
  readonly key: string;
  /** Its version before the block, or null where it had none. */
  readonly before: Rev | null;
  /** `H` of the value, or `DELETED_VALUE_HASH`. */
  readonly valueHash: Uint8Array;
  /** `H` of the key's own endorsement policy, or `NO_POLICY_HASH`. */
  readonly policyHash: Uint8Array;
  /** The transaction of the block that wrote last. */
  readonly txNum: number;
  readonly verNum: number;
}

/**
 * The rank B+ tree of one domain (seed 001, section 4.2.1; docs/formats.md, Rank B+ tree), changed. It lies in the pages
 * of a store and is never held whole: data layer, the entries of each group in parts; index and rank layer, pages of the
 * tree of each rank; consistency layer, pages of the tree over the ranks. The structure computes and the store commits:
 * whatever is done here takes effect when `writes()` are committed, all or none, and until then nothing is changed. The
 * writes of an editor that threw are not to be committed.
 *
 * A block costs its own group and a note of what left older ones; the layers follow in a fold, which reads and hashes
 * the groups that lost entries and the nodes above them, and nothing else, however old they are. No values are ever read.
 * The digest depends on the entries and the height alone: not on their order, nor on when folds were.
 */
export class RankEditor {
  readonly #edit: PageEdit;
  readonly #c: number;
  readonly #committed: TopPage;
  #top: TopPage;
  #strays = 0;

  /** `c`: the checking height, 2…100,000. Throws `BAD_CHECKING_HEIGHT`, `RANK_TREE_DAMAGED`. */
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

  /** Steps that would bring the layers up to date: groups that blocks made, and entries that left older ones. */
  get waiting(): number {
    return this.#top.waiting;
  }

  /** Lists of pages that were saved for heights released since: `sweep` removes them. */
  get unswept(): number {
    return this.#top.released.reduce((sum, { lists }) => sum + lists, 0);
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
    const entries = changes.map(({ key, valueHash, policyHash, txNum, verNum }) => {
      return { key, valueHash, policyHash, blockNum, txNum, verNum };
    });
    const group = encodeGroup(entries);
    const losses = changes.flatMap(({ key, before }) => (before === null ? [] : [lossOf(key, before)]));
    putGroup(this.#edit, blockNum, group);
    this.#edit.put(
      notePage(this.#top.notes),
      encodePending({ block: blockNum, group: sha256(group), losses }),
    );
    this.#setTop({
      next: blockNum + 1n,
      notes: this.#top.notes + 1n,
      pending: this.#top.pending + 1,
      waiting: this.#top.waiting + 1 + losses.length,
    });
    if (this.#top.waiting > MAX_WAITING) this.fold();
  }

  /**
   * Takes out entries and puts in others, in whatever groups: a repair, or a tree for a state that is there already, in
   * portions. An entry to take out that is not there is counted in `strays`. Throws `BAD_BLOCK_ORDER` for an entry of
   * a block that the tree has not come to, and as `encodeGroup` does, where one to put in is there already.
   */
  replace(drop: readonly RankEntry[], put: readonly RankEntry[]): void {
    this.fold();
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
    this.#change(edits);
  }

  /**
   * Brings at most so many groups up to date in the layers, of the oldest blocks that wait; without a number all that wait.
   * What a group costs depends neither on its age nor on how many there are. Throws `RANK_TREE_DAMAGED`.
   */
  fold(groups = Infinity): void {
    this.#change(this.#takePending(groups));
  }

  /** `Hpart` after the last block; brings the layers up to date. Throws `RANK_TREE_DAMAGED`. */
  digest(): Uint8Array {
    this.fold();
    return partDigest(this.#top);
  }

  /**
   * Keeps layers and groups as they are after the last block, until `release`: a `RankView` shows them while later
   * blocks go on. Returns that block; freezing it again changes nothing. At 16 frozen heights no further one is frozen
   * until one is released: null. Throws `BAD_BLOCK_ORDER` before the first block.
   */
  freeze(): bigint | null {
    const blockNum = this.#top.next - 1n;
    if (blockNum < 0n) throw new CotraceError('BAD_BLOCK_ORDER', 'there is no block to freeze yet');
    if (this.frozen.at(-1) === blockNum) return blockNum;
    if (this.frozen.length >= MAX_FREEZES) return null;
    this.fold();
    // What was saved for an earlier freeze of the same height would count as saved for this one.
    if (this.#top.released.at(-1)?.block === blockNum) this.sweep();
    const { freezes, ranks, root } = this.#top;
    this.#setTop({ freezes: [...freezes, { block: blockNum, lists: 0, ranks, root }] });
    return blockNum;
  }

  /**
   * Lets go what is frozen at `blockNum` and before; where nothing is, it does nothing. Costs the top page alone: what was
   * saved for these heights is removed by `sweep`. What that left of more than 16 heights is removed at once. Throws
   * `RANK_TREE_DAMAGED`.
   */
  release(blockNum: bigint): void {
    const { freezes } = this.#top;
    const kept = freezes.filter((freeze) => freeze.block > blockNum);
    if (kept.length === freezes.length) return;
    const gone = freezes.filter((freeze) => freeze.block <= blockNum && freeze.lists > 0);
    const released = [...this.#top.released, ...gone];
    sweepFreezes(this.#edit, released.slice(0, -MAX_FREEZES), Infinity);
    this.#setTop({ freezes: kept, released: released.slice(-MAX_FREEZES) });
  }

  /**
   * Removes pages that were saved for released heights: those of at most so many lists, of 256 pages each; without a number
   * all. Throws `RANK_TREE_DAMAGED` where a list is.
   */
  sweep(lists = Infinity): void {
    const { released } = this.#top;
    if (released.length > 0) this.#setTop({ released: sweepFreezes(this.#edit, released, lists) });
  }

  /** What is to be committed, all or none. */
  writes(): PageWrite[] {
    if (this.#top !== this.#committed) writeTop(this.#edit, this.#top);
    return this.#edit.writes();
  }

  /** Number of ranks after the last block. */
  get #ranks(): number {
    return ranksAfter(this.#top.next - 1n, this.#c);
  }

  /** Takes changes that the layers do not have yet, of the oldest blocks first, until they are of so many groups. */
  #takePending(groups: number): GroupEdits {
    const edits = new GroupEdits();
    let { pending, waiting, done } = this.#top;
    while (pending > 0 && edits.size < groups) {
      const note = this.#top.notes - BigInt(pending);
      const { block: blockNum, group, losses } = this.#note(note);
      if (done === 0) edits.of(blockNum).fresh = group;
      const first = Math.max(0, done - 1);
      let next = first;
      for (; next < losses.length && edits.size < groups; next++) {
        const loss = losses[next];
        if (loss !== undefined) edits.of(loss.block).losses.push(loss);
      }
      waiting -= next - first + (done === 0 ? 1 : 0);
      done = next + 1;
      if (next < losses.length) break;
      this.#edit.put(notePage(note), null);
      pending--;
      done = 0;
    }
    if (edits.size > 0) this.#setTop({ pending, waiting, done });
    return edits;
  }

  #note(note: bigint): PendingBlock {
    const page = this.#edit.get(notePage(note));
    if (page === null)
      throw new CotraceError('RANK_TREE_DAMAGED', 'the changes of a block are missing', { note });
    return decodePending(page);
  }

  #change(edits: GroupEdits): void {
    if (edits.size === 0 && this.#top.ranks === this.#ranks) return;
    const saving = new SavingEdit(this.#edit, this.#top.freezes.at(-1) ?? null);
    const byRank = new Map<bigint, Map<number, NodeChange>>();
    for (const edit of edits.all()) {
      if (edit.block >= this.#top.next) {
        // Nothing can have left what there is no place for.
        this.#strays += edit.losses.length;
        continue;
      }
      const cycle = checkNum(edit.block, this.#c);
      const groups = byRank.get(cycle) ?? new Map<number, NodeChange>();
      byRank.set(cycle, groups.set(placeOf(edit.block, this.#c), this.#editGroup(saving, edit)));
    }
    const ranks = new Map(
      Array.from(byRank, ([cycle, groups]) => [Number(cycle), this.#changeRank(saving, cycle, groups)]),
    );
    const layer = consistencyLayer(this.#ranks);
    const { before, after } = changeTree(saving, layer, this.#top.ranks, ranks);
    const { ranks: size, root } = this.#top;
    if (size > 0 && !equalBytes(before ?? layer.empty.over(size), root))
      throw new CotraceError('RANK_TREE_DAMAGED', 'the ranks do not match the top page');
    const freeze = saving.finish();
    this.#setTop({
      ranks: layer.size,
      root: after ?? layer.empty.over(layer.size),
      freezes: freeze === null ? [] : [...this.#top.freezes.slice(0, -1), freeze],
    });
  }

  /** What becomes of the rank in the consistency layer. */
  #changeRank(saving: SavingEdit, cycle: bigint, groups: ReadonlyMap<number, NodeChange>): NodeChange {
    const tree = rankTree(cycle, this.#c);
    const { before, after } = changeTree(saving, tree, tree.size, groups);
    const leaf = (hc: Uint8Array | null) =>
      hc === null
        ? null
        : leafHash(encodeRankLeaf({ checkNum: cycle, groups: blocksOf(cycle, this.#c), hc }));
    return { before: leaf(before), after: leaf(after) };
  }

  /** What becomes of the group in the tree of its rank. */
  #editGroup(saving: SavingEdit, { block: blockNum, fresh, losses, gains }: GroupEdit): NodeChange {
    const leaf = (group: Uint8Array | null) =>
      group === null ? null : leafHash(encodeGroupLeaf({ blockNum, group }));
    if (losses.length === 0 && gains.length === 0) return { before: null, after: leaf(fresh ?? null) };
    const group = new StoredGroup(this.#edit, blockNum);
    if (fresh !== undefined && !group.wasThere)
      throw new CotraceError('RANK_TREE_DAMAGED', 'the group of a block is missing', { block: blockNum });
    this.#strays += group.remove(losses);
    if (gains.length > 0) group.add(gains);
    // A block that the layers do not have yet came after every freeze: nothing is to be saved for them.
    const hash = group.write(fresh === undefined ? saving : this.#edit);
    return { before: fresh === undefined && group.wasThere ? 'some' : null, after: leaf(hash) };
  }

  #setTop(changes: Partial<TopPage>): void {
    this.#top = { ...this.#top, ...changes };
  }
}
