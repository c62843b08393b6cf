import { CotraceError, isCotraceError } from '@cotrace/core';
import {
  BlockOverlay,
  checkEndorsements,
  checkForm,
  decodeTransaction,
  definitionFromState,
  LIFECYCLE_NAMESPACE,
  peer,
  validateReads,
  type ChaincodeDefinition,
  type Effect,
  type Envelope,
  type NamespaceRwset,
  type StateView,
  type ValidationContext,
} from '@cotrace/fabric-model';
import type { StoredEntry } from '../gen/cotrace/store_pb.js';
import type { MainConfig } from '@cotrace/verifier';
import type { CheckedTransaction } from './check-block.js';
import type { StateEntry } from './domain-store.js';

/** The state before a block, as a business node has it. */
export interface StateBefore {
  entry(namespace: string, key: string): StoredEntry | null;
  range(namespace: string, start: string, end: string): AsyncIterable<StateEntry>;
}

/**
 * Repeats what a business node can of Fabric's validation for the valid transactions of one block, in their order: the
 * envelope's form and its creator's signature, and endorsements and reads of the node's own namespaces.
 */
export class BlockValidator {
  readonly #blockNum: bigint;
  readonly #context: ValidationContext;
  /** Those whose state the node holds. */
  readonly #namespaces: ReadonlySet<string>;
  readonly #overlay: BlockOverlay;
  /** Keys whose metadata, and with it their endorsement policy, an earlier transaction of the block has written. */
  readonly #repoliced = new Set<string>();

  /** `main`: the configuration in force before the block. */
  constructor(blockNum: bigint, before: StateBefore, domain: string, main: MainConfig) {
    this.#blockNum = blockNum;
    const { config, manager } = main;
    this.#namespaces = new Set([domain, LIFECYCLE_NAMESPACE]);
    const definitions = new Map<string, ChaincodeDefinition | null>();
    this.#context = {
      channelId: config.channelId,
      config,
      manager,
      definition: (name) => {
        if (!definitions.has(name)) definitions.set(name, definitionBefore(before, name));
        return definitions.get(name) ?? null;
      },
      keyPolicy: (namespace, key) =>
        this.#repoliced.has(`${namespace}/${key}`)
          ? 'changed'
          : (before.entry(namespace, key)?.validationParameter ?? null),
      held: this.#namespaces,
    };
    this.#overlay = new BlockOverlay(viewOf(before), blockNum);
  }

  /** The effects of the next valid transaction on the node's namespaces. Throws `DISPUTED` where it does not validate. */
  async effectsOf(transaction: CheckedTransaction): Promise<Effect[]> {
    const rwset = await this.#validated(transaction);
    for (const { namespace, metadataWrites } of rwset) {
      for (const { key } of metadataWrites) this.#repoliced.add(`${namespace}/${key}`);
    }
    const effects = await this.#overlay.apply(rwset, transaction.txNum);
    return effects.filter(({ namespace }) => this.#namespaces.has(namespace));
  }

  async #validated(transaction: CheckedTransaction): Promise<readonly NamespaceRwset[]> {
    const { VALID } = peer.TxValidationCode;
    const { code, envelope } = checkForm(transaction.envelope, this.#context);
    const endorsed = envelope === null ? code : this.#endorsementCode(transaction, envelope);
    if (envelope === null || endorsed !== VALID)
      throw this.#failed(transaction, 'it is attested as valid but fails as', endorsed);
    const { rwset } = decodeTransaction(envelope);
    const reads = await validateReads(rwset, this.#overlay, this.#namespaces);
    if (reads !== VALID)
      throw this.#failed(transaction, 'it is attested as valid but its reads fail as', reads);
    return rwset;
  }

  #endorsementCode(transaction: CheckedTransaction, envelope: Envelope): peer.TxValidationCode {
    try {
      return checkEndorsements(envelope, this.#context);
    } catch (error) {
      // Such as a validation plug-in that nobody has here: the sender is not at fault, and the node cannot go on.
      if (!isCotraceError(error)) throw error;
      throw disputed(transaction, this.#blockNum, `it cannot be validated: ${error.message}`, error);
    }
  }

  #failed(transaction: CheckedTransaction, how: string, code: peer.TxValidationCode): CotraceError {
    return disputed(transaction, this.#blockNum, `${how} ${peer.TxValidationCode[code]}`);
  }
}

/** The error of a transaction that a quorum attests as valid and that does not validate. */
export function disputed(
  { txNum, txId }: CheckedTransaction,
  blockNum: bigint,
  reason: string,
  cause?: unknown,
): CotraceError {
  return new CotraceError(
    'DISPUTED',
    `transaction ${txNum} of block ${blockNum}: ${reason}`,
    { block: blockNum, txNum, txId },
    cause,
  );
}

function definitionBefore(before: StateBefore, name: string): ChaincodeDefinition | null {
  return definitionFromState(name, (key) => liveValue(before, LIFECYCLE_NAMESPACE, key));
}

function liveValue(before: StateBefore, namespace: string, key: string): Uint8Array | null {
  const entry = before.entry(namespace, key);
  return entry === null || entry.deleted ? null : entry.value;
}

/** The same state, each key read from the store once: a transaction's checks and effects ask for a key up to three times. */
export function remembered(before: StateBefore): StateBefore {
  const entries = new Map<string, StoredEntry | null>();
  return {
    entry: (namespace, key) => {
      const id = `${namespace}/${key}`;
      if (!entries.has(id)) entries.set(id, before.entry(namespace, key));
      return entries.get(id) ?? null;
    },
    range: (namespace, start, end) => before.range(namespace, start, end),
  };
}

/** The committed state as read validation sees it: live keys and their versions. */
function viewOf(before: StateBefore): StateView {
  return {
    version: (namespace, key) => {
      const entry = before.entry(namespace, key);
      return Promise.resolve(entry === null || entry.deleted ? null : versionOf(entry));
    },
    range: async function* (namespace, start, end) {
      for await (const { key, entry } of before.range(namespace, start, end)) {
        if (!entry.deleted) yield { key, version: versionOf(entry) };
      }
    },
  };
}

function versionOf({ blockNum, txNum }: StoredEntry) {
  return { blockNum, txNum };
}
