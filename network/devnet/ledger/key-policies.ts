import { decode, ledger, type NamespaceRwset } from '@cotrace/fabric-model';
import type { StoreView } from './store.js';

/** Name of the metadata entry that holds a key's endorsement policy. */
const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

/**
 * Endorsement policies of single keys, as the transactions of one block meet them: a key whose metadata
 * an earlier one writes cannot be written by a later one.
 * Source: Fabric core/common/validation/statebased/vpmanagerimpl.go.
 */
export class KeyPolicies {
  readonly #view: StoreView;
  readonly #changed = new Map<string, Set<string>>();

  constructor(view: StoreView) {
    this.#view = view;
  }

  /** `SignaturePolicyEnvelope` bytes of a key's own policy; null if it has none. */
  of(namespace: string, key: string): Uint8Array | 'changed' | null {
    if (this.#changed.get(namespace)?.has(key) === true) return 'changed';
    const metadata = this.#view.get(namespace, key)?.metadata;
    if (metadata === undefined || metadata.length === 0) return null;
    const { entries } = decode(ledger.KVMetadataWriteSchema, metadata);
    return entries.find(({ name }) => name === VALIDATION_PARAMETER)?.value ?? null;
  }

  /** Takes a transaction that is endorsed as it should be. */
  passed(rwset: readonly NamespaceRwset[]): void {
    for (const { namespace, metadataWrites } of rwset) {
      for (const { key } of metadataWrites) {
        const keys = this.#changed.get(namespace);
        if (keys === undefined) this.#changed.set(namespace, new Set([key]));
        else keys.add(key);
      }
    }
  }
}
