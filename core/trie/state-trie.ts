import type { FoundValues } from './found-values.js';

/** One change of a trie: a value of 1 to `MAX_TRIE_VALUE` bytes for a key, or null, which removes it. */
export interface TrieChange {
  /** At most `MAX_TRIE_KEY` bytes; a key may be the beginning of another. */
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

/** A node that a commit made: the half-bytes that lead to it from the root, and its RLP. */
export interface ChangedNode {
  readonly path: Uint8Array;
  /** What the node's hash is over; null where there is no longer a node at `path`. */
  readonly rlp: Uint8Array | null;
}

/** What a commit leads to. */
export interface TrieCommit {
  /** Keccak-256 of the root node, 32 bytes; `EMPTY_TRIE_ROOT` of a trie without keys. */
  readonly root: Uint8Array;
  /** Nodes with a hash of their own that changed since the commit before. To be read before the next `apply`. */
  changedNodes(): Iterable<ChangedNode>;
}

/**
 * Ethereum's Merkle Patricia trie (yellow paper, appendix D), kept in memory and changed in place. Two
 * implementations stand behind it, and one is the other's oracle.
 */
export interface StateTrie {
  /**
   * Makes the changes; of several for one key the last counts. A value of no bytes removes, as in Ethereum. Throws
   * `KEY_TOO_LONG`, `VALUE_TOO_LONG` before anything is changed.
   */
  apply(changes: readonly TrieChange[]): Promise<void>;
  /** Hashes what has changed since the last commit. */
  commit(): Promise<TrieCommit>;
  /** A copy of the value of `key`, committed or not; null where it has none. */
  find(key: Uint8Array): Uint8Array | null;
  /**
   * The same of many keys, of `length` bytes each, which stand one after the other in `keys`. Throws `BAD_KEYS` where
   * they do not, `KEY_TOO_LONG`, and `TRIE_BUSY` while an `apply` or `commit` of a concurrent trie runs.
   */
  findAll(keys: Uint8Array, length: number): FoundValues;
  /**
   * The RLP of the nodes from the committed root towards `key`, those inlined in another left out: a proof of its
   * presence or absence, as `verifyTrieProof` and every Ethereum library take it. Throws `NOT_COMMITTED` while
   * changes wait for a commit.
   */
  prove(key: Uint8Array): Uint8Array[];
}
