import type { PageReader, PageWrite } from '@cotrace/core';
import { commit, endOfPrefix, read, type Store, type StoreBatch } from '../../node/store.js';
import { decodeKeyState, encodeKeyState, type ChangedKey, type KeyState } from '../key-changes.js';

const RANK = 'rank/';
const LIFECYCLE = 'lifecycle/';
const REMADE = 'remade/';
const MADE = 'ranks';

/** What a master's store holds of rank trees: their pages, by domain, and the keys of `_lifecycle`, which the trie does not hold. */
export class RankRows {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The pages of a domain's tree, or of that of `_lifecycle`. */
  pages(domain: string): PageReader {
    const prefix = prefixOf(domain);
    return { get: (name) => read(this.#store, prefix + name) };
  }

  put(batch: StoreBatch, domain: string, writes: readonly PageWrite[]): void {
    const prefix = prefixOf(domain);
    for (const { name, bytes } of writes) {
      if (bytes === null) batch.del(prefix + name);
      else batch.put(prefix + name, bytes);
    }
  }

  /** A key of `_lifecycle` after the last block; null where it never was. */
  lifecycle(key: string): KeyState | null {
    const row = read(this.#store, LIFECYCLE + key);
    return row === null ? null : decodeKeyState(row);
  }

  putLifecycle(batch: StoreBatch, changed: readonly ChangedKey<unknown>[]): void {
    for (const { key, after } of changed) batch.put(LIFECYCLE + key, encodeKeyState(after));
  }

  /** The domains that have a tree, `_lifecycle` among them, in the order of the store. */
  async domains(): Promise<string[]> {
    const domains: string[] = [];
    for (let after = RANK; ;) {
      const [key] = await this.#store.keys({ gte: after, lt: endOfPrefix(RANK), limit: 1 }).all();
      const domain = key?.slice(RANK.length).split('/')[0];
      if (domain === undefined) return domains;
      domains.push(domain);
      after = endOfPrefix(prefixOf(domain));
    }
  }

  /** Whether the trees are those of the store's last block: not while they are made again, nor in a store from before there were any. */
  get areMade(): boolean {
    return read(this.#store, MADE) !== null;
  }

  putMade(batch: StoreBatch): void {
    batch.put(MADE, new Uint8Array());
  }

  /** A key of a domain as it is so far, while trees are made again; null where it was not yet there. */
  remade(namespace: string, key: string): KeyState | null {
    const row = read(this.#store, `${REMADE}${namespace}/${key}`);
    return row === null ? null : decodeKeyState(row);
  }

  putRemade(batch: StoreBatch, { namespace, key, after }: ChangedKey<unknown>): void {
    batch.put(`${REMADE}${namespace}/${key}`, encodeKeyState(after));
  }

  /** Removes all trees; they count as not made until `made`. */
  async clear(): Promise<void> {
    await this.#store.del(MADE);
    for (const prefix of [RANK, LIFECYCLE, REMADE]) {
      await this.#store.clear({ gte: prefix, lt: endOfPrefix(prefix) });
    }
  }

  /** Ends the making of trees. */
  async made(): Promise<void> {
    await this.#store.clear({ gte: REMADE, lt: endOfPrefix(REMADE) });
    const batch = this.#store.batch();
    this.putMade(batch);
    await commit(this.#store, batch);
  }
}

/** Names of chaincodes hold no `/`. */
function prefixOf(domain: string): string {
  return `${RANK}${domain}/`;
}
