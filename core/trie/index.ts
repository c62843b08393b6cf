export { createArena, openArena, type SharedMemory, type TrieArena } from './concurrent/arena.js';
export { ConcurrentTrie, type TrieFill } from './concurrent/concurrent-trie.js';
export { arenaFromImage, IMAGE_LAYOUT, imageOf, type ImagePart } from './concurrent/image.js';
export type { TrieKernel } from './concurrent/kernel.js';
export {
  THREAD_PROGRAM,
  ThreadPool,
  type PlatformThread,
  type ThreadData,
  type ThreadPlatform,
  type TrieThreads,
} from './concurrent/threads.js';
export { FoundValues } from './found-values.js';
export { EMPTY_TRIE_ROOT, keccak256 } from './keccak.js';
export * from './state-entries.js';
export { MAX_TRIE_KEY, MAX_TRIE_VALUE } from './limits.js';
export { toNibbles, unpackPath } from './nibbles.js';
export { PlainTrie } from './plain-trie.js';
export { readRlpList, type RlpItem } from './rlp.js';
export type { ChangedNode, StateTrie, TrieChange, TrieCommit } from './state-trie.js';
export * from './verify.js';
