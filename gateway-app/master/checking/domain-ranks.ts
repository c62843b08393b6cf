import {
  compareBytes,
  DELETED_VALUE_HASH,
  foldShare,
  RankEditor,
  sweepShare,
  utf8,
  type PageWrite,
  type PartLeaf,
  type RankChange,
} from '@cotrace/core';
import type { ChangedKey } from '../key-changes.js';
import { KEPT_FREEZES } from '../limits.js';
import { ChangedTrees, type Owed } from './changed-trees.js';
import type { RankRows } from './rank-rows.js';

/** What a block made of the rank trees. */
export interface RankStep {
  readonly pages: readonly { readonly domain: string; readonly writes: readonly PageWrite[] }[];
  /** At the end of a cycle, the digests of all trees by the bytes of their domains; null else. */
  readonly parts: readonly PartLeaf[] | null;
  /** How many entries were to leave and were not where they were: above 0 a tree is damaged. */
  readonly strays: number;
}

/**
 * The rank trees of all domains and of `_lifecycle` (seed 001, section 4.2.3: the master keeps the world state of every
 * domain). They lie in the master's store and move with the block, in its batch.
 */
export class DomainRanks {
  readonly #rows: RankRows;
  readonly #c: number;
  readonly #owed = new Map<string, Owed>();
  /** Domains whose trees have not been read since the start. */
  #unread: readonly string[];

  private constructor(rows: RankRows, c: number, domains: readonly string[]) {
    this.#rows = rows;
    this.#c = c;
    this.#unread = domains;
  }

  static async open(rows: RankRows, c: number): Promise<DomainRanks> {
    return new DomainRanks(rows, c, await rows.domains());
  }

  /**
   * What the keys that block `blockNum` changed make of the trees. At the end of a cycle all are up to date. Each block before
   * does its share of that, and of removing what earlier ends no longer need, so that the last one has no more to do than the
   * others. The step takes effect with the batch that it is written in. Throws `RANK_TREE_DAMAGED`.
   */
  advance(blockNum: bigint, changed: readonly ChangedKey<unknown>[]): RankStep {
    const trees = new ChangedTrees((domain) => new RankEditor(this.#rows.pages(domain), this.#c), this.#owed);
    for (const domain of this.#unread) trees.editor(domain);
    this.#unread = [];
    for (const [domain, changes] of byDomain(changed)) trees.editor(domain).apply(blockNum, changes);
    const past = Number(blockNum % BigInt(this.#c));
    const isEnd = blockNum > 0n && past === 0;
    if (isEnd) for (const domain of trees.domains) endCycle(trees.editor(domain), blockNum);
    else doShare(trees, this.#c, past);
    const { editors } = trees;
    for (const [domain, { waiting, unswept }] of editors) this.#owed.set(domain, { waiting, unswept });
    const pages = Array.from(editors, ([domain, edited]) => ({ domain, writes: edited.writes() }));
    let strays = 0;
    for (const edited of editors.values()) strays += edited.strays;
    return { pages, parts: isEnd ? partsOf(editors) : null, strays };
  }
}

/** `past`: blocks of the cycle up to this one. */
function doShare(trees: ChangedTrees, c: number, past: number): void {
  trees.pay(
    'waiting',
    (steps) => foldShare(steps, c - past),
    (tree, steps) => tree.fold(steps),
  );
  trees.pay(
    'unswept',
    (lists) => sweepShare(lists, c),
    (tree, lists) => tree.sweep(lists),
  );
}

function endCycle(editor: RankEditor, blockNum: bigint): void {
  if (editor.next <= blockNum) editor.apply(blockNum, []);
  const past = editor.frozen.at(-KEPT_FREEZES) ?? null;
  if (past !== null) editor.release(past);
  editor.freeze();
}

function partsOf(editors: ReadonlyMap<string, RankEditor>): PartLeaf[] {
  return Array.from(editors, ([domain, editor]) => ({ domain, hpart: editor.digest() })).sort((a, b) =>
    compareBytes(utf8(a.domain), utf8(b.domain)),
  );
}

function byDomain(changed: readonly ChangedKey<unknown>[]): Map<string, RankChange[]> {
  const domains = new Map<string, RankChange[]>();
  for (const { namespace, key, before, after } of changed) {
    const { valueHash, txNum, verNum, policyHash } = after;
    const change = { key, before, valueHash: valueHash ?? DELETED_VALUE_HASH, policyHash, txNum, verNum };
    const known = domains.get(namespace);
    if (known === undefined) domains.set(namespace, [change]);
    else known.push(change);
  }
  return domains;
}
