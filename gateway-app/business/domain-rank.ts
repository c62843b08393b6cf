import {
  CotraceError,
  isCotraceError,
  isFoldDue,
  RankEditor,
  RankView,
  sweepShare,
  type RankEntry,
} from '@cotrace/core';
import type { Log } from '../node/log.js';
import type { RowWrite } from '../node/store.js';
import { endsCycle } from './checking/cycle-rows.js';
import {
  policyHash,
  valueHash,
  type ChangedEntry,
  type DomainStore,
  type StateEntry,
} from './domain-store.js';
import { RANK_PORTION } from './limits.js';
import type { RankRows } from './rank-rows.js';

/** What a block makes of a rank tree. */
export interface AdvancedRank {
  /** To be committed with the block. */
  readonly rows: readonly RowWrite[];
  /** `Hpart` after the block where it ends a cycle, or null. */
  readonly part: Uint8Array | null;
}

/**
 * A business node's rank tree of its domain, or of `_lifecycle` (docs/formats.md, Rank B+ tree): it lies in the node's store and moves with the state, in
 * the same batch. At the end of each checking cycle it is frozen, so that what differs there can be looked for while later
 * blocks go on, until the cycle is compared with what was sealed.
 */
export class DomainRank {
  readonly #store: DomainStore;
  readonly #rows: RankRows;
  readonly #domain: string;
  readonly #c: number;
  readonly #log: Log;
  readonly #portion: number;
  /** Whether it was said that a height is not frozen; once is enough. */
  #hasSaid = false;

  private constructor(store: DomainStore, domain: string, c: number, log: Log, portion: number) {
    this.#store = store;
    this.#rows = store.rankOf(domain);
    this.#domain = domain;
    this.#c = c;
    this.#log = log;
    this.#portion = portion;
  }

