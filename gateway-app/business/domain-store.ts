import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  concat,
  DELETED_VALUE_HASH,
  LIFECYCLE_NAMESPACE,
  lp,
  NO_POLICY_HASH,
  sha256,
  u32,
  u64,
  utf8,
  type StoreIdentity,
} from '@cotrace/core';
import { EvidenceSchema, type Evidence } from '../gen/cotrace/cotrace_pb.js';
import type { Checkpoint } from '../fabric/chain.js';
import { StoredEntrySchema, type StoredEntry } from '../gen/cotrace/store_pb.js';
import { heightIn, StoredCheckpoint } from '../fabric/checkpoint.js';
import { commit, endOfPrefix, openStore, putRows, read, type RowWrite, type Store } from '../node/store.js';
import { STORE_BLOCK_BYTES } from './limits.js';
import { RankRows } from './rank-rows.js';
import { decodeStateRow, encodeStateRow } from './state-row.js';

const STATE = 'state/';
const EVIDENCE = 'evidence/';
const EXCLUDED = 'excluded/';
const RANK = 'rank';
const LIFECYCLE_RANK = 'lifecycle-rank';

/** Namespaces are chaincode names, which hold no `/`: the key after it may hold anything. */
const stateKey = (namespace: string, key: string) => `${STATE}${namespace}/${key}`;

/** A key of the state and what it is now. */
export interface StateEntry {
  readonly namespace: string;
  readonly key: string;
  readonly entry: StoredEntry;
}

/** A key that a block changed, and its entry before the block; null where there was none. */
export interface ChangedEntry extends StateEntry {
  readonly before: StoredEntry | null;
}

/** A business node's store: its domain's state (and `_lifecycle`'s) with revisions, one atomic batch a block. */
export class DomainStore {
  readonly folder: string;
  readonly #store: Store;
  readonly #checkpoint: StoredCheckpoint;
  readonly #rank: RankRows;
  readonly #lifecycleRank: RankRows;
  /** The last work that changes the rank trees, done or not. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, store: Store) {
    this.folder = folder;
    this.#store = store;
    this.#checkpoint = new StoredCheckpoint(store);
    this.#rank = new RankRows(store, RANK);
    this.#lifecycleRank = new RankRows(store, LIFECYCLE_RANK);
  }

  /** Throws as `openStore`. */
  static async open(folder: string, owner: StoreIdentity): Promise<DomainStore> {
    return new DomainStore(folder, await openStore(folder, owner, { blockSize: STORE_BLOCK_BYTES }));
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  /** Where the node stands, or null before its first block; the configuration is its envelope. */
  checkpoint(): Checkpoint | null {
    return this.#checkpoint.get();
  }

  /**
   * Does work that reads the rank trees and then changes it, after the work before it: blocks and cycles come from two sides,
   * and what one makes of them must not be lost in what the other does.
   */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const done = (async () => {
      await before.catch(() => undefined);
      return work();
    })();
    this.#last = done;
    return done;
  }

