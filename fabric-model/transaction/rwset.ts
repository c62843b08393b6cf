import { equalBytes, sha256 } from '@cotrace/core';
import type * as ledger from '../gen/fabric/ledger_pb.js';
import { decode } from '../wire/decode.js';
import * as forms from '../wire/forms.js';
import { compareUtf8 } from './key-order.js';

/** Version of a key: where the transaction stands that wrote it last. */
export interface Version {
  readonly blockNum: bigint;
  readonly txNum: number;
}

export interface KeyRead {
  readonly key: string;
  /** Null: the key did not exist. */
  readonly version: Version | null;
}

/** A range that was read, and what it gave: the reads themselves or a summary of them. */
export interface RangeQuery {
  readonly startKey: string;
  /** Exclusive if `exhausted`; otherwise the last key that was read. Empty: open. */
  readonly endKey: string;
  readonly exhausted: boolean;
  readonly reads: readonly KeyRead[];
  readonly summary: RangeSummary | null;
}

/** Merkle summary of many reads. Source: Fabric `rwsetutil/query_results_helper.go`. */
export interface RangeSummary {
  readonly maxDegree: number;
  readonly maxLevel: number;
  readonly maxLevelHashes: readonly Uint8Array[];
}

export interface KeyWrite {
  readonly key: string;
  /** A write of an empty value is a deletion too (Fabric FAB-18386). */
  readonly isDelete: boolean;
  readonly value: Uint8Array;
}

export interface MetadataEntry {
  readonly name: string;
  readonly value: Uint8Array;
}

/** Replaces all metadata of a key; no entries delete it. */
export interface MetadataWrite {
  readonly key: string;
  readonly entries: readonly MetadataEntry[];
}

/** What a transaction did in a private collection, with hashes for keys and values. */
export interface CollectionRwset {
  readonly name: string;
  /** SHA-256 of the private `KVRWSet` bytes; empty where nothing is written. */
  readonly privateHash: Uint8Array;
  readonly reads: readonly { readonly keyHash: Uint8Array; readonly version: Version | null }[];
  readonly writes: readonly {
    readonly keyHash: Uint8Array;
    readonly isDelete: boolean;
    readonly valueHash: Uint8Array;
    readonly isPurge: boolean;
  }[];
  readonly metadataWrites: readonly {
    readonly keyHash: Uint8Array;
    readonly entries: readonly MetadataEntry[];
  }[];
}

/** What a transaction did in the state of one chaincode. */
export interface NamespaceRwset {
  readonly namespace: string;
  readonly reads: readonly KeyRead[];
  readonly rangeQueries: readonly RangeQuery[];
  readonly writes: readonly KeyWrite[];
  readonly metadataWrites: readonly MetadataWrite[];
  readonly collections: readonly CollectionRwset[];
}

/** A departure from the form in which every Fabric peer builds read-write sets. */
export interface RwsetDefect {
  readonly namespace: string;
  readonly where: 'namespaces' | 'reads' | 'writes' | 'metadataWrites' | 'collections';
  /** The name or key that is not after the one before it. */
  readonly name: string;
  readonly kind: 'repeated' | 'unsorted';
}

/** Namespaces of a serialized `TxReadWriteSet`, in its order. Throws `BAD_PROTOBUF`. */
export function decodeRwset(bytes: Uint8Array): NamespaceRwset[] {
  return decode(forms.TxReadWriteSet, bytes).nsRwset.map((entry) => {
    const set = decode(forms.KVRWSet, entry.rwset);
    return {
      namespace: entry.namespace,
      reads: set.reads.map(toRead),
      rangeQueries: set.rangeQueriesInfo.map(toRangeQuery),
      writes: set.writes.map((write) => ({
        key: write.key,
        isDelete: write.isDelete || write.value.length === 0,
        value: write.value,
      })),
      metadataWrites: set.metadataWrites,
      collections: entry.collectionHashedRwset.map(toCollection),
    };
  });
}

/**
 * Where a read-write set is not sorted by UTF-8 bytes or names something twice. Fabric validates such sets
 * (it refuses only repeated namespaces), but no unmodified peer endorses one.
 */
export function rwsetDefects(rwset: readonly NamespaceRwset[]): RwsetDefect[] {
  const defects: RwsetDefect[] = [];
  const check = (namespace: string, where: RwsetDefect['where'], names: readonly string[]): void => {
    const seen = new Set<string>();
    for (const [i, name] of names.entries()) {
      const before = names[i - 1];
      if (seen.has(name)) defects.push({ namespace, where, name, kind: 'repeated' });
      else if (before !== undefined && compareUtf8(before, name) > 0) {
        defects.push({ namespace, where, name, kind: 'unsorted' });
      }
      seen.add(name);
    }
  };
  check(
    '',
    'namespaces',
    rwset.map(({ namespace }) => namespace),
  );
  for (const { namespace, reads, writes, metadataWrites, collections } of rwset) {
    check(
      namespace,
      'reads',
      reads.map(({ key }) => key),
    );
    check(
      namespace,
      'writes',
      writes.map(({ key }) => key),
    );
    check(
      namespace,
      'metadataWrites',
      metadataWrites.map(({ key }) => key),
    );
    check(
      namespace,
      'collections',
      collections.map(({ name }) => name),
    );
  }
  return defects;
}

/** Whether a transaction writes in a namespace, metadata and hashes of private data included. */
export function isWritten(set: NamespaceRwset): boolean {
  return (
    set.writes.length > 0 ||
    set.metadataWrites.length > 0 ||
    set.collections.some((collection) => collection.writes.length > 0 || collection.metadataWrites.length > 0)
  );
}

/** Fabric takes the hash of an empty value for a deletion, as it takes an empty value. */
const EMPTY_HASH = sha256(new Uint8Array());

function toCollection(message: ledger.CollectionHashedReadWriteSet): CollectionRwset {
  const set = decode(forms.HashedRWSet, message.hashedRwset);
  return {
    name: message.collectionName,
    privateHash: message.pvtRwsetHash,
    reads: set.hashedReads.map(({ keyHash, version }) => ({ keyHash, version: toVersion(version) })),
    writes: set.hashedWrites.map((write) => ({
      keyHash: write.keyHash,
      isDelete: write.isDelete || write.valueHash.length === 0 || equalBytes(write.valueHash, EMPTY_HASH),
      valueHash: write.valueHash,
      isPurge: write.isPurge,
    })),
    metadataWrites: set.metadataWrites,
  };
}

function toRangeQuery(message: ledger.RangeQueryInfo): RangeQuery {
  const { startKey, endKey, itrExhausted: exhausted, readsInfo } = message;
  return {
    startKey,
    endKey,
    exhausted,
    reads: readsInfo.case === 'rawReads' ? readsInfo.value.kvReads.map(toRead) : [],
    summary: readsInfo.case === 'readsMerkleHashes' ? readsInfo.value : null,
  };
}

function toRead({ key, version }: ledger.KVRead): KeyRead {
  return { key, version: toVersion(version) };
}

/** A transaction number beyond 2^53 loses digits here, and then still equals no version of a real key. */
function toVersion(version?: ledger.Version): Version | null {
  return version === undefined ? null : { blockNum: version.blockNum, txNum: Number(version.txNum) };
}
