import { createArena } from '../concurrent/arena.js';
import { ConcurrentTrie } from '../concurrent/concurrent-trie.js';
import { PlainTrie } from '../plain-trie.js';
import type { StateTrie } from '../state-trie.js';

/** Every implementation of the trie, by name: tests of what they share run over all. */
export const IMPLEMENTATIONS: readonly (readonly [string, () => StateTrie])[] = [
  ['the plain trie', () => new PlainTrie()],
  ['the concurrent trie on one thread', () => new ConcurrentTrie(createArena(64 << 20))],
];
