// The floor of hashing: what two permutations of Keccak side by side cost where nothing else is done.

import { keccakPair } from '../../../core/trie/assembly/keccak';

/** Hashes `count` pairs of messages of one block. */
export function hashPairs(count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    store<u32>(0x4000, i);
    keccakPair(0x2000, 0x4000, 0x5000, 1, 0x6000, 0x6020);
  }
}
