import { equalBytes, isCotraceError, VALID } from '@cotrace/core';
import { dataHash, decodeEnvelope, type Effect, isConfiguration } from '@cotrace/fabric-model';
import { entryAfter, policyAfter, type MainConfig } from '@cotrace/verifier';
import type { StoredEntry } from '../gen/cotrace/store_pb.js';
import { BlockValidator, disputed, remembered, type StateBefore } from './block-validator.js';
import type { CheckedBusinessBlock, CheckedTransaction } from './check-block.js';
import { storedEntry, type ChangedEntry } from './domain-store.js';
import { configOfEnvelope } from '../fabric/configuration.js';

export interface ApplyTerms {
  readonly domain: string;
  /** Main's configuration in force before the block. */
  readonly main: MainConfig;
}

/** What a block makes of the state, and the configuration envelope that it brings, if any. */
export interface AppliedBlock {
  readonly entries: readonly ChangedEntry[];
  readonly configEnvelope: Uint8Array | null;
}

/**
 * Applies a block's transactions to the state of a business node (docs/formats.md, Main blocks and State). For every
 * transaction that is attested as valid the node repeats what it can: creator, and, of its own namespace and `_lifecycle`,
 * endorsements under the policies before the block, reads and ranges. Throws `DISPUTED` where one fails: a quorum then
 * attested what does not validate, and only a person can decide.
 */
export async function applyBlock(
  block: CheckedBusinessBlock,
  state: StateBefore,
  { domain, main }: ApplyTerms,
): Promise<AppliedBlock> {
  const before = remembered(state);
  const validator = new BlockValidator(block.number, before, domain, main);
  const changed = new Map<string, ChangedEntry>();
  let configEnvelope: Uint8Array | null = null;

  for (const transaction of block.transactions) {
    if (transaction.code !== VALID) continue;
    if (isConfig(transaction)) {
      configEnvelope = checkedConfig(transaction, block, main);
      continue;
    }
    for (const effect of await validator.effectsOf(transaction)) {
      const { namespace, key } = effect;
      const id = `${namespace}/${key}`;
      const committed = before.entry(namespace, key);
      const old = changed.get(id)?.entry ?? committed;
      const entry = changedEntry(effect, old, block.number, transaction.txNum);
      if (entry === null) continue;
      changed.set(id, { namespace, key, entry, before: committed });
    }
  }
  return { entries: [...changed.values()], configEnvelope };
}

const NONE = new Uint8Array();

/** Of a valid transaction, which `checkBusinessBlock` has read. */
function isConfig({ envelope }: CheckedTransaction): boolean {
  return isConfiguration(decodeEnvelope(envelope));
}

/**
 * The envelope of a valid CONFIG transaction. It stands alone in its block, so the header that the ordering service
 * signed binds it; it must be a configuration of this channel that can be understood.
 */
function checkedConfig(
  transaction: CheckedTransaction,
  { number: block, txTotal, dataHash: expected }: CheckedBusinessBlock,
  main: MainConfig,
): Uint8Array {
  if (txTotal !== 1 || !equalBytes(dataHash([transaction.envelope]), expected)) {
    throw disputed(transaction, block, 'a configuration that the ordering service did not sign as a block');
  }
  try {
    const config = configOfEnvelope(transaction.envelope);
    if (config.channelId === main.config.channelId) return transaction.envelope;
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    throw disputed(transaction, block, error.message, error);
  }
  throw disputed(transaction, block, 'its configuration is of another channel');
}

/** The entry of a key after an effect, with the policy of its own that its metadata gives it. */
function changedEntry(
  effect: Effect,
  old: StoredEntry | null,
  blockNum: bigint,
  txNum: number,
): StoredEntry | null {
  const before = old === null ? null : { ...old, value: old.deleted ? null : old.value };
  const after = entryAfter(effect, before, { blockNum, txNum }, (bytes) => bytes);
  if (after === null) return null;
  const { value, verNum } = after;
  const deleted = value === null;
  const validationParameter = policyAfter(effect, old?.validationParameter ?? NONE, NONE, (policy) => policy);
  return storedEntry({ value: value ?? NONE, deleted, validationParameter, blockNum, txNum, verNum });
}
