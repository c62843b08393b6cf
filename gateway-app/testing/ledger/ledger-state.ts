import { rm } from 'node:fs/promises';
import { concat, u32, u64 } from '@cotrace/core';
import type { CommittedUpdate, StateView, Version } from '@cotrace/fabric-model';
import { openDatabase, ordered, read, type Store } from '../../node/store.js';

const VALUE_AT = 12;
const HEADERS = 'header/';
const stateKey = (namespace: string, key: string) => `state/${namespace}/${key}`;

/** A live key. */
export interface HeldValue {
  readonly value: Uint8Array;
  readonly version: Version;
}

/** What a client or an endorser may look up of the ledger so far. */
export interface LedgerView {
  get(namespace: string, key: string): HeldValue | null;
  /** 32 bytes; null for a block that is not there yet. */
  headerHash(blockNum: bigint): Uint8Array | null;
}

/** The state of a ledger while it is made. It lies in a folder, so that memory does not grow with the ledger. */
export class LedgerState implements LedgerView {
  readonly #folder: string;
  readonly #store: Store;

  private constructor(folder: string, store: Store) {
    this.#folder = folder;
    this.#store = store;
  }

  /** An empty one: whatever the folder held is removed. Throws `STORE_FAILED`. */
  static async create(folder: string): Promise<LedgerState> {
    await rm(folder, { recursive: true, force: true });
    return new LedgerState(folder, await openDatabase(folder));
  }

  get(namespace: string, key: string): HeldValue | null {
    const bytes = read(this.#store, stateKey(namespace, key));
    if (bytes === null) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const version = { blockNum: view.getBigUint64(0), txNum: view.getUint32(8) };
    return { value: bytes.subarray(VALUE_AT), version };
  }

  headerHash(blockNum: bigint): Uint8Array | null {
    return read(this.#store, HEADERS + ordered(blockNum));
  }

  /** What reads are validated against. Generated transactions read no ranges. */
  get committed(): StateView {
    return {
      version: (namespace, key) => Promise.resolve(this.get(namespace, key)?.version ?? null),
      range: () => {
        throw new Error('generated transactions read no ranges');
      },
    };
  }

  /** Takes what a block has changed. */
  async advance(blockNum: bigint, headerHash: Uint8Array, updates: Iterable<CommittedUpdate>): Promise<void> {
    const batch = this.#store.batch().put(HEADERS + ordered(blockNum), headerHash);
    for (const { namespace, key, value, version } of updates) {
      const at = stateKey(namespace, String(key));
      if (value === null) batch.del(at);
      else batch.put(at, concat(u64(version.blockNum), u32(version.txNum), value));
    }
    await batch.write();
  }

  /** Closes it and removes its folder. */
  async remove(): Promise<void> {
    await this.#store.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
