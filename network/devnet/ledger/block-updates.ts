import { create, toBinary } from '@bufbuild/protobuf';
import { toHex } from '@cotrace/core';
import {
  ledger,
  type CollectionRwset,
  type CommittedUpdate,
  type Effect,
  type MetadataEntry,
  type NamespaceRwset,
  type Version,
} from '@cotrace/fabric-model';
import { hashedKey, historyKey, stateKey } from './keys.js';
import { encodeValue } from './records.js';
import type { StoreView, StoreWrite } from './store.js';

const NOTHING = new Uint8Array();

/** What a key is after the block so far; without `value` it is deleted. */
interface KeyUpdate extends CommittedUpdate {
  /** Its place in the store. */
  readonly at: Uint8Array;
  readonly metadata: Uint8Array;
}

/** What a transaction does to a key; without `value` it is deleted, without `metadata` that stays. */
interface Change extends Omit<CommittedUpdate, 'version'> {
  readonly at: Uint8Array;
  readonly metadata: readonly MetadataEntry[] | null;
}

/** Metadata as it is in the state. Source: Fabric txmgmt/statemetadata/metadata.go. */
function encodeMetadata(entries: readonly MetadataEntry[]): Uint8Array {
  const message = create(ledger.KVMetadataWriteSchema, {
    entries: entries.map(({ name, value }) => ({ name, value })),
  });
  return toBinary(ledger.KVMetadataWriteSchema, message);
}

/**
 * What the valid transactions of a block do to state and history, one after the other. Of private data there
 * are the hashes alone, as on a peer that is no member of the collection.
 * Source: Fabric txmgmt/validation/tx_ops.go, txmgmt/privacyenabledstate.
 */
export class BlockUpdates {
  readonly #state: StoreView;
  /** By the place of the key in the store. */
  readonly #keys = new Map<string, KeyUpdate>();
  readonly #namespaces = new Set<string>();
  readonly #history: Uint8Array[] = [];

  /** `state` is that before the block. */
  constructor(state: StoreView) {
    this.#state = state;
  }

  /**
   * Takes the next valid transaction: its effects (those on keys that exist), and what it does to private data.
   */
  apply(effects: readonly Effect[], rwset: readonly NamespaceRwset[], version: Version): void {
    for (const effect of effects) this.#set(this.#change(effect), version);
    for (const { namespace, writes, collections } of rwset) {
      for (const key of new Set(writes.map((write) => write.key))) {
        this.#history.push(historyKey(namespace, key, version.blockNum, version.txNum));
      }
      for (const collection of collections) {
        for (const change of this.#hashedChanges(namespace, collection)) this.#set(change, version);
      }
    }
  }

  touches(namespace: string): boolean {
    return this.#namespaces.has(namespace);
  }

  /** Every key written or deleted, as the commit hash takes them. */
  committed(): CommittedUpdate[] {
    return [...this.#keys.values()];
  }

  /** What to write to the store. */
  writes(): StoreWrite[] {
    const state = [...this.#keys.values()].map(({ at, value, metadata, version }): StoreWrite =>
      value === null ? { key: at } : { key: at, value: encodeValue({ value, metadata, version }) },
    );
    return [...state, ...this.#history.map((key) => ({ key, value: NOTHING }))];
  }

  #change(effect: Effect): Change {
    const { namespace, key, kind } = effect;
    const at = stateKey(namespace, key);
    if (kind === 'delete') return { namespace, key, at, value: null, metadata: [] };
    const value = kind === 'put' ? effect.value : (this.#before(at)?.value ?? null);
    return { namespace, key, at, value, metadata: effect.metadata };
  }

  #hashedChanges(namespace: string, { name, writes, metadataWrites }: CollectionRwset): Change[] {
    const place = (keyHash: Uint8Array) => ({
      namespace,
      collection: name,
      key: keyHash,
      at: hashedKey(namespace, name, keyHash),
    });
    const metadata = new Map(metadataWrites.map(({ keyHash, entries }) => [toHex(keyHash), entries]));
    const written = new Set(writes.map(({ keyHash }) => toHex(keyHash)));
    const changes = writes.map(({ keyHash, isDelete, valueHash }): Change => {
      const value = isDelete ? null : valueHash;
      return { ...place(keyHash), value, metadata: metadata.get(toHex(keyHash)) ?? null };
    });
    const restamps = metadataWrites
      .filter(({ keyHash }) => !written.has(toHex(keyHash)))
      .map(({ keyHash, entries }) => ({ ...place(keyHash), metadata: entries }))
      .flatMap((change): Change[] => {
        const value = this.#before(change.at)?.value ?? null;
        return value === null ? [] : [{ ...change, value }];
      });
    return [...changes, ...restamps];
  }

  #set({ metadata, ...change }: Change, version: Version): void {
    const kept = metadata === null ? this.#before(change.at)?.metadata : encodeMetadata(metadata);
    this.#namespaces.add(change.namespace);
    this.#keys.set(toHex(change.at), {
      ...change,
      version,
      metadata: change.value === null ? NOTHING : (kept ?? NOTHING),
    });
  }

  #before(at: Uint8Array): Pick<KeyUpdate, 'value' | 'metadata'> | null {
    return this.#keys.get(toHex(at)) ?? this.#state.entry(at);
  }
}
