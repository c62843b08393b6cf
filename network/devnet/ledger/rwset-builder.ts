import { create, toBinary } from '@bufbuild/protobuf';
import { sha256, utf8 } from '@cotrace/core';
import { compareUtf8, ledger, readMessage, type Version } from '@cotrace/fabric-model';

function sortedEntries<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => compareUtf8(a, b));
}

function sortedValues<T>(map: ReadonlyMap<string, T>): T[] {
  return sortedEntries(map).map(([, value]) => value);
}

interface CollectionParts {
  readonly reads: Map<string, ledger.KVReadHash>;
  readonly writes: Map<string, ledger.KVWrite>;
}

interface NamespaceParts {
  readonly reads: Map<string, ledger.KVRead>;
  readonly writes: Map<string, ledger.KVWrite>;
  readonly metadataWrites: Map<string, ledger.KVMetadataWrite>;
  readonly rangeQueries: Map<string, ledger.RangeQueryInfo>;
  readonly collections: Map<string, CollectionParts>;
}

/**
 * Collects what a simulation reads and writes into the bytes of a `TxReadWriteSet`: the same for the same
 * accesses on every endorser. Source: Fabric core/ledger/kvledger/txmgmt/rwsetutil/rwset_builder.go.
 */
export class RwsetBuilder {
  readonly #namespaces = new Map<string, NamespaceParts>();

  addRead(namespace: string, key: string, version: Version | null): void {
    this.#parts(namespace).reads.set(key, readMessage({ key, version }));
  }

  /** Of several writes of a key the last one stays; an empty value is a deletion. */
  addWrite(namespace: string, key: string, value: Uint8Array): void {
    const write = create(ledger.KVWriteSchema, { key, isDelete: value.length === 0, value });
    this.#parts(namespace).writes.set(key, write);
  }

  addMetadataWrite(namespace: string, key: string, entries: ReadonlyMap<string, Uint8Array>): void {
    const names = [...entries.keys()].sort(compareUtf8);
    const write = create(ledger.KVMetadataWriteSchema, {
      key,
      entries: names.map((name) => ({ name, value: entries.get(name) ?? new Uint8Array() })),
    });
    this.#parts(namespace).metadataWrites.set(key, write);
  }

  /** Of several queries with the same bounds and exhaustion the first one stays. */
  addRangeQuery(namespace: string, info: ledger.RangeQueryInfo): void {
    const { rangeQueries } = this.#parts(namespace);
    const identity = JSON.stringify([info.startKey, info.endKey, info.itrExhausted]);
    if (!rangeQueries.has(identity)) rangeQueries.set(identity, info);
  }

  addHashedRead(namespace: string, collection: string, key: string, version: Version | null): void {
    const read = create(ledger.KVReadHashSchema, {
      keyHash: sha256(utf8(key)),
      ...(version && { version: { blockNum: version.blockNum, txNum: BigInt(version.txNum) } }),
    });
    this.#collection(namespace, collection).reads.set(key, read);
  }

  addPrivateWrite(namespace: string, collection: string, key: string, value: Uint8Array): void {
    const write = create(ledger.KVWriteSchema, { key, isDelete: value.length === 0, value });
    this.#collection(namespace, collection).writes.set(key, write);
  }

  /** Bytes of the private part (`TxPvtReadWriteSet`); null if there is none. */
  privateBytes(): Uint8Array | null {
    const namespaces = sortedEntries(this.#namespaces).flatMap(([namespace, { collections }]) => {
      const collectionPvtRwset = sortedEntries(collections)
        .filter(([, { writes }]) => writes.size > 0)
        .map(([collectionName, { writes }]) => ({ collectionName, rwset: privateSet(writes) }));
      return collectionPvtRwset.length === 0 ? [] : [{ namespace, collectionPvtRwset }];
    });
    if (namespaces.length === 0) return null;
    const set = create(ledger.TxPvtReadWriteSetSchema, { nsPvtRwset: namespaces });
    return toBinary(ledger.TxPvtReadWriteSetSchema, set);
  }

  /** Bytes of the read-write set so far; namespaces and keys in order of their UTF-8 bytes. */
  bytes(): Uint8Array {
    const set = create(ledger.TxReadWriteSetSchema, {
      nsRwset: sortedEntries(this.#namespaces).map(([namespace, { collections }]) => ({
        namespace,
        rwset: this.#namespaceBytes(namespace),
        collectionHashedRwset: sortedEntries(collections).map(hashedCollection),
      })),
    });
    return toBinary(ledger.TxReadWriteSetSchema, set);
  }

  #namespaceBytes(namespace: string): Uint8Array {
    const { reads, writes, metadataWrites, rangeQueries } = this.#parts(namespace);
    const set = create(ledger.KVRWSetSchema, {
      reads: sortedValues(reads),
      rangeQueriesInfo: [...rangeQueries.values()],
      writes: sortedValues(writes),
      metadataWrites: sortedValues(metadataWrites),
    });
    return toBinary(ledger.KVRWSetSchema, set);
  }

  #parts(namespace: string): NamespaceParts {
    let parts = this.#namespaces.get(namespace);
    if (parts === undefined) {
      parts = {
        reads: new Map(),
        writes: new Map(),
        metadataWrites: new Map(),
        rangeQueries: new Map(),
        collections: new Map(),
      };
      this.#namespaces.set(namespace, parts);
    }
    return parts;
  }

  #collection(namespace: string, collection: string): CollectionParts {
    const { collections } = this.#parts(namespace);
    let parts = collections.get(collection);
    if (parts === undefined) {
      parts = { reads: new Map(), writes: new Map() };
      collections.set(collection, parts);
    }
    return parts;
  }
}

/** `KVRWSet` bytes of what is written in a collection: what its hash in the public set is over. */
function privateSet(writes: CollectionParts['writes']): Uint8Array {
  const set = create(ledger.KVRWSetSchema, { writes: sortedValues(writes) });
  return toBinary(ledger.KVRWSetSchema, set);
}

/** Keys are in the order of their names, not of their hashes. */
function hashedCollection([collectionName, { reads, writes }]: readonly [string, CollectionParts]): {
  collectionName: string;
  hashedRwset: Uint8Array;
  pvtRwsetHash: Uint8Array;
} {
  const set = create(ledger.HashedRWSetSchema, {
    hashedReads: sortedValues(reads),
    hashedWrites: sortedValues(writes).map(({ key, isDelete, value }) => ({
      keyHash: sha256(utf8(key)),
      isDelete,
      valueHash: isDelete ? new Uint8Array() : sha256(value),
    })),
  });
  return {
    collectionName,
    hashedRwset: toBinary(ledger.HashedRWSetSchema, set),
    pvtRwsetHash: writes.size === 0 ? new Uint8Array() : sha256(privateSet(writes)),
  };
}
