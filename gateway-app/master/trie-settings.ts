import { availableParallelism, totalmem } from 'node:os';
import type { NodeConfig } from '../node/node-config.js';
import { TRIE_MIB } from '../node/limits.js';
import { DEFAULT_TRIE_THREADS, SAVE_AFTER } from './limits.js';

/** How a master runs its state trie. */
export interface TrieSettings {
  /** Threads that hash and insert, the master's own among them; 1 starts no other. */
  readonly threads: number;
  /** The most memory that the trie may take, in bytes. */
  readonly bytes: number;
  /** Changes after which a snapshot is worth its time, where the trie has no more keys than twice as many. */
  readonly saveAfter: number;
}

const MIB = 1024 * 1024;
/**
 * The settings of a node's file; by default as many threads as the machine has cores, at most four, and half of its memory, at
 * most 4 GiB. Memory is only taken as the trie grows: about 190 bytes a key.
 */
export function trieSettings({ trieThreads, trieMemory }: NodeConfig): TrieSettings {
  const half = Math.floor(totalmem() / 2 / MIB);
  const standard = Math.max(TRIE_MIB.least, Math.min(TRIE_MIB.most, half));
  return {
    threads: trieThreads ?? Math.min(DEFAULT_TRIE_THREADS, availableParallelism()),
    bytes: (trieMemory ?? standard) * MIB,
    saveAfter: SAVE_AFTER,
  };
}
