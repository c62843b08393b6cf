import { toHex } from '@cotrace/core';
import { compareUtf8 } from '../transaction/key-order.js';
import type { NamespaceRwset, Version } from '../transaction/rwset.js';
import { effects, type Effect } from './effects.js';

/** A key of a range, with its version. */
export interface VersionedKey {
  readonly key: string;
  readonly version: Version;
}

/** Committed state that reads are validated against. */
export interface StateView {
  /** Version of a live key; null if the key does not exist or was deleted. */
  version(namespace: string, key: string): Promise<Version | null>;
  /**
   * Live keys from `start` (included) to `end` (excluded; '' is open), by their UTF-8 bytes. Iteration may be
   * given up early.
   */
  range(namespace: string, start: string, end: string): AsyncIterable<VersionedKey>;
  /**
   * Version of a key in a private collection by its hash. A view without it leaves reads of private data
   * unchecked.
   */
  hashedVersion?(namespace: string, collection: string, keyHash: Uint8Array): Promise<Version | null>;
}

/**
 * State of a block that is being validated: the committed state and, over it, what earlier valid
 * transactions of the same block wrote. Source: Fabric `txmgmt/validation`, publicAndHashUpdates.
 */
export class BlockOverlay {
  readonly view: StateView;
  readonly #blockNum: bigint;
  /** By namespace and key; null is a deletion. */
  readonly #written = new Map<string, Map<string, Version | null>>();
  readonly #sorted = new Map<string, string[]>();
  readonly #hashed = new Set<string>();

  constructor(view: StateView, blockNum: bigint) {
    this.view = view;
    this.#blockNum = blockNum;
  }

  /** Whether an earlier transaction of the block wrote the key, be it to delete it. */
  isWritten(namespace: string, key: string): boolean {
    return this.#written.get(namespace)?.has(key) ?? false;
  }

  /** The same for a key of a private collection. */
  isHashWritten(namespace: string, collection: string, keyHash: Uint8Array): boolean {
    return this.#hashed.has(hashedKey(namespace, collection, keyHash));
  }

  /** Version of a key after the earlier transactions of the block. */
  async version(namespace: string, key: string): Promise<Version | null> {
    const written = this.#written.get(namespace);
    return written?.has(key) === true ? (written.get(key) ?? null) : this.view.version(namespace, key);
  }

  /** Live keys of a range after the earlier transactions of the block; arguments as in `StateView`. */
  async *range(namespace: string, start: string, end: string): AsyncGenerator<VersionedKey, void, undefined> {
    const written = this.#written.get(namespace) ?? new Map<string, Version | null>();
    const keys = this.#keysBetween(namespace, start, end);
    let next = 0;
    for await (const committed of this.view.range(namespace, start, end)) {
      for (
        let key = keys[next];
        key !== undefined && compareUtf8(key, committed.key) < 0;
        key = keys[++next]
      ) {
        const version = written.get(key) ?? null;
        if (version !== null) yield { key, version };
      }
      if (!written.has(committed.key)) yield committed;
    }
    for (const key of keys.slice(next)) {
      const version = written.get(key) ?? null;
      if (version !== null) yield { key, version };
    }
  }

  /**
   * Applies a valid transaction and returns what it did: its effects without the metadata writes on keys
   * that do not exist.
   */
  async apply(rwset: readonly NamespaceRwset[], txNum: number): Promise<Effect[]> {
    const applied: Effect[] = [];
    for (const effect of effects(rwset)) {
      const { namespace, key, kind } = effect;
      if (kind === 'restamp' && (await this.version(namespace, key)) === null) continue;
      this.#write(namespace, key, kind === 'delete' ? null : { blockNum: this.#blockNum, txNum });
      applied.push(effect);
    }
    for (const { namespace, collections } of rwset) {
      for (const { name, writes, metadataWrites } of collections) {
        for (const { keyHash } of [...writes, ...metadataWrites]) {
          this.#hashed.add(hashedKey(namespace, name, keyHash));
        }
      }
    }
    return applied;
  }

  #write(namespace: string, key: string, version: Version | null): void {
    let written = this.#written.get(namespace);
    if (written === undefined) this.#written.set(namespace, (written = new Map<string, Version | null>()));
    if (!written.has(key)) this.#sorted.delete(namespace);
    written.set(key, version);
  }

  #keysBetween(namespace: string, start: string, end: string): string[] {
    let sorted = this.#sorted.get(namespace);
    if (sorted === undefined) {
      sorted = [...(this.#written.get(namespace)?.keys() ?? [])].sort(compareUtf8);
      this.#sorted.set(namespace, sorted);
    }
    return sorted.filter((key) => compareUtf8(key, start) >= 0 && (end === '' || compareUtf8(key, end) < 0));
  }
}

function hashedKey(namespace: string, collection: string, keyHash: Uint8Array): string {
  return JSON.stringify([namespace, collection, toHex(keyHash)]);
}