  /** A row of the store beside state, rank trees and evidence, or null. */
  row(key: string): Uint8Array | null {
    return read(this.#store, key);
  }

  /** The rows whose keys begin with `prefix`, which ends in an ASCII character, in the order of their keys. */
  async rows(prefix: string): Promise<[string, Uint8Array][]> {
    return this.#store.iterator({ gte: prefix, lt: endOfPrefix(prefix) }).all();
  }

  /** The key of the last row under `prefix` that is not after `key`; null where there is none. */
  async lastKey(prefix: string, key: string): Promise<string | null> {
    const [last = null] = await this.#store.keys({ gte: prefix, lte: key, reverse: true, limit: 1 }).all();
    return last;
  }

  /** The keys under `prefix` that are before `key`. */
  async keysBefore(prefix: string, key: string): Promise<string[]> {
    return this.#store.keys({ gte: prefix, lt: key }).all();
  }

  /** The entry of a key, deleted ones included; null where the key never was. */
  entry(namespace: string, key: string): StoredEntry | null {
    const bytes = read(this.#store, stateKey(namespace, key));
    return bytes === null ? null : decodeStateRow(bytes);
  }

  /** The entries of `namespace` from `start` (inclusive) to `end` (exclusive; empty: to the last), in UTF-8 order. */
  async *range(namespace: string, start: string, end: string): AsyncGenerator<StateEntry> {
    const prefix = stateKey(namespace, '');
    const limits = { gte: prefix + start, lt: end === '' ? endOfPrefix(prefix) : prefix + end };
    for await (const [key, value] of this.#store.iterator(limits)) {
      yield { namespace, key: key.slice(prefix.length), entry: decodeStateRow(value) };
    }
  }

  /** The rows of the rank tree of the domain, or of that of `_lifecycle`. */
  rankOf(domain: string): RankRows {
    return domain === LIFECYCLE_NAMESPACE ? this.#lifecycleRank : this.#rank;
  }

  /** Writes rows beside state and evidence, all or nothing. */
  async commitRows(rows: readonly RowWrite[]): Promise<void> {
    const batch = this.#store.batch();
    putRows(batch, rows);
    await commit(this.#store, batch);
  }

  /** Moves to the next block: new entries, the checkpoint and rows, those of the rank trees among them, all or nothing. */
  async advance(
    checkpoint: Checkpoint,
    entries: readonly StateEntry[],
    rows: readonly RowWrite[] = [],
  ): Promise<void> {
    const batch = this.#store.batch();
    putRows(batch, rows);
    this.#checkpoint.put(batch, checkpoint);
    for (const { namespace, key, entry } of entries) {
      batch.put(stateKey(namespace, key), encodeStateRow(entry));
    }
    await commit(this.#store, batch);
    this.#checkpoint.written(checkpoint);
  }

  /** Keeps evidence; `excluded` is an organisation that no longer counts. */
  async keepEvidence(evidence: Evidence, excluded: string | null): Promise<void> {
    const bytes = toBinary(EvidenceSchema, evidence);
    const batch = this.#store.batch();
    batch.put(`${EVIDENCE}${evidence.kind}/${evidence.blockNum}/${excluded ?? ''}`, bytes);
    if (excluded !== null) batch.put(EXCLUDED + excluded, utf8(evidence.reason));
    await commit(this.#store, batch);
  }

  async evidence(): Promise<Evidence[]> {
    const values = await this.#store.values({ gte: EVIDENCE, lt: endOfPrefix(EVIDENCE) }).all();
    return values.map((bytes) => fromBinary(EvidenceSchema, bytes));
  }

  /** MSP ids of the organisations that equivocated. */
  async excluded(): Promise<Set<string>> {
    const keys = await this.#store.keys({ gte: EXCLUDED, lt: endOfPrefix(EXCLUDED) }).all();
    return new Set(keys.map((key) => key.slice(EXCLUDED.length)));
  }

  /** Height and a digest over the entries of `namespace` in key order, of one moment. */
  async digest(namespace: string): Promise<{ height: bigint; digest: Uint8Array; entries: bigint }> {
    const snapshot = this.#store.snapshot();
    try {
      const height = heightIn(this.#store, snapshot);
      const prefix = stateKey(namespace, '');
      let digest: Uint8Array = new Uint8Array(32);
      let entries = 0n;
      for await (const [key, value] of this.#store.iterator({
        gte: prefix,
        lt: endOfPrefix(prefix),
        snapshot,
      })) {
        digest = sha256(digest, entryBytes(key.slice(prefix.length), decodeStateRow(value)));
        entries += 1n;
      }
      return { height, digest, entries };
    } finally {
      await snapshot.close();
    }
  }
}

/** An entry as the rank tree has it (docs/formats.md, State). */
function entryBytes(key: string, entry: StoredEntry): Uint8Array {
  const { blockNum, txNum, verNum } = entry;
  return concat(lp(key), valueHash(entry), policyHash(entry), u64(blockNum), u32(txNum), u32(verNum));
}

/** The hash of an entry's value as the rank tree has it. */
export function valueHash({ value, deleted }: StoredEntry): Uint8Array {
  return deleted ? DELETED_VALUE_HASH : sha256(value);
}

/** The hash of an entry's own endorsement policy as the rank tree has it. */
export function policyHash({ validationParameter }: StoredEntry): Uint8Array {
  return validationParameter.length === 0 ? NO_POLICY_HASH : sha256(validationParameter);
}

/** An entry with its members, as the store takes it. */
export function storedEntry(entry: Omit<StoredEntry, '$typeName' | '$unknown'>): StoredEntry {
  return create(StoredEntrySchema, entry);
}
