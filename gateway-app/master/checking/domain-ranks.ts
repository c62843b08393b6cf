import {
  compareBytes,
  DELETED_VALUE_HASH,
  RankEditor,
  utf8,
  type PageWrite,
  type PartLeaf,
  type RankChange,
} from '@cotrace/core';
import type { ChangedKey } from '../key-changes.js';
import { FOLD_MS, KEPT_FREEZES } from '../limits.js';
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
  /** By domain, how many entries are still to leave older groups: the next fold begins with the most. */
  readonly #waiting: Map<string, number>;

  private constructor(rows: RankRows, c: number, domains: readonly string[]) {
    this.#rows = rows;
    this.#c = c;
    this.#waiting = new Map(domains.map((domain) => [domain, 0]));
  }

  static async open(rows: RankRows, c: number): Promise<DomainRanks> {
    return new DomainRanks(rows, c, await rows.domains());
  }

  /**
   * What the keys that block `blockNum` changed make of the trees. At the end of a cycle all are brought up to date; before,
   * after each block, those with most to do, for some milliseconds, so that little is left then. The step takes effect with
   * the batch that it is written in. Throws `RANK_TREE_DAMAGED`.
   */
  advance(blockNum: bigint, changed: readonly ChangedKey<unknown>[]): RankStep {
    const editors = new Map<string, RankEditor>();
    const editor = (domain: string): RankEditor => {
      const known = editors.get(domain) ?? new RankEditor(this.#rows.pages(domain), this.#c);
      editors.set(domain, known);
      return known;
    };
    for (const [domain, changes] of byDomain(changed)) {
      if (!this.#waiting.has(domain)) this.#waiting.set(domain, 0);
      editor(domain).apply(blockNum, changes);
    }
    const isEnd = blockNum > 0n && blockNum % BigInt(this.#c) === 0n;
    if (isEnd) for (const domain of this.#waiting.keys()) endCycle(editor(domain), blockNum);
    else this.#fold(editor, new Set(editors.keys()));
    for (const [domain, { waiting }] of editors) this.#waiting.set(domain, waiting);
    const pages = Array.from(editors, ([domain, edited]) => ({ domain, writes: edited.writes() }));
    let strays = 0;
    for (const edited of editors.values()) strays += edited.strays;
    return { pages, parts: isEnd ? partsOf(editors) : null, strays };
  }

  /** Brings trees up to date until time is up, those first that have most to do. */
  #fold(editor: (domain: string) => RankEditor, touched: ReadonlySet<string>): void {
    const until = performance.now() + FOLD_MS;
    const waiting = (domain: string): number =>
      touched.has(domain) ? editor(domain).waiting : (this.#waiting.get(domain) ?? 0);
    const domains = [...this.#waiting.keys()].filter((domain) => waiting(domain) > 0);
    domains.sort((a, b) => waiting(b) - waiting(a));
    for (const domain of domains) {
      while (editor(domain).waiting > 0) {
        if (performance.now() >= until) return;
        editor(domain).fold(FOLD_STEPS);
      }
    }
  }
}

/** Groups that are brought up to date before the clock is looked at again. */
const FOLD_STEPS = 8;

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
