import { keccak_256 } from '@noble/hashes/sha3.js';

/** Keccak-256, as Ethereum uses it (not SHA3-256, whose padding differs). */
export const keccak256: (bytes: Uint8Array) => Uint8Array = keccak_256;

/** The root of a trie without keys: Keccak-256 of the RLP of an empty string. */
export const EMPTY_TRIE_ROOT: Uint8Array = keccak256(Uint8Array.of(0x80));
