import {
  NO_POLICY_HASH,
  PageEdit,
  RankEditor,
  RankView,
  sha256,
  type PageReader,
  type RankChange,
  type StoreIdentity,
} from '@cotrace/core';
import { DomainStore, storedEntry, type StateEntry } from '@cotrace/gateway-app';
import { stopwatch, sum, type Spent } from './spent.js';
import { keyOf, valueOf } from './workload.js';

/** The domain's. */
export const NAMESPACE = 'goods';
const NONE = new Uint8Array();
/**
 * Blocks whose writes are committed together. A node syncs once a block, tree or no tree, and a sync takes longer than
 * all else here: this many share one, so that what is measured is the tree.
 */
export const BLOCKS_PER_COMMIT = 128;

/** What the tree cost in one cycle. */
export interface CycleCost {
  /** Taking the cycle's blocks. */
  readonly upkeep: Spent;
  /** Bringing the layers up to date and freezing them. */
  readonly digest: Spent;
  /** Groups that were read, thinned and hashed again. */
  readonly groups: number;
  /** Pages that the digest read, and that it wrote. */
  readonly read: number;
  readonly written: number;
  /** Updates and creations. */
  readonly writes: number;
}

/** What a block made of keys. */
export interface BlockChanges {
  readonly block: bigint;
  readonly changes: readonly RankChange[];
}

/** Block, transaction and version of a key. */
type Stamp = readonly [block: number, tx: number, ver: number];

/** Puts blocks into the tree in one commit. */
export async function takeBlocks(
  store: DomainStore,
  pages: PageReader,
  c: number,
  blocks: readonly BlockChanges[],
): Promise<void> {
  const edit = new PageEdit(pages);
  for (const { block, changes } of blocks) {
    const editor = new RankEditor(edit, c);
    editor.apply(block, changes);
    for (const { name, bytes } of editor.writes()) edit.put(name, bytes);
  }
  await store.rankOf(NAMESPACE).commit(edit.writes());
}

/** Brings the layers up to date and freezes them at `blockNum`, the last of a cycle; how many pages that wrote. */
export async function endCycle(
  store: DomainStore,
  pages: PageReader,
  c: number,
  blockNum: bigint,
): Promise<number> {
  const editor = new RankEditor(pages, c);
  editor.release(blockNum);
  editor.sweep();
  editor.freeze();
  const writes = editor.writes();
  await store.rankOf(NAMESPACE).commit(writes);
  return writes.length;
}

/** Whose the stores of the benchmark are. */
export const BENCH_OWNER: StoreIdentity = {
  kind: 'business',
  network: '00'.repeat(32),
  node: 'bench',
  organisation: 'BenchMSP',
  holds: 'bench',
};

/** A business node's store of one domain with its rank tree, filled by plan. */
export class BenchDomain {
  readonly store: DomainStore;
  readonly #c: number;
  readonly #stamps: Stamp[];
  #block: number;

  private constructor(store: DomainStore, c: number, stamps: Stamp[], block: number) {
    this.store = store;
    this.#c = c;
    this.#stamps = stamps;
    this.#block = block;
  }

  /** An empty domain. */
  static async open(folder: string, c: number): Promise<BenchDomain> {
    return new BenchDomain(await DomainStore.open(folder, BENCH_OWNER), c, [], 0);
  }

