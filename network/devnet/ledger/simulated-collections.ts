import { sha256, utf8 } from '@cotrace/core';
import { hashedKey } from './keys.js';
import type { RwsetBuilder } from './rwset-builder.js';
import type { StoreView } from './store.js';
import type { KeyValue, PrivateCollections } from './types.js';

/** Rules of the simulation that private data is subject to, too. */
interface AccessRules {
  readonly beforeRead: () => void;
  readonly beforeWrite: () => void;
}

/**
 * Private data as a simulation sees it: values from the state of the collection, versions from that of its hashes.
 * Source: Fabric core/ledger/kvledger/txmgmt/txmgr/{tx_simulator,query_executor}.go.
 */
export class SimulatedCollections implements PrivateCollections {
  readonly #view: StoreView;
  readonly #rwset: RwsetBuilder;
  readonly #rules: AccessRules;

  constructor(view: StoreView, rwset: RwsetBuilder, rules: AccessRules) {
    this.#view = view;
    this.#rwset = rwset;
    this.#rules = rules;
  }

  get(namespace: string, collection: string, key: string): Uint8Array | null {
    return this.getHash(namespace, collection, key) === null
      ? null
      : this.#view.privateValue(namespace, collection, key);
  }

  getHash(namespace: string, collection: string, key: string): Uint8Array | null {
    this.#rules.beforeRead();
    const found = this.#view.entry(hashedKey(namespace, collection, sha256(utf8(key))));
    this.#rwset.addHashedRead(namespace, collection, key, found?.version ?? null);
    return found?.value ?? null;
  }

  put(namespace: string, collection: string, key: string, value: Uint8Array): void {
    this.#rules.beforeWrite();
    this.#rwset.addPrivateWrite(namespace, collection, key, value);
  }

  async entries(namespace: string, collection: string, start: string): Promise<KeyValue[]> {
    this.#rules.beforeRead();
    return this.#view.privateEntries(namespace, collection, start);
  }
}
