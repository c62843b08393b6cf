import { concat, equalBytes, HASH_LENGTH, NO_POLICY_HASH, Reader, sha256, u32, u64 } from '@cotrace/core';
import { effects, type NamespaceRwset } from '@cotrace/fabric-model';
import { entryAfter, policyAfter } from '@cotrace/verifier';

/** What a key is, with hashes in place of what they are of. */
export interface KeyState {
  /** `H` of the value; null: the key is deleted. */
  readonly valueHash: Uint8Array | null;
  readonly blockNum: bigint;
  readonly txNum: number;
  /** Number of transactions that wrote the key, deletions counted. */
  readonly verNum: number;
  /** `H` of the key's own endorsement policy; `NO_POLICY_HASH` without one. */
  readonly policyHash: Uint8Array;
}

/** A key before a block: what it was, null where it never was, and what names it in a store. */
export interface KeyBefore<I> {
  readonly id: I;
  readonly state: KeyState | null;
}

/** A key that a block changed. */
export interface ChangedKey<I> {
  readonly id: I;
  readonly namespace: string;
  readonly key: string;
  readonly before: KeyState | null;
  readonly after: KeyState;
}

/** What a valid transaction of a block wrote, and its place. */
export interface Writes {
  readonly blockNum: bigint;
  readonly txNum: number;
  readonly rwset: readonly NamespaceRwset[];
}

interface Touched<I> extends KeyBefore<I> {
  readonly namespace: string;
  readonly key: string;
  after: KeyState | null;
}

/**
 * The keys that a block changed by its valid transactions, which come in their order, each once (docs/formats.md, State). A
 * function of these and of the state before the block, which `before` tells.
 */
export function keyChanges<I>(
  transactions: readonly Writes[],
  before: (namespace: string, key: string) => KeyBefore<I>,
): ChangedKey<I>[] {
  const touched = new Map<string, Touched<I>>();
  for (const { blockNum, txNum, rwset } of transactions) {
    for (const effect of effects(rwset)) {
      const { namespace, key } = effect;
      const name = `${namespace}/${key}`;
      const one = touched.get(name) ?? { ...before(namespace, key), namespace, key, after: null };
      touched.set(name, one);
      const old = one.after ?? one.state;
      const known = old === null ? null : { value: old.valueHash, verNum: old.verNum };
      const entry = entryAfter(effect, known, { blockNum, txNum }, sha256);
      if (entry === null) continue;
      const policyHash = policyAfter(effect, old?.policyHash ?? NO_POLICY_HASH, NO_POLICY_HASH, sha256);
      const { value: valueHash, verNum } = entry;
      one.after = { valueHash, blockNum, txNum, verNum, policyHash };
    }
  }
  return [...touched.values()].flatMap(({ id, namespace, key, state, after }) =>
    after === null ? [] : [{ id, namespace, key, before: state, after }],
  );
}

/** A row of a store with a key's state, 80 bytes; of a deleted one the value hash is zeros, which no value has. */
export function encodeKeyState({ valueHash, policyHash, blockNum, txNum, verNum }: KeyState): Uint8Array {
  return concat(valueHash ?? NO_VALUE, policyHash, u64(blockNum), u32(txNum), u32(verNum));
}

/** Throws `TRUNCATED`, `TRAILING_BYTES`. */
export function decodeKeyState(row: Uint8Array): KeyState {
  const reader = new Reader(row, 'the state of a key');
  const value = reader.take(HASH_LENGTH);
  const state = {
    valueHash: equalBytes(value, NO_VALUE) ? null : value,
    policyHash: reader.take(HASH_LENGTH),
    blockNum: reader.u64(),
    txNum: reader.u32(),
    verNum: reader.u32(),
  };
  reader.end();
  return state;
}

const NO_VALUE = new Uint8Array(HASH_LENGTH);
