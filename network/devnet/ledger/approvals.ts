import {
  approvalMismatches,
  approvedPackage,
  approvedParameters,
  implicitCollection,
  LIFECYCLE_NAMESPACE,
  type Approval,
  type GetState,
} from '@cotrace/fabric-model';
import { sha256, utf8 } from '@cotrace/core';
import type { Definitions } from './definitions.js';
import { hashedKey } from './keys.js';
import type { StoreView } from './store.js';

/** What organisations have approved, kept until the state of `_lifecycle` changes. */
export class Approvals {
  readonly #state: StoreView;
  readonly #definitions: Definitions;
  readonly #packages = new Map<string, string | null>();

  constructor(state: StoreView, definitions: Definitions) {
    this.#state = state;
    this.#definitions = definitions;
  }

  /** As `Ledger.approvedPackage`; asked for every invocation (lifecycle/cache.go, update). */
  packageId(mspId: string, name: string): string | null {
    const definition = this.#definitions.get(name);
    // Names that clients make up are not kept: there is no end of them.
    if (definition === null) return null;
    const key = JSON.stringify([mspId, name]);
    if (this.#packages.has(key)) return this.#packages.get(key) ?? null;
    const { sequence } = definition;
    const collection = implicitCollection(mspId);
    const getHash: GetState = (stateKey) =>
      this.#state.entry(hashedKey(LIFECYCLE_NAMESPACE, collection, sha256(utf8(stateKey))))?.value ?? null;
    const agrees = approvalMismatches(name, sequence, definition, getHash).length === 0;
    const found = agrees ? (approvedPackage(name, sequence, this.#private(mspId)) ?? '') : null;
    this.#packages.set(key, found);
    return found;
  }

  /** As `Ledger.approval`. */
  get(mspId: string, name: string, sequence: bigint): Approval | null {
    const get = this.#private(mspId);
    const parameters = approvedParameters(name, sequence, get);
    return parameters && { parameters, packageId: approvedPackage(name, sequence, get) ?? '' };
  }

  /** To be called after a block that wrote in `_lifecycle`. */
  forget(): void {
    this.#packages.clear();
  }

  #private(mspId: string): GetState {
    const collection = implicitCollection(mspId);
    return (key) => this.#state.privateValue(LIFECYCLE_NAMESPACE, collection, key);
  }
}