  /**
   * The tree of `domain`, or of `_lifecycle`, in a store. Where the store has a state and no tree of it, one of another block, or
   * one of an older release whose ranks had no fixed places, it is made of the state. Everything else in the store stays as it is.
   */
  static async open(
    store: DomainStore,
    domain: string,
    c: number,
    log: Log,
    portion: number = RANK_PORTION,
  ): Promise<DomainRank> {
    const rank = new DomainRank(store, domain, c, log, portion);
    const checkpoint = store.checkpoint();
    if (checkpoint !== null && !rank.#isOf(checkpoint.number)) await rank.#make(checkpoint.number);
    return rank;
  }

  /**
   * What the entries that block `blockNum` changed make of the tree. A tree that is damaged is rebuilt from the state first,
   * which still is that before the block.
   */
  async advance(blockNum: bigint, entries: readonly ChangedEntry[]): Promise<AdvancedRank> {
    try {
      return this.#advanced(blockNum, entries);
    } catch (error) {
      const checkpoint = this.#store.checkpoint();
      if (!isCotraceError(error, 'RANK_TREE_DAMAGED') || checkpoint === null) throw error;
      this.#log.error(`the rank tree of ${this.#domain} is damaged`, error);
      await this.#make(checkpoint.number);
      return this.#advanced(blockNum, entries);
    }
  }

  /**
   * The digest `Hpart` of the state after the last block. Takes as long as bringing the layers up to date. Throws
   * `RANK_TREE_UNMADE` while the tree is rebuilt, `RANK_TREE_DAMAGED`.
   */
  digest(): Uint8Array {
    if (this.#rows.isUnmade)
      throw new CotraceError('RANK_TREE_UNMADE', `the rank tree of ${this.#domain} is being rebuilt`);
    return this.#editor().digest();
  }

  /** The tree as it was at the end of cycle `checkNum`. Throws `NOT_FROZEN` where that is past, or still to come. */
  view(checkNum: bigint): RankView {
    return new RankView(this.#rows.pages, this.#c, checkNum * BigInt(this.#c));
  }

  /** Whether the tree is whole, as far as its first page tells, and that of the state after `blockNum`. */
  #isOf(blockNum: bigint): boolean {
    try {
      return !this.#rows.isUnmade && this.#editor().next === blockNum + 1n;
    } catch (error) {
      if (isCotraceError(error, 'RANK_TREE_DAMAGED')) return false;
      throw error;
    }
  }

  /**
   * Lets go the heights up to the end of cycle `checkNum`: what is to be committed for that. What was saved for them is removed
   * with the blocks to come. A damaged tree keeps them: it is rebuilt with the next block.
   */
  released(checkNum: bigint): readonly RowWrite[] {
    try {
      const editor = this.#editor();
      editor.release(checkNum * BigInt(this.#c));
      return this.#rows.rowsOf(editor.writes());
    } catch (error) {
      if (isCotraceError(error, 'RANK_TREE_DAMAGED')) return [];
      throw error;
    }
  }

  #advanced(blockNum: bigint, entries: readonly ChangedEntry[]): AdvancedRank {
    const editor = this.#editor();
    const changes = entries.flatMap(({ namespace, key, entry, before }) => {
      if (namespace !== this.#domain) return [];
      const { txNum, verNum } = entry;
      const hashes = { valueHash: valueHash(entry), policyHash: policyHash(entry) };
      return { key, before: before ?? null, ...hashes, txNum, verNum };
    });
    editor.apply(blockNum, changes);
    const part = endsCycle(blockNum, this.#c) ? editor.digest() : null;
    if (part === null) this.#doShare(editor, blockNum);
    else this.#freeze(editor, blockNum);
    if (editor.strays > 0) {
      this.#log.error(
        `${editor.strays} entries are not in the rank tree of ${this.#domain} where the state has them: the store is damaged`,
      );
    }
    return { rows: this.#rows.rowsOf(editor.writes()), part };
  }

  /** Between the ends of cycles: what would be much at an end is done before and after. */
  #doShare(editor: RankEditor, blockNum: bigint): void {
    const left = this.#c - Number(blockNum % BigInt(this.#c));
    if (isFoldDue(editor.waiting, left)) editor.fold();
    editor.sweep(sweepShare(editor.unswept, this.#c));
  }

  /** A height that is not frozen is compared all the same, by its digest: where it differs cannot be looked for. */
  #freeze(editor: RankEditor, blockNum: bigint): void {
    if (editor.freeze() !== null || this.#hasSaid) return;
    this.#hasSaid = true;
    this.#log.info(
      `block ${blockNum} is the end of a cycle and is not frozen in the rank tree of ${this.#domain}: ${editor.frozen.length} cycles before it are not compared yet`,
    );
  }

  /** The state lies by key and the tree by block: sorted on the disk in between, each group is written once. */
  async #make(blockNum: bigint): Promise<void> {
    this.#log.info(`building the rank tree of ${this.#domain} for the state at block ${blockNum}`);
    await this.#rows.clear();
    let portion: RankEntry[] = [];
    for await (const entry of this.#store.range(this.#domain, '', '')) {
      portion.push(rankEntry(entry));
      if (portion.length < this.#portion) continue;
      await this.#rows.sort(portion);
      portion = [];
    }
    await this.#rows.sort(portion);
    portion = [];
    for await (const entry of this.#rows.sorted()) {
      if (portion.length >= this.#portion && portion.at(-1)?.blockNum !== entry.blockNum) {
        await this.#put(blockNum, portion);
        portion = [];
      }
      portion.push(entry);
    }
    await this.#put(blockNum, portion);
    await this.#rows.made();
  }

  async #put(blockNum: bigint, portion: readonly RankEntry[]): Promise<void> {
    const editor = this.#editor();
    if (editor.next <= blockNum) editor.apply(blockNum, []);
    editor.replace([], portion);
    await this.#rows.commit(editor.writes());
  }

  #editor(): RankEditor {
    return new RankEditor(this.#rows.pages, this.#c);
  }
}

/** An entry of the state as the rank tree has it. */
export function rankEntry({ key, entry }: StateEntry): RankEntry {
  const { blockNum, txNum, verNum } = entry;
  return { key, valueHash: valueHash(entry), policyHash: policyHash(entry), blockNum, txNum, verNum };
}
