/** What a state trie's memory can be, in MiB: its addresses have 32 bits. */
export const TRIE_MIB = { least: 64, most: 4096 } as const;
/** The most threads that can be asked for; more than cores help nobody. */
export const MAX_TRIE_THREADS = 32;
