import {
  ConcurrentTrie,
  createArena,
  ThreadPool,
  type ChangedNode,
  type TrieArena,
  type TrieFill,
} from '@cotrace/core';
import { nodeThreads } from '../trie/node-threads.js';
import { saveTrie } from '../trie/snapshot.js';
import type { WritingTransaction } from './block-writes.js';
import { stateChanges, type StateChanges, type TrieBefore } from './state-changes.js';
import type { TrieSettings } from './trie-settings.js';

/** What a block made of the trie. */
export interface TrieStep {
  /** Root after the block, 32 bytes. */
  readonly root: Uint8Array;
  /** To be read before the next block. */
  readonly nodes: Iterable<ChangedNode>;
}

/** The state trie of a ledger, in memory: it takes in block after block. One call at a time. */
export class LedgerTrie {
  readonly #arena: TrieArena;
  readonly #pool: ThreadPool;
  readonly #trie: ConcurrentTrie;
  #next: bigint;
  #changes = 0;

  /** `next`: the first block that the trie of `arena` does not hold. `stop` must be called. */
  constructor({ threads }: Pick<TrieSettings, 'threads'>, arena: TrieArena, next: bigint) {
    this.#arena = arena;
    this.#pool = new ThreadPool(arena, threads - 1, nodeThreads);
    this.#trie = new ConcurrentTrie(arena, this.#pool);
    this.#next = next;
  }

  /** The trie of a ledger without blocks. */
  static empty(settings: TrieSettings): LedgerTrie {
    return new LedgerTrie(settings, createArena(settings.bytes), 0n);
  }

  /** The next block's number. */
  get next(): bigint {
    return this.#next;
  }

  /** Changes since the trie was loaded or last saved. */
  get changes(): number {
    return this.#changes;
  }

  get fill(): TrieFill {
    return this.#trie.fill();
  }

  /** Root of the last commit. Throws `NOT_COMMITTED`. */
  get root(): Uint8Array {
    return this.#trie.root();
  }

  /**
   * Takes in the valid transactions of the next block without a commit; returns the keys that it changed and the events that
   * it added. `known` tells of keys what the trie does not hold. Throws `TRIE_FULL`, after which the trie is of no use.
   */
  async apply(
    transactions: readonly WritingTransaction[],
    known: Pick<TrieBefore, 'removed' | 'policyHash'>,
  ): Promise<Omit<StateChanges, 'changes'>> {
    const before = { ...known, find: (key: Uint8Array) => this.#trie.find(key) };
    const { changes, ...taken } = stateChanges(transactions, before);
    await this.#trie.apply(changes);
    this.#changes += changes.length;
    this.#next += 1n;
    return taken;
  }

  /** Hashes what has changed. Throws `TRIE_FULL`. */
  async commit(): Promise<TrieStep> {
    const commit = await this.#trie.commit();
    return { root: commit.root, nodes: commit.changedNodes() };
  }

  /** The proof of a key under the root after the last block. Throws `NOT_COMMITTED`. */
  prove(key: Uint8Array): Uint8Array[] {
    return this.#trie.prove(key);
  }

  /** Writes a snapshot; the trie must not change meanwhile. */
  async save(path: string, note: Uint8Array): Promise<void> {
    await saveTrie(path, this.#arena, note);
    this.#changes = 0;
  }

  /** Lets the threads go. */
  async stop(): Promise<void> {
    await this.#pool.stop();
  }
}
