import { create, toBinary } from '@bufbuild/protobuf';
import { compareBytes, sha256, utf8 } from '@cotrace/core';
import * as ledger from '../gen/fabric/ledger_pb.js';
import { compareUtf8 } from '../transaction/key-order.js';
import type { Version } from '../transaction/rwset.js';
import { varint } from '../wire/varint.js';

/** State of a key after a block that wrote it. */
export interface CommittedUpdate {
  readonly namespace: string;
  /** Name of the private collection, with the key's hash for key and the value's hash for value; '' for none. */
  readonly collection?: string;
  /** Text of a public key, hash of a private one. */
  readonly key: string | Uint8Array;
  /** Null: the key was deleted. */
  readonly value: Uint8Array | null;
  /** Of the transaction that wrote the key last, or deleted it. */
  readonly version: Version;
}

/**
 * The hash by which peers compare their states after a block: SHA-256 over the number of flags as a varint, the
 * flags, the updates and the previous commit hash.
 *
 * `flags` are the validation codes of the block's transactions; `updates` holds every key at most once, in any
 * order; `previous` is empty for block 1 (block 0 has no commit hash). The empty namespace, where
 * Fabric keeps the channel configuration, is left out.
 * Source: Fabric `kvledger/kv_ledger.go`, addBlockCommitHash; `txmgr/update_batch_bytes.go`.
 */
export function commitHash(
  flags: Uint8Array,
  updates: readonly CommittedUpdate[],
  previous: Uint8Array,
): Uint8Array {
  return sha256(varint(flags.length), flags, encodeUpdates(updates), previous);
}

function encodeUpdates(updates: readonly CommittedUpdate[]): Uint8Array {
  const sorted = updates
    .filter(({ namespace }) => namespace !== '')
    .map(({ collection = '', key, ...rest }) => ({
      ...rest,
      collection,
      key: typeof key === 'string' ? utf8(key) : key,
    }))
    .sort(
      (a, b) =>
        compareUtf8(a.namespace, b.namespace) ||
        compareUtf8(a.collection, b.collection) ||
        compareBytes(a.key, b.key),
    );
  const kvwrites = sorted.map(({ namespace, collection, key, value, version }, i) => {
    const before = sorted[i - 1];
    const sameNamespace = before?.namespace === namespace;
    // Only the first entry of a namespace and of a collection names it.
    return {
      namespace: sameNamespace ? '' : namespace,
      collection: sameNamespace && before.collection === collection ? '' : collection,
      key,
      isDelete: value === null,
      value: value ?? new Uint8Array(),
      versionBytes: encodeVersion(version),
    };
  });
  return toBinary(ledger.CommittedUpdatesSchema, create(ledger.CommittedUpdatesSchema, { kvwrites }));
}

/** Order-preserving bytes of a version. Source: Fabric `core/ledger/internal/version`. */
export function encodeVersion({ blockNum, txNum }: Version): Uint8Array {
  return Uint8Array.from([...orderedVarint(blockNum), ...orderedVarint(BigInt(txNum))]);
}

/** The number of bytes that follow, then the number big-endian without leading zero bytes. */
function orderedVarint(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0n; rest >>= 8n) bytes.unshift(Number(rest & 0xffn));
  return [bytes.length, ...bytes];
}
