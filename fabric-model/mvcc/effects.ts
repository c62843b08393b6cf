import type { MetadataEntry, NamespaceRwset } from '../transaction/rwset.js';

/**
 * What a valid transaction does to one key, at most once per key.
 *
 * `put` and `delete` write it. `metadata` of a put replaces the key's metadata; null keeps it.
 * `restamp` is a metadata write alone: on a live key it replaces the metadata and gives the key the
 * transaction's version; on an absent key it does nothing.
 */
export type Effect =
  | {
      readonly kind: 'put';
      readonly namespace: string;
      readonly key: string;
      readonly value: Uint8Array;
      readonly metadata: readonly MetadataEntry[] | null;
    }
  | { readonly kind: 'delete'; readonly namespace: string; readonly key: string }
  | {
      readonly kind: 'restamp';
      readonly namespace: string;
      readonly key: string;
      readonly metadata: readonly MetadataEntry[];
    };

/** What has been done to a key, added up as Fabric does (`keyOpsFlag`, a byte). */
const UPSERT = 1;
const METADATA_UPDATE = 2;
const METADATA_DELETE = 4;
const DELETE = 8;

interface KeyOps {
  flag: number;
  value: Uint8Array;
  metadata: readonly MetadataEntry[] | null;
}

/**
 * Effects of a transaction on public state, in the order of its read-write set. Hashes of private data are no public
 * state and have none. No honest peer writes a key twice in one set; where colluding ones do, what counts is Fabric's sum
 * of flags, by which two writes are taken for a change of metadata.
 * Source: docs/formats.md, "Effect of a valid transaction on a key"; Fabric `validation/tx_ops.go`.
 */
export function effects(rwset: readonly NamespaceRwset[]): Effect[] {
  const byNamespace = new Map<string, Map<string, KeyOps>>();
  for (const { namespace, writes, metadataWrites } of rwset) {
    const keys = byNamespace.get(namespace) ?? new Map<string, KeyOps>();
    byNamespace.set(namespace, keys);
    for (const { key, isDelete, value } of writes) {
      const ops = opsOf(keys, key);
      add(ops, isDelete ? DELETE : UPSERT);
      if (!isDelete) ops.value = value;
    }
    for (const { key, entries } of metadataWrites) {
      const ops = opsOf(keys, key);
      add(ops, entries.length === 0 ? METADATA_DELETE : METADATA_UPDATE);
      if (entries.length > 0) ops.metadata = entries;
    }
  }
  return [...byNamespace].flatMap(([namespace, keys]) =>
    [...keys].map(([key, ops]) => effectOf(namespace, key, ops)),
  );
}

function opsOf(keys: Map<string, KeyOps>, key: string): KeyOps {
  const known = keys.get(key);
  if (known !== undefined) return known;
  const ops: KeyOps = { flag: 0, value: new Uint8Array(), metadata: null };
  keys.set(key, ops);
  return ops;
}

function add(ops: KeyOps, flag: number): void {
  ops.flag = (ops.flag + flag) & 0xff;
}

function effectOf(namespace: string, key: string, { flag, value, metadata }: KeyOps): Effect {
  if ((flag & DELETE) !== 0) return { kind: 'delete', namespace, key };
  if ((flag & UPSERT) !== 0 && (flag & (METADATA_UPDATE | METADATA_DELETE)) !== 0) {
    return { kind: 'put', namespace, key, value, metadata: metadata ?? [] };
  }
  if ((flag | UPSERT) === UPSERT) return { kind: 'put', namespace, key, value, metadata: null };
  return { kind: 'restamp', namespace, key, metadata: metadata ?? [] };
}
