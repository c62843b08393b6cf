import { toHex } from '@cotrace/core';
import type { Block } from '../../block/block.js';
import { isConfiguration, decodeEnvelope } from '../../transaction/envelope.js';
import * as peer from '../../gen/fabric/peer_pb.js';
import type { CommittedUpdate } from '../../mvcc/commit-hash.js';
import { BlockOverlay, type StateView, type VersionedKey } from '../../mvcc/overlay.js';
import { validateReads } from '../../mvcc/validate-reads.js';
import { compareUtf8 } from '../../transaction/key-order.js';
import type { NamespaceRwset, Version } from '../../transaction/rwset.js';
import { decodeTransaction } from '../../transaction/transaction.js';

/** State in memory, hashes of private data included: the naive counterpart of a peer's. */
export class MemoryState implements StateView {
  readonly entries = new Map<string, CommittedUpdate & { value: Uint8Array }>();

  version(namespace: string, key: string): Promise<Version | null> {
    return Promise.resolve(this.entries.get(id(namespace, '', key))?.version ?? null);
  }

  hashedVersion(namespace: string, collection: string, keyHash: Uint8Array): Promise<Version | null> {
    return Promise.resolve(this.entries.get(id(namespace, collection, toHex(keyHash)))?.version ?? null);
  }

  async *range(namespace: string, start: string, end: string): AsyncGenerator<VersionedKey, void, undefined> {
    await Promise.resolve();
    const keys = [...this.entries.values()]
      .filter((entry) => entry.namespace === namespace && entry.collection === '')
      .map(({ key, version }) => ({ key: String(key), version }))
      .filter(({ key }) => compareUtf8(key, start) >= 0 && (end === '' || compareUtf8(key, end) < 0));
    yield* keys.sort((a, b) => compareUtf8(a.key, b.key));
  }

  /** Value of a public key. */
  value(namespace: string, key: string): Uint8Array | null {
    return this.entries.get(id(namespace, '', key))?.value ?? null;
  }

  put(namespace: string, key: string, value: Uint8Array, version: Version): void {
    this.entries.set(id(namespace, '', key), { namespace, collection: '', key, value, version });
  }

  /**
   * Validates the reads of a block's transactions and commits those that `judge` finds valid too. Gives the
   * code per transaction and the updates for the commit hash.
   */
  async commit(
    block: Block,
    judge: (envelope: Uint8Array) => peer.TxValidationCode,
  ): Promise<{ codes: number[]; updates: CommittedUpdate[] }> {
    const overlay = new BlockOverlay(this, block.number);
    const updates = new Map<string, CommittedUpdate>();
    const codes: number[] = [];
    for (const [txNum, bytes] of block.envelopes.entries()) {
      const envelope = decodeEnvelope(bytes);
      let code = judge(bytes);
      if (code === peer.TxValidationCode.VALID && !isConfiguration(envelope)) {
        const { rwset } = decodeTransaction(envelope);
        code = await validateReads(rwset, overlay);
        if (code === peer.TxValidationCode.VALID) {
          await this.#collect(rwset, overlay, { blockNum: block.number, txNum }, updates);
        }
      }
      codes.push(code);
    }
    for (const [key, update] of updates) {
      const { value } = update;
      if (value === null) this.entries.delete(key);
      else this.entries.set(key, { ...update, value });
    }
    return { codes, updates: [...updates.values()] };
  }

  async #collect(
    rwset: readonly NamespaceRwset[],
    overlay: BlockOverlay,
    version: Version,
    updates: Map<string, CommittedUpdate>,
  ): Promise<void> {
    for (const effect of await overlay.apply(rwset, version.txNum)) {
      const { kind, namespace, key } = effect;
      const before = updates.get(id(namespace, '', key))?.value ?? this.value(namespace, key);
      const value = kind === 'put' ? effect.value : kind === 'restamp' ? before : null;
      updates.set(id(namespace, '', key), { namespace, collection: '', key, value, version });
    }
    for (const { namespace, collections } of rwset) {
      for (const { name: collection, writes } of collections) {
        for (const { keyHash, isDelete, valueHash } of writes) {
          const value = isDelete ? null : valueHash;
          updates.set(id(namespace, collection, toHex(keyHash)), {
            namespace,
            collection,
            key: keyHash,
            value,
            version,
          });
        }
      }
    }
  }
}

function id(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
