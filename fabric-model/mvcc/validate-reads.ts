import { equalBytes } from '@cotrace/core';
import * as peer from '../gen/fabric/peer_pb.js';
import type { NamespaceRwset, RangeQuery, RangeSummary, Version } from '../transaction/rwset.js';
import type { BlockOverlay, VersionedKey } from './overlay.js';
import { RangeQueryResultsHelper } from './range-summary.js';

const { VALID, MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT } = peer.TxValidationCode;

/**
 * Whether everything that a transaction read is still so: VALID, MVCC_READ_CONFLICT or
 * PHANTOM_READ_CONFLICT. The caller applies a valid transaction to the overlay before it validates the next
 * one of the block.
 *
 * `namespaces` restricts the check to the namespaces whose state the view holds; all of them where left out.
 * Source: Fabric `core/ledger/kvledger/txmgmt/validation/validator.go`.
 */
export async function validateReads(
  rwset: readonly NamespaceRwset[],
  overlay: BlockOverlay,
  namespaces?: ReadonlySet<string>,
): Promise<peer.TxValidationCode> {
  for (const set of rwset) {
    if (namespaces !== undefined && !namespaces.has(set.namespace)) continue;
    if (!(await readsHold(set, overlay))) return MVCC_READ_CONFLICT;
    for (const query of set.rangeQueries) {
      if (!(await rangeHolds(set.namespace, query, overlay))) return PHANTOM_READ_CONFLICT;
    }
    if (!(await hashedReadsHold(set, overlay))) return MVCC_READ_CONFLICT;
  }
  return VALID;
}

/** Whether two versions are the same; null for a key that does not exist. */
export function sameVersion(a: Version | null, b: Version | null): boolean {
  return a?.blockNum === b?.blockNum && a?.txNum === b?.txNum;
}

async function readsHold({ namespace, reads }: NamespaceRwset, overlay: BlockOverlay): Promise<boolean> {
  for (const { key, version } of reads) {
    // Even a key that was created and deleted again within the block, and is absent as it was read, conflicts.
    if (overlay.isWritten(namespace, key)) return false;
    if (!sameVersion(await overlay.view.version(namespace, key), version)) return false;
  }
  return true;
}

async function hashedReadsHold(set: NamespaceRwset, overlay: BlockOverlay): Promise<boolean> {
  const { view } = overlay;
  if (view.hashedVersion === undefined) return true;
  for (const { name, reads } of set.collections) {
    for (const { keyHash, version } of reads) {
      if (overlay.isHashWritten(set.namespace, name, keyHash)) return false;
      if (!sameVersion(await view.hashedVersion(set.namespace, name, keyHash), version)) return false;
    }
  }
  return true;
}

async function rangeHolds(namespace: string, query: RangeQuery, overlay: BlockOverlay): Promise<boolean> {
  const results = rangeResults(namespace, query, overlay);
  return query.summary === null ? readsEqual(results, query) : summaryEquals(results, query.summary);
}

/** Where the simulation did not read to the end, `endKey` is the last key that it saw and belongs to the range. */
async function* rangeResults(
  namespace: string,
  { startKey, endKey, exhausted }: RangeQuery,
  overlay: BlockOverlay,
): AsyncGenerator<VersionedKey, void, undefined> {
  yield* overlay.range(namespace, startKey, endKey);
  if (exhausted) return;
  const version = await overlay.version(namespace, endKey);
  if (version !== null) yield { key: endKey, version };
}

async function readsEqual(results: AsyncIterable<VersionedKey>, { reads }: RangeQuery): Promise<boolean> {
  let count = 0;
  for await (const { key, version } of results) {
    const read = reads[count++];
    if (read?.key !== key || !sameVersion(read.version, version)) return false;
  }
  return count === reads.length;
}

async function summaryEquals(results: AsyncIterable<VersionedKey>, expected: RangeSummary): Promise<boolean> {
  // Fabric stops the channel at such a summary, which no peer endorses.
  if (expected.maxDegree < 2) return false;
  const helper = new RangeQueryResultsHelper(expected.maxDegree);
  for await (const result of results) helper.add(result);
  const { summary } = helper.done();
  return (
    summary?.maxLevel === expected.maxLevel &&
    summary.maxLevelHashes.length === expected.maxLevelHashes.length &&
    summary.maxLevelHashes.every((hash, i) =>
      equalBytes(hash, expected.maxLevelHashes[i] ?? new Uint8Array()),
    )
  );
}
