import fc from 'fast-check';
import { utf8 } from '../../bytes/bytes.js';
import { sha256 } from '../../hash.js';
import { NO_POLICY_HASH, type RankEntry } from '../entry.js';

/** One thing that goes wrong, at the entry that `at` (0…1) points to among all. */
export interface Damage {
  readonly kind: 'value' | 'policy' | 'lost' | 'extra' | 'version' | 'moved' | 'rank';
  readonly at: number;
}

/** 1 to `most` places; whole ranks seldom, since nothing is left of a small state otherwise. */
export function damages(most: number): fc.Arbitrary<Damage[]> {
  const kind = fc.oneof(
    ...(['value', 'policy', 'lost', 'extra', 'version', 'moved'] as const).map((one) => ({
      weight: 40,
      arbitrary: fc.constant(one),
    })),
    { weight: 1, arbitrary: fc.constant('rank' as const) },
  );
  const at = fc.nat(2 ** 30 - 1).map((n) => n / 2 ** 30);
  return fc.array(fc.record({ kind, at }), { minLength: 1, maxLength: most, size: 'max' });
}

/** Hashes of values that many states have. */
const valueHashes: Uint8Array[] = [];

/** A state of `entries` keys, some blocks without any. Two keys of each third transaction. */
export function someEntries(entries: number, perBlock: number): RankEntry[] {
  return Array.from({ length: entries }, (_, i) => ({
    key: `rec/${i}`,
    valueHash: (valueHashes[i] ??= sha256(utf8(`value ${i}`))),
    policyHash: NO_POLICY_HASH,
    blockNum: BigInt(Math.floor(i / perBlock) * 2 + 1),
    txNum: Math.floor((i % perBlock) / 3),
    verNum: 1 + (i % 5),
  }));
}

/** What becomes of a state, and the keys that are then wrong. */
export function damaged(
  entries: readonly RankEntry[],
  harm: readonly Damage[],
  c: number,
  last: bigint,
): { readonly state: Map<string, RankEntry>; readonly kinds: Map<string, 'fetch' | 'replace' | 'drop'> } {
  const healthy = new Map(entries.map((entry) => [entry.key, entry]));
  const state = new Map(healthy);
  for (const [i, { kind, at }] of harm.entries()) {
    const entry = entries[Math.floor(at * entries.length)];
    if (entry === undefined) continue;
    for (const wrong of kind === 'rank' ? rankOf(entries, entry, c) : [entry]) {
      const { key, txNum, verNum } = wrong;
      if (kind === 'lost' || kind === 'rank') state.delete(key);
      if (kind === 'value') state.set(key, { ...wrong, valueHash: sha256(utf8(`wrong ${i}`)) });
      if (kind === 'policy') state.set(key, { ...wrong, policyHash: sha256(utf8(`wrong ${i}`)) });
      if (kind === 'version') state.set(key, { ...wrong, verNum: verNum + 1 });
      if (kind === 'moved') state.set(key, { ...wrong, blockNum: BigInt(i) % (last + 1n), txNum: txNum + 1 });
      if (kind === 'extra') state.set(`extra/${i}`, { ...wrong, key: `extra/${i}`, txNum: txNum + 2 });
    }
  }
  const kinds = new Map<string, 'fetch' | 'replace' | 'drop'>();
  for (const key of new Set([...healthy.keys(), ...state.keys()])) {
    const [right, own] = [healthy.get(key), state.get(key)];
    if (right === own) continue;
    kinds.set(key, right === undefined ? 'drop' : own === undefined ? 'fetch' : 'replace');
  }
  return { state, kinds };
}

function rankOf(entries: readonly RankEntry[], { blockNum }: RankEntry, c: number): RankEntry[] {
  const rank = (blockNum: bigint) => (blockNum + BigInt(c) - 1n) / BigInt(c);
  return entries.filter((other) => rank(other.blockNum) === rank(blockNum));
}
