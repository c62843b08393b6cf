import { ConcurrentTrie, createArena } from '@cotrace/core';
import type { Keys } from './keys.js';
import { startModule } from './wasm.js';

/** Bytes that one permutation takes in. */
const BLOCK = 136;
const PAIRS = 20_000;
const ROUNDS = 25;

/** Nanoseconds of one permutation, two being made side by side. */
export async function permutationCost(): Promise<number> {
  const { hashPairs } = (await startModule('permutation', null)) as { hashPairs: (count: number) => void };
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    hashPairs(PAIRS);
    least = Math.min(least, performance.now() - start);
  }
  return (least * 1e6) / (2 * PAIRS);
}

/** Permutations that the root of a trie of `keys` needs: every node's encoding, padded to whole blocks. */
export async function permutationsOf(keys: Keys): Promise<number> {
  const trie = new ConcurrentTrie(createArena((64 << 20) + keys.count * 400));
  for (let from = 0; from < keys.count; from += 100_000) await trie.apply(keys.slice(from, from + 100_000));
  let count = 0;
  for (const { rlp } of (await trie.commit()).changedNodes()) {
    if (rlp !== null) count += Math.floor(rlp.length / BLOCK) + 1;
  }
  return count;
}
