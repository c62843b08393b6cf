import { compareBytes, concat, utf8 } from '../../bytes/bytes.js';
import { lp, u32, u64 } from '../../bytes/codec.js';
import { sha256 } from '../../hash.js';
import { referenceRoot } from '../../merkle/testing/reference.js';
import type { RankEntry } from '../entry.js';

/** `Hpart` after block `last` as docs/formats.md defines it, from all entries at once: a leaf for each cycle, over a leaf for each of its blocks. */
export function referenceDigest(entries: Iterable<RankEntry>, c: number, last: bigint): Uint8Array {
  const groups = new Map<bigint, RankEntry[]>();
  for (const entry of entries) groups.set(entry.blockNum, [...(groups.get(entry.blockNum) ?? []), entry]);
  const leaves: Uint8Array[] = [];
  for (let first = 0n, rank = 0n; first <= last; rank++) {
    const places = rank === 0n ? 1 : c;
    const blocks = Array.from({ length: places }, (_, i) => first + BigInt(i));
    leaves.push(
      blocks.some((blockNum) => groups.has(blockNum))
        ? concat(
            utf8('r'),
            u64(rank),
            u32(places),
            referenceRoot(blocks.map((one) => groupLeaf(one, groups.get(one) ?? []))),
          )
        : concat(utf8('r'), new Uint8Array(44)),
    );
    first += BigInt(places);
  }
  return sha256(utf8('cotrace.part.v2\0'), u32(leaves.length), referenceRoot(leaves));
}

function groupLeaf(blockNum: bigint, group: readonly RankEntry[]): Uint8Array {
  if (group.length === 0) return concat(utf8('g'), new Uint8Array(40));
  return concat(utf8('g'), u64(blockNum), referenceGroupHash(group));
}

/** The hash of a group, from its entries in any order. */
export function referenceGroupHash(entries: readonly RankEntry[]): Uint8Array {
  const sorted = entries.toSorted(
    (a, b) => a.txNum - b.txNum || a.verNum - b.verNum || compareBytes(utf8(a.key), utf8(b.key)),
  );
  return sha256(
    utf8('cotrace.group.v2\0'),
    u32(sorted.length),
    ...sorted.map((entry) =>
      concat(
        lp(entry.key),
        entry.valueHash,
        entry.policyHash,
        u64(entry.blockNum),
        u32(entry.txNum),
        u32(entry.verNum),
      ),
    ),
  );
}
