import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  checkStoreIdentity,
  CotraceError,
  decodeAttestationBody,
  encodeStoreIdentity,
  equalBytes,
  isCotraceError,
  NO_POLICY_HASH,
  toHex,
} from '@cotrace/core';
import { SnapshotNoteSchema, type SnapshotNote } from '../gen/cotrace/store_pb.js';
import type { Log } from '../node/log.js';
import { loadTrie, type LoadedTrie } from '../trie/snapshot.js';
import type { KeyState } from './key-changes.js';
import { LedgerTrie } from './ledger-trie.js';
import type { MasterStore } from './master-store.js';
import type { TrieSettings } from './trie-settings.js';
import { BLOCKS_A_COMMIT, START_PROGRESS_MS } from './limits.js';

/** File of the snapshot, in the folder of the store: they are moved and restored together. */
export function snapshotPath(store: MasterStore): string {
  return join(store.folder, 'state.trie');
}

/** What a snapshot says that it is of: the last block of the store. */
export function snapshotNote(store: MasterStore, root: Uint8Array): Uint8Array | null {
  const checkpoint = store.checkpoint();
  if (checkpoint === null) return null;
  const { number: blockNum, headerHash } = checkpoint;
  const of = encodeStoreIdentity(store.owner);
  return toBinary(SnapshotNoteSchema, create(SnapshotNoteSchema, { blockNum, headerHash, root, store: of }));
}

/**
 * The trie after the store's last block: the snapshot and what the store has above it, or all of the store's blocks.
 * The store is what counts, and the root must be the one that was attested. Throws `SNAPSHOT_AHEAD` where the store has
 * gone back behind the snapshot, `WRONG_STORE` and
 * `STORE_LAYOUT` where the snapshot is another master's or has no owner, `TRIE_ROOT` where the store's blocks do not lead to the attested root, `TRIE_FULL`.
 */
export async function openTrie(store: MasterStore, settings: TrieSettings, log: Log): Promise<LedgerTrie> {
  const last = store.checkpoint()?.number ?? -1n;
  const loaded = fromSnapshot(store, settings, last, log);
  if (loaded !== null) {
    const mismatch = await replayed(loaded, store, last, log);
    if (mismatch === null) return loaded;
    log.warn(
      'the snapshot of the state trie does not lead to the attested root; rebuilding the trie from all blocks',
      mismatch,
    );
    await loaded.stop();
  }
  const trie = LedgerTrie.empty(settings);
  const mismatch = await replayed(trie, store, last, log);
  if (mismatch === null) return trie;
  await trie.stop();
  throw mismatch;
}

function fromSnapshot(store: MasterStore, settings: TrieSettings, last: bigint, log: Log): LedgerTrie | null {
  const loaded = loadSnapshot(store, settings, log);
  if (loaded === null) return null;
  const note = fromBinary(SnapshotNoteSchema, loaded.note);
  checkStoreIdentity(note.store.length === 0 ? null : note.store, store.owner, snapshotPath(store));
  if (note.blockNum > last) {
    throw new CotraceError(
      'SNAPSHOT_AHEAD',
      `the state trie was saved at block ${note.blockNum} and the store ends at ${last}: it is an older one; ` +
        'restore the newest, since a block that was attested must not be attested again',
      { snapshot: note.blockNum, store: last, folder: store.folder },
    );
  }
  if (!isOf(store, note)) {
    log.warn(
      `the snapshot of the state trie does not belong to the chain and state of block ${note.blockNum}`,
    );
    return null;
  }
  return new LedgerTrie(settings, loaded.arena, note.blockNum + 1n);
}

function loadSnapshot(store: MasterStore, { bytes }: TrieSettings, log: Log): LoadedTrie | null {
  try {
    return loadTrie(snapshotPath(store), bytes);
  } catch (error) {
    if (!isCotraceError(error, 'BAD_SNAPSHOT')) throw error;
    log.warn('the snapshot of the state trie is damaged; rebuilding the trie from all blocks', error);
    return null;
  }
}

function isOf(store: MasterStore, { blockNum, headerHash, root }: SnapshotNote): boolean {
  return (
    equalBytes(store.block(blockNum).headerHash, headerHash) &&
    equalBytes(attestedRoot(store, blockNum), root)
  );
}

/** The trie root that this master attested of a block. Throws `NOT_FOUND` above its height. */
export function attestedRoot(store: MasterStore, blockNum: bigint): Uint8Array {
  return decodeAttestationBody(store.attestation(blockNum).body).trieRoot;
}

/** Takes in the store's blocks up to `last`; returns the error where their root is not the attested one. */
async function replayed(
  trie: LedgerTrie,
  store: MasterStore,
  last: bigint,
  log: Log,
): Promise<CotraceError | null> {
  const first = trie.next;
  // Keys that these blocks delete are looked for here first: the store's newest are of later blocks.
  const removed = new Map<string, KeyState>();
  let told = Date.now();
  while (trie.next <= last) {
    const { next } = trie;
    const { keys } = await trie.apply(store.writingTransactions(next), {
      removed: (key) => removed.get(toHex(key)) ?? store.trie.removed(key, next),
      // The trie does not bind policies, and their rows are those of the last block.
      policyHash: () => NO_POLICY_HASH,
    });
    for (const { id, after } of keys) {
      if (after.valueHash === null) removed.set(toHex(id), after);
    }
    if (next === last || (next - first) % BLOCKS_A_COMMIT === 0n) {
      const { root } = await trie.commit();
      const attested = attestedRoot(store, next);
      if (!equalBytes(root, attested)) return mismatchAt(next, root, attested);
    }
    if (Date.now() - told > START_PROGRESS_MS) {
      told = Date.now();
      log.info(`rebuilding the state trie: block ${next} of ${last}`);
    }
  }
  if (last < 0n || first <= last) return null;
  return equalBytes(trie.root, attestedRoot(store, last))
    ? null
    : mismatchAt(last, trie.root, attestedRoot(store, last));
}

function mismatchAt(blockNum: bigint, root: Uint8Array, attested: Uint8Array): CotraceError {
  return new CotraceError(
    'TRIE_ROOT',
    `the store’s blocks up to ${blockNum} do not lead to the trie root that was attested: the store is damaged, or was ` +
      'written by another version; restore it',
    { blockNum, root: toHex(root), attested: toHex(attested) },
  );
}
