import { equalBytes, Reader, sha256, u64, concat } from '@cotrace/core';
import { decode, ledger, type NamespaceRwset, type Transaction } from '@cotrace/fabric-model';
import { privateKey, TRANSIENT_BOUNDS, transientKey, transientTxId } from './keys.js';
import type { Store, StoreWrite } from './store.js';

/** Blocks after which private data is dropped whose transaction never came: `transientBlockRetention`. */
const RETENTION = 1000n;

interface Kept {
  /** Height of the chain when it was endorsed. */
  readonly height: bigint;
  readonly writes: Uint8Array;
}

/**
 * What endorsed transactions will write in private collections, kept on disk until they are committed (Fabric's
 * transient store): a block holds no more of it than hashes.
 * Record: `u64 height || TxPvtReadWriteSet bytes`.
 */
export class TransientData {
  readonly #store: Store;
  readonly #kept: Map<string, Kept>;

  private constructor(store: Store, kept: Map<string, Kept>) {
    this.#store = store;
    this.#kept = kept;
  }

  static async open(store: Store): Promise<TransientData> {
    const entries = (await store.all(TRANSIENT_BOUNDS)).map(([key, value]): [string, Kept] => {
      const reader = new Reader(value, 'transient record');
      const height = reader.u64();
      return [transientTxId(key), { height, writes: reader.take(reader.left) }];
    });
    return new TransientData(store, new Map(entries));
  }

  async keep(txId: string, height: bigint, writes: Uint8Array): Promise<void> {
    await this.#store.write([{ key: transientKey(txId), value: concat(u64(height), writes) }]);
    this.#kept.set(txId, { height, writes });
  }

  /**
   * What a block of the chain at `height` does to private data: the values that its valid transactions write, as far as
   * they are known and match the hashes, and the end of what is not needed any more.
   */
  writes(valid: readonly Transaction[], height: bigint): StoreWrite[] {
    if (this.#kept.size === 0) return [];
    const values = valid.flatMap(({ txId, rwset }) => {
      const kept = this.#kept.get(txId);
      return kept === undefined ? [] : privateWrites(rwset, kept.writes);
    });
    return [...values, ...this.#finished(valid, height).map((txId) => ({ key: transientKey(txId) }))];
  }

  /** To be called when the block is written. */
  forget(valid: readonly Transaction[], height: bigint): void {
    for (const txId of this.#finished(valid, height)) this.#kept.delete(txId);
  }

  #finished(valid: readonly Transaction[], height: bigint): string[] {
    const committed = new Set(valid.map(({ txId }) => txId));
    return [...this.#kept].flatMap(([txId, kept]) =>
      committed.has(txId) || kept.height + RETENTION < height ? [txId] : [],
    );
  }
}

/** Private data counts where it is that whose hash was endorsed. */
function privateWrites(rwset: readonly NamespaceRwset[], bytes: Uint8Array): StoreWrite[] {
  return decode(ledger.TxPvtReadWriteSetSchema, bytes).nsPvtRwset.flatMap(
    ({ namespace, collectionPvtRwset }) => {
      const hashed = rwset.find((set) => set.namespace === namespace)?.collections ?? [];
      return collectionPvtRwset.flatMap(({ collectionName, rwset: set }): StoreWrite[] => {
        const collection = hashed.find(({ name }) => name === collectionName);
        if (collection === undefined || !equalBytes(collection.privateHash, sha256(set))) return [];
        return decode(ledger.KVRWSetSchema, set).writes.map(({ key, isDelete, value }) => ({
          key: privateKey(namespace, collectionName, key),
          ...(!isDelete && { value }),
        }));
      });
    },
  );
}
