import {
  checkStoreIdentity,
  CotraceError,
  encodeStoreIdentity,
  fromUtf8,
  type StoreIdentity,
} from '@cotrace/core';
import type { Version } from '@cotrace/fabric-model';
import { ClassicLevel, type Snapshot } from 'classic-level';
import {
  blockKey,
  hashKey,
  historyBounds,
  historyPlace,
  IDENTITY_KEY,
  privateBounds,
  privateKey,
  stateBounds,
  stateKey,
  TIP_KEY,
  transactionKey,
  type Bounds,
} from './keys.js';
import { decodeLocation, decodeTip, decodeValue, type Tip, type VersionedValue } from './records.js';
import type { KeyValue, TransactionLocation } from './types.js';

/** Entries taken from a range at once; enough for a chaincode's batch of 100 and the look-ahead. */
const RANGE_STEP = 128;
const RANGE_STEP_BYTES = 1 << 20;
const CACHE_BYTES = 32 << 20;

/** One write of a batch; without value it is a deletion. */
export interface StoreWrite {
  readonly key: Uint8Array;
  readonly value?: Uint8Array;
}

/** State entry with its key, as ranges give it. */
export interface StateEntry extends VersionedValue {
  readonly key: string;
}

type Database = ClassicLevel<Uint8Array, Uint8Array>;

/** Reads one state of the store: the newest one, or that of a snapshot. */
export class StoreView {
  readonly #db: Database;
  readonly #snapshot: Snapshot | null;

  constructor(db: Database, snapshot?: Snapshot) {
    this.#db = db;
    this.#snapshot = snapshot ?? null;
  }

  get(namespace: string, key: string): VersionedValue | null {
    return this.entry(stateKey(namespace, key));
  }

  /** Entry of the state at a key of the store, `stateKey` or `hashedKey`. */
  entry(at: Uint8Array): VersionedValue | null {
    const bytes = this.#get(at);
    return bytes === null ? null : decodeValue(bytes);
  }

  /** Entries from `start` (included) to `end` (excluded, '' for open), in order of their UTF-8 bytes. */
  async *range(namespace: string, start: string, end: string): AsyncGenerator<StateEntry, undefined> {
    const { gte, lt, prefixLength } = stateBounds(namespace, start, end);
    const iterator = this.#db.iterator({ gte, lt, ...this.#at, highWaterMarkBytes: RANGE_STEP_BYTES });
    try {
      for (;;) {
        const entries = await iterator.nextv(RANGE_STEP);
        if (entries.length === 0) return;
        for (const [key, bytes] of entries) {
          yield { key: fromUtf8(key.subarray(prefixLength)), ...decodeValue(bytes) };
        }
      }
    } finally {
      await iterator.close();
    }
  }

  /** Value of a key in a private collection. */
  privateValue(namespace: string, collection: string, key: string): Uint8Array | null {
    return this.#get(privateKey(namespace, collection, key));
  }

  /** Entries of a private collection whose keys begin with `start`, in order of their UTF-8 bytes. */
  async privateEntries(namespace: string, collection: string, start: string): Promise<KeyValue[]> {
    const { prefixLength, ...bounds } = privateBounds(namespace, collection, start);
    const entries = await this.#db.iterator({ ...bounds, ...this.#at }).all();
    return entries.map(([key, value]) => ({ key: fromUtf8(key.subarray(prefixLength)), value }));
  }

  /** Everything within bounds of keys of the store. */
  async all(bounds: Bounds): Promise<[key: Uint8Array, value: Uint8Array][]> {
    return this.#db.iterator({ ...bounds, ...this.#at }).all();
  }

  /** Places of the writes of a key, newest first. */
  async *history(namespace: string, key: string): AsyncGenerator<Version, undefined> {
    const keys = this.#db.keys({ ...historyBounds(namespace, key), ...this.#at, reverse: true });
    for await (const place of keys) yield historyPlace(place);
  }

  tip(): Tip | null {
    const bytes = this.#get(TIP_KEY);
    return bytes === null ? null : decodeTip(bytes);
  }

  transaction(txId: string): TransactionLocation | null {
    const bytes = this.#get(transactionKey(txId));
    return bytes === null ? null : decodeLocation(bytes);
  }

  async block(blockNum: bigint): Promise<Uint8Array | null> {
    return (await this.#db.get(blockKey(blockNum))) ?? null;
  }

  async blockNumOf(headerHash: Uint8Array): Promise<bigint | null> {
    const bytes = await this.#db.get(hashKey(headerHash));
    return bytes === undefined ? null : new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
  }

  async close(): Promise<void> {
    await this.#snapshot?.close();
  }

  get #at(): { snapshot?: Snapshot } {
    return this.#snapshot === null ? {} : { snapshot: this.#snapshot };
  }

  #get(key: Uint8Array): Uint8Array | null {
    return this.#db.getSync(key, this.#at) ?? null;
  }
}

/**
 * The files of one channel: blocks, their indices, state and history in one LevelDB, so that a block is
 * one batch. A kill at any moment leaves either all of it or nothing (LevelDB's log is replayed or its
 * torn end dropped at the next opening).
 */
export class Store extends StoreView {
  readonly #db: Database;

  private constructor(db: Database) {
    super(db);
    this.#db = db;
  }

  /**
   * Opens or makes the store of `owner` in `dir`. Throws `STORE_UNAVAILABLE`, above all when another process has it,
   * and as `checkStoreIdentity` where it is not the owner's.
   */
  static async open(dir: string, owner: StoreIdentity): Promise<Store> {
    const db: Database = new ClassicLevel(dir, {
      keyEncoding: 'view',
      valueEncoding: 'view',
      cacheSize: CACHE_BYTES,
    });
    try {
      await db.open();
    } catch (cause) {
      throw new CotraceError(
        'STORE_UNAVAILABLE',
        `cannot open the ledger in ${dir}: stop the process that uses it, or check its permissions`,
        { dir },
        cause,
      );
    }
    const store = new Store(db);
    try {
      await store.#checkOwner(owner, dir);
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async #checkOwner(owner: StoreIdentity, dir: string): Promise<void> {
    const row = this.#db.getSync(IDENTITY_KEY);
    const isNew = row === undefined && (await this.#db.keys({ limit: 1 }).all()).length === 0;
    if (isNew) await this.write([{ key: IDENTITY_KEY, value: encodeStoreIdentity(owner) }]);
    else checkStoreIdentity(row ?? null, owner, dir);
  }

  /** The state as it is now, whatever is written later. To be closed. */
  snapshot(): StoreView {
    return new StoreView(this.#db, this.#db.snapshot());
  }

  /** Writes all or nothing; once it resolves the data is on disk. */
  async write(writes: readonly StoreWrite[]): Promise<void> {
    const operations = writes.map(({ key, value }) =>
      value === undefined ? { type: 'del' as const, key } : { type: 'put' as const, key, value },
    );
    await this.#db.batch(operations, { sync: true });
  }

  override async close(): Promise<void> {
    await this.#db.close();
  }
}