  /** The domain in `folder`, which holds a copy of this one's store. */
  async copyIn(folder: string): Promise<BenchDomain> {
    return new BenchDomain(
      await DomainStore.open(folder, BENCH_OWNER),
      this.#c,
      [...this.#stamps],
      this.#block,
    );
  }

  get keys(): number {
    return this.#stamps.length;
  }

  get block(): bigint {
    return BigInt(this.#block);
  }

  /** The blocks that have a group, rising. */
  blocks(): bigint[] {
    const blocks = new Set(this.#stamps.map(([block]) => block));
    return [...blocks].sort((a, b) => a - b).map(BigInt);
  }

  /** The block of a key's newest version. */
  blockOf(index: number): number {
    return this.#stamps[index]?.[0] ?? 0;
  }

  /**
   * Runs one cycle; `writes(i)` are the keys that its block i, 0…c−1, writes; a new key has the next index. The state may
   * be left as it is where nobody reads it again: what the store does about it in the background is none of the tree's.
   */
  async cycle(
    writes: (i: number) => readonly number[],
    state: 'written' | 'left' = 'written',
  ): Promise<CycleCost> {
    const read = { groups: 0, all: 0 };
    const pages: PageReader = {
      get: (name) => {
        read.all++;
        if (name.startsWith('g/')) read.groups++;
        return this.store.rankOf(NAMESPACE).pages.get(name);
      },
    };
    const upkeep: Spent[] = [];
    let changes = 0;
    for (let done = 0; done < this.#c; done += BLOCKS_PER_COMMIT) {
      const blocks = Array.from({ length: Math.min(BLOCKS_PER_COMMIT, this.#c - done) }, (_, i) =>
        this.#next(writes(done + i)),
      );
      if (state === 'written') await this.writeState(blocks.flatMap(({ entries }) => entries));
      changes += blocks.reduce((total, { entries }) => total + entries.length, 0);
      const watch = stopwatch();
      await takeBlocks(this.store, pages, this.#c, blocks);
      upkeep.push(watch());
    }
    const before = read.all;
    const watch = stopwatch();
    const written = await endCycle(this.store, pages, this.#c, this.block);
    const digest = watch();
    return {
      ...{ upkeep: sum(upkeep), digest, groups: read.groups, writes: changes },
      ...{ read: read.all - before, written },
    };
  }

  /** The tree at the end of the last cycle. */
  view(): RankView {
    return new RankView(this.store.rankOf(NAMESPACE).pages, this.#c, this.block);
  }

  /** All entries of the state with their values, by key. */
  state(): AsyncGenerator<StateEntry> {
    return this.store.range(NAMESPACE, '', '');
  }

  /** The entry of a key. */
  entry(key: string): StateEntry | null {
    const entry = this.store.entry(NAMESPACE, key);
    return entry === null ? null : { namespace: NAMESPACE, key, entry };
  }

  /** Goes to the height after `blockNum`, all blocks before it quiet. */
  skipTo(blockNum: bigint): void {
    this.#block = Number(blockNum);
  }

  /** Changes the tree and freezes it anew. */
  async change(act: (editor: RankEditor) => void): Promise<void> {
    const editor = new RankEditor(this.store.rankOf(NAMESPACE).pages, this.#c);
    if (editor.next <= this.block) editor.apply(this.block, []);
    editor.release(this.block);
    act(editor);
    editor.freeze();
    await this.store.rankOf(NAMESPACE).commit(editor.writes());
  }

  /** Writes entries into the state. */
  async writeState(entries: readonly StateEntry[]): Promise<void> {
    const checkpoint = { number: this.block, headerHash: new Uint8Array(32), configBlock: NONE };
    await this.store.advance(checkpoint, entries);
  }

  #next(indices: readonly number[]) {
    this.#block++;
    const blockNum = this.block;
    const changes: RankChange[] = [];
    const entries: StateEntry[] = [];
    [...new Set(indices)].forEach((index, txNum) => {
      const old = this.#stamps[index];
      const key = keyOf(index);
      const verNum = (old?.[2] ?? 0) + 1;
      const value = valueOf(index, verNum);
      const before = old === undefined ? null : { blockNum: BigInt(old[0]), txNum: old[1], verNum: old[2] };
      const stamp = { blockNum, txNum, verNum };
      changes.push({ key, before, valueHash: sha256(value), policyHash: NO_POLICY_HASH, txNum, verNum });
      entries.push({
        namespace: NAMESPACE,
        key,
        entry: storedEntry({ value, deleted: false, validationParameter: NONE, ...stamp }),
      });
      this.#stamps[index] = [this.#block, txNum, verNum];
    });
    return { block: blockNum, changes, entries };
  }
}
