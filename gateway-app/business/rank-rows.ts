import { concat, HASH_LENGTH, u32, type PageReader, type PageWrite, type RankEntry } from '@cotrace/core';
import { commit, endOfPrefix, ordered, putRows, read, type RowWrite, type Store } from '../node/store.js';

/** Of a block's number as `ordered` writes it. */
const BLOCK_DIGITS = 16;

/** What a business node's store holds of one rank tree: its pages, and what the making of the tree needs meanwhile. */
export class RankRows {
  readonly #store: Store;
  readonly #pages: string;
  readonly #unmade: string;
  readonly #sorted: string;

  /** `name`: what the keys of the rows begin with. */
  constructor(store: Store, name: string) {
    this.#store = store;
    this.#pages = `${name}/`;
    this.#unmade = `${name}-unmade`;
    this.#sorted = `${name}-sort/`;
  }

  get pages(): PageReader {
    return { get: (name) => read(this.#store, this.#pages + name) };
  }

  /** The rows of pages that are to be written. */
  rowsOf(writes: readonly PageWrite[]): RowWrite[] {
    return writes.map(({ name, bytes }) => ({ key: this.#pages + name, bytes }));
  }

  /** Writes pages, all or nothing. */
  async commit(writes: readonly PageWrite[]): Promise<void> {
    const batch = this.#store.batch();
    putRows(batch, this.rowsOf(writes));
    await commit(this.#store, batch);
  }

  /** Whether the tree is to be rebuilt: it was begun and not finished. */
  get isUnmade(): boolean {
    return read(this.#store, this.#unmade) !== null;
  }

  /** Removes the tree; it counts as unmade until `made`. */
  async clear(): Promise<void> {
    await commit(this.#store, this.#store.batch().put(this.#unmade, new Uint8Array()));
    await this.#remove(this.#pages);
    await this.#remove(this.#sorted);
  }

  async made(): Promise<void> {
    await this.#remove(this.#sorted);
    await commit(this.#store, this.#store.batch().del(this.#unmade));
  }

  /** Takes entries, for a tree that is rebuilt, to give them by rising block in `sorted`. */
  async sort(entries: readonly RankEntry[]): Promise<void> {
    const batch = this.#store.batch();
    for (const { key, blockNum, valueHash, policyHash, txNum, verNum } of entries) {
      const row = concat(u32(txNum), u32(verNum), valueHash, policyHash);
      batch.put(`${this.#sorted}${ordered(blockNum)}/${key}`, row);
    }
    await commit(this.#store, batch);
  }

  async *sorted(): AsyncGenerator<RankEntry> {
    const start = this.#sorted.length;
    for await (const [name, bytes] of this.#store.iterator({
      gte: this.#sorted,
      lt: endOfPrefix(this.#sorted),
    })) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      yield {
        key: name.slice(start + BLOCK_DIGITS + 1),
        blockNum: BigInt(`0x${name.slice(start, start + BLOCK_DIGITS)}`),
        txNum: view.getUint32(0),
        verNum: view.getUint32(4),
        valueHash: bytes.subarray(8, 8 + HASH_LENGTH),
        policyHash: bytes.subarray(8 + HASH_LENGTH),
      };
    }
  }

  async #remove(prefix: string): Promise<void> {
    await this.#store.clear({ gte: prefix, lt: endOfPrefix(prefix) });
  }
}
