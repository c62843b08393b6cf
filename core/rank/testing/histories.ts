import fc from 'fast-check';
import { utf8 } from '../../bytes/bytes.js';
import { sha256 } from '../../hash.js';
import { DELETED_VALUE_HASH, NO_POLICY_HASH, type RankEntry } from '../entry.js';
import type { RankChange } from '../rank-editor.js';

/** A write of a transaction: the numbers of the value, or null for a deletion, and of the key's own policy, or null without. */
export interface Write {
  readonly key: number;
  readonly value: number | null;
  readonly policy: number | null;
}

/** A block: how many quiet ones stand before it, and the writes of each of its transactions. */
export interface HistoryBlock {
  readonly quiet: number;
  readonly transactions: readonly (readonly Write[])[];
}

export interface History {
  readonly c: number;
  readonly blocks: readonly HistoryBlock[];
}

/** Keys that are hard to keep apart: empty, of shared prefixes, ordered otherwise in UTF-16 than in UTF-8, long. */
export function hardKey(n: number): string {
  const kinds = ['', 'a', 'a/', 'a/b', 'aa', '\0', '\uffee', '😀', 'x'.repeat(300)];
  const kind = kinds[n % kinds.length] ?? '';
  return n < kinds.length ? kind : `${kind}${Math.floor(n / kinds.length)}`;
}

/** Histories of a domain: creations, updates, deletions, several keys a transaction, quiet blocks, cycles that end within a page of a tree and beyond it. */
export function histories(most: { readonly blocks: number; readonly keys: number }): fc.Arbitrary<History> {
  const write = fc.record({
    key: fc.nat(most.keys - 1),
    value: fc.option(fc.nat(5), { nil: null, freq: 4 }),
    policy: fc.option(fc.nat(2), { nil: null, freq: 1 }),
  });
  return fc
    .record({ c: fc.oneof(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 2, max: 70 })) })
    .chain(({ c }) =>
      fc.record({
        c: fc.constant(c),
        blocks: fc.array(
          fc.record({
            quiet: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(3), fc.nat(2 * c)),
            transactions: fc.array(fc.array(write, { maxLength: 4 }), { maxLength: 5 }),
          }),
          { minLength: 1, maxLength: most.blocks },
        ),
      }),
    );
}

/** The state of a domain, brought from block to block as docs/formats.md (State) says. */
export class StateModel {
  readonly entries = new Map<string, RankEntry>();

  /** What the transactions of a block make of the state; the last write of a key in a transaction counts. */
  apply(blockNum: bigint, transactions: HistoryBlock['transactions']): RankChange[] {
    const before = new Map<string, RankEntry | null>();
    transactions.forEach((writes, txNum) => {
      for (const [n, { value, policy }] of new Map(writes.map((write) => [write.key, write]))) {
        const key = hardKey(n);
        const old = this.entries.get(key);
        if (!before.has(key)) before.set(key, old ?? null);
        const valueHash = value === null ? DELETED_VALUE_HASH : sha256(utf8(String(value)));
        const policyHash =
          value === null || policy === null ? NO_POLICY_HASH : sha256(utf8(`policy ${policy}`));
        this.entries.set(key, {
          key,
          valueHash,
          policyHash,
          blockNum,
          txNum,
          verNum: (old?.verNum ?? 0) + 1,
        });
      }
    });
    return Array.from(before, ([key, old]) => {
      const entry = this.entries.get(key);
      if (entry === undefined) throw new Error(`${key} was not written`);
      const { valueHash, policyHash, txNum, verNum } = entry;
      return { key, before: old, valueHash, policyHash, txNum, verNum };
    });
  }
}
