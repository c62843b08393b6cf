import type { Effect } from '@cotrace/fabric-model';

/** What a key of a domain's state is. `V` is its value, or what a node keeps in its place. */
export interface KeyEntry<V> {
  /** null: the key is deleted. */
  readonly value: V | null;
  readonly blockNum: bigint;
  readonly txNum: number;
  /** Number of transactions that wrote the key, deletions counted. */
  readonly verNum: number;
}

/**
 * What a valid transaction makes of a key (docs/formats.md, State): one version more; a deletion stays as an entry; a
 * metadata write re-stamps a live key and does nothing, here null, to one that is absent. Masters and business nodes both
 * go by this rule. `old` is null where the key never was; `valueOf` makes what is kept of a value's bytes.
 */
export function entryAfter<V>(
  effect: Effect,
  old: Pick<KeyEntry<V>, 'value' | 'verNum'> | null,
  { blockNum, txNum }: { readonly blockNum: bigint; readonly txNum: number },
  valueOf: (value: Uint8Array) => V,
): KeyEntry<V> | null {
  const stamp = { blockNum, txNum, verNum: (old?.verNum ?? 0) + 1 };
  if (effect.kind === 'put') return { value: valueOf(effect.value), ...stamp };
  if (effect.kind === 'delete') return { value: null, ...stamp };
  return old === null || old.value === null ? null : { value: old.value, ...stamp };
}

/** Name of the metadata entry that holds a key's own endorsement policy (Fabric `core/common/validation/statebased`). */
const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

/**
 * A key's own endorsement policy, or what a node keeps in its place, after an effect that `entryAfter` makes an entry of:
 * metadata that is written replaces it, a deletion removes it, a put without metadata keeps it. `old` is `none` where the key
 * had none; an empty one counts as none.
 */
export function policyAfter<P>(effect: Effect, old: P, none: P, policyOf: (policy: Uint8Array) => P): P {
  if (effect.kind === 'delete') return none;
  if (effect.metadata === null) return old;
  const policy = effect.metadata.find(({ name }) => name === VALIDATION_PARAMETER)?.value;
  return policy === undefined || policy.length === 0 ? none : policyOf(policy);
}
