import { createMPT, type MerklePatriciaTrie } from '@ethereumjs/mpt';
import { fromHex, toHex } from '../../bytes/bytes.js';
import type { TrieChange } from '../state-trie.js';

/**
 * The trie of the Ethereum JavaScript library: an implementation that nobody here wrote. Where one key is the
 * beginning of another it loses values when it removes (10.1.3), so then it is rebuilt from what there is.
 */
export class EthereumTrie {
  readonly #entries = new Map<string, Uint8Array>();
  trie: MerklePatriciaTrie;

  private constructor(trie: MerklePatriciaTrie) {
    this.trie = trie;
  }

  static async create(): Promise<EthereumTrie> {
    return new EthereumTrie(await emptyTrie());
  }

  async apply(changes: readonly TrieChange[]): Promise<void> {
    const nested = isNested([...this.#entries.keys(), ...changes.map(({ key }) => toHex(key))]);
    const anew = nested && changes.some(({ value }) => value === null);
    for (const { key, value } of changes) {
      if (value === null) this.#entries.delete(toHex(key));
      else this.#entries.set(toHex(key), value);
      if (!anew) await this.trie.put(key, value);
    }
    if (!anew) return;
    this.trie = await emptyTrie();
    for (const [key, value] of this.#entries) await this.trie.put(fromHex(key), value);
  }

  root(): Uint8Array {
    return this.trie.root();
  }
}

function emptyTrie(): Promise<MerklePatriciaTrie> {
  return createMPT({ useKeyHashing: false });
}

/** Whether some key is the beginning of another. */
function isNested(keys: readonly string[]): boolean {
  const sorted = [...new Set(keys)].sort();
  return sorted.some((key, i) => i > 0 && key.startsWith(sorted[i - 1] ?? ''));
}
