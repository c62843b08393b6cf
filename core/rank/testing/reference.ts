import { compareBytes, concat, utf8 } from '../../bytes/bytes.js';
import { lp, u32, u64 } from '../../bytes/codec.js';
import { sha256 } from '../../hash.js';
import { referenceRoot } from '../../merkle/testing/reference.js';
import type { RankEntry } from '../entry.js';

/** `Hpart` as docs/formats.md defines it, from all entries at once: ranks of groups of entries. */
export function referenceDigest(entries: Iterable<RankEntry>, c: number): Uint8Array {
  const ranks = new Map<bigint, Map<bigint, RankEntry[]>>();
  for (const entry of entries) {
    const rank = (entry.blockNum + BigInt(c) - 1n) / BigInt(c);
    const groups = ranks.get(rank) ?? new Map<bigint, RankEntry[]>();
    ranks.set(rank, groups.set(entry.blockNum, [...(groups.get(entry.blockNum) ?? []), entry]));
  }
  const leaves = rising(ranks).map(([rank, groups]) => {
    const inner = rising(groups).map(([blockNum, group]) =>
      concat(utf8('g'), u64(blockNum), referenceGroupHash(group)),
    );
    return concat(utf8('r'), u64(rank), u32(inner.length), referenceRoot(inner));
  });
  return sha256(utf8('cotrace.part.v1\0'), u32(leaves.length), referenceRoot(leaves));
}

/** The hash of a group, from its entries in any order. */
export function referenceGroupHash(entries: readonly RankEntry[]): Uint8Array {
  const sorted = entries.toSorted(
    (a, b) => a.txNum - b.txNum || a.verNum - b.verNum || compareBytes(utf8(a.key), utf8(b.key)),
  );
  return sha256(
    utf8('cotrace.group.v1\0'),
    u32(sorted.length),
    ...sorted.map((entry) =>
      concat(lp(entry.key), entry.valueHash, u64(entry.blockNum), u32(entry.txNum), u32(entry.verNum)),
    ),
  );
}

function rising<T>(byId: ReadonlyMap<bigint, T>): [bigint, T][] {
  return [...byId].sort(([a], [b]) => (a < b ? -1 : 1));
}
