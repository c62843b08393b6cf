import { setImmediate } from 'node:timers/promises';
import {
  BlockOverlay,
  checkEndorsements,
  checkForm,
  decodeTransaction,
  isConfiguration,
  peer,
  validateReads,
  type ChannelConfig,
  type StateView,
  type Transaction,
  type ValidationContext,
} from '@cotrace/fabric-model';
import { BlockUpdates } from './block-updates.js';
import { nextConfig } from './config-transaction.js';
import { hashedKey } from './keys.js';
import { KeyPolicies } from './key-policies.js';
import type { StoreView } from './store.js';

const Code = peer.TxValidationCode;

/** Signatures take most of the time; other work gets its turn after so many envelopes. */
const ENVELOPES_PER_TURN = 8;

/** What transactions are validated against: everything as it was before their block. */
export interface LedgerContext extends Omit<ValidationContext, 'keyPolicy'> {
  readonly view: StoreView;
}

/** What validation decides about the next block. */
export interface Validation {
  /** Validation code of every transaction: the block's transaction filter. */
  readonly codes: Uint8Array;
  readonly updates: BlockUpdates;
  /** The endorsed transactions that are valid. */
  readonly valid: readonly Transaction[];
  /** The configuration that the block brings. */
  readonly config: ChannelConfig | null;
}

/**
 * Validates the transactions of block `blockNum` in Fabric's order: of each its form, whether its id is in the
 * ledger, its endorsements; then ids repeated in the block; then reads, one transaction after the other.
 * Source: Fabric core/committer/txvalidator/v20/validator.go, core/ledger/kvledger/txmgmt/validation.
 */
export async function validateBlock(
  blockNum: bigint,
  envelopes: readonly Uint8Array[],
  context: LedgerContext,
): Promise<Validation> {
  const config = nextConfig(envelopes, context);
  const policies = new KeyPolicies(context.view);
  const withPolicies = { ...context, keyPolicy: policies.of.bind(policies) };
  const codes = new Uint8Array(envelopes.length);
  const transactions: (Transaction | null)[] = [];
  for (const [txNum, bytes] of envelopes.entries()) {
    const { code, transaction } = checkAlone(bytes, config, policies, withPolicies);
    codes[txNum] = code;
    transactions.push(transaction ?? null);
    if (txNum % ENVELOPES_PER_TURN === ENVELOPES_PER_TURN - 1) await setImmediate();
  }
  markDuplicates(codes, transactions);
  const updates = await validateState(blockNum, codes, transactions, context.view);
  const valid = endorsedAndValid(codes, transactions).map(([, transaction]) => transaction);
  return { codes, updates, valid, config };
}

interface CheckedAlone {
  readonly code: peer.TxValidationCode;
  /** Of a valid endorsed transaction. */
  readonly transaction?: Transaction;
}

/** What can be said of a transaction before its reads, and without its id being compared to the block's others. */
function checkAlone(
  bytes: Uint8Array,
  config: ChannelConfig | null,
  policies: KeyPolicies,
  context: LedgerContext,
): CheckedAlone {
  const { code, envelope } = checkForm(bytes, context);
  if (envelope === null) return { code };
  if (isConfiguration(envelope)) {
    return { code: config === null ? Code.INVALID_CONFIG_TRANSACTION : Code.VALID };
  }
  if (context.view.transaction(envelope.channelHeader.txId) !== null) {
    return { code: Code.DUPLICATE_TXID };
  }
  const endorsed = checkEndorsements(envelope, context);
  if (endorsed !== Code.VALID) return { code: endorsed };
  const transaction = decodeTransaction(envelope);
  policies.passed(transaction.rwset);
  return { code: endorsed, transaction };
}

/** Of the transactions with one id that are valid so far, only the first stays so. */
function markDuplicates(codes: Uint8Array, transactions: readonly (Transaction | null)[]): void {
  const seen = new Set<string>();
  for (const [txNum, { txId }] of endorsedAndValid(codes, transactions)) {
    if (seen.has(txId)) codes[txNum] = Code.DUPLICATE_TXID;
    seen.add(txId);
  }
}

/** Checks reads against the state and the valid transactions before; sets the final codes. */
async function validateState(
  blockNum: bigint,
  codes: Uint8Array,
  transactions: readonly (Transaction | null)[],
  view: StoreView,
): Promise<BlockUpdates> {
  const overlay = new BlockOverlay(stateView(view), blockNum);
  const updates = new BlockUpdates(view);
  for (const [txNum, { rwset }] of endorsedAndValid(codes, transactions)) {
    const code = await validateReads(rwset, overlay);
    codes[txNum] = code;
    if (code !== Code.VALID) continue;
    updates.apply(await overlay.apply(rwset, txNum), rwset, { blockNum, txNum });
  }
  return updates;
}

function endorsedAndValid(
  codes: Uint8Array,
  transactions: readonly (Transaction | null)[],
): (readonly [number, Transaction])[] {
  return transactions.flatMap((transaction, txNum) =>
    codes[txNum] === Code.VALID && transaction !== null ? [[txNum, transaction] as const] : [],
  );
}

function stateView(view: StoreView): StateView {
  return {
    version: (namespace, key) => Promise.resolve(view.get(namespace, key)?.version ?? null),
    range: (namespace, start, end) => view.range(namespace, start, end),
    hashedVersion: (namespace, collection, keyHash) =>
      Promise.resolve(view.entry(hashedKey(namespace, collection, keyHash))?.version ?? null),
  };
}
