import { checkNum, CotraceError } from '@cotrace/core';
import { oldestKept } from './kept-cycles.js';
import type { MasterLedger } from './master-ledger.js';
import type { MasterStore } from './master-store.js';

/** The state trie at the end of one block. */
export interface TrieAtBlock {
  readonly blockNum: bigint;
  /** The nodes that prove a key's presence or absence, from the root on. */
  readonly prove: (key: Uint8Array) => Uint8Array[];
}

/**
 * Runs `use` with the trie of one block: the last one, or `blockNum`, the end of a cycle among the last ones. Blocks wait
 * meanwhile. Throws `BAD_REQUEST`, `NOT_FOUND` above the master's height, `CYCLE_PRUNED`, and what broke the ledger.
 */
export function atBlock<T>(
  ledger: MasterLedger,
  checkingHeight: number,
  blockNum: bigint | null,
  use: (trie: TrieAtBlock) => T,
): Promise<T> {
  return ledger.read((trie) => {
    const last = trie.next - 1n;
    if (last < 0n || (blockNum !== null && blockNum > last)) {
      throw new CotraceError('NOT_FOUND', 'this master has not reached that block', { blockNum, last });
    }
    if (blockNum === null || blockNum === last)
      return use({ blockNum: last, prove: (key) => trie.prove(key) });
    return use({ blockNum, prove: past(ledger.store, checkingHeight, blockNum, last) });
  });
}

/** Proofs under the root at the end of a cycle that is over. */
function past(
  store: MasterStore,
  checkingHeight: number,
  blockNum: bigint,
  last: bigint,
): TrieAtBlock['prove'] {
  const c = BigInt(checkingHeight);
  if (blockNum % c !== 0n) {
    throw new CotraceError(
      'BAD_REQUEST',
      `proofs are kept of the last block and of the ends of cycles, every ${c} blocks`,
    );
  }
  const [cycle, newest] = [blockNum / c, last / c];
  const oldest = oldestKept(newest, store.checking.marks().sealed);
  if (cycle < oldest) {
    throw new CotraceError(
      'CYCLE_PRUNED',
      `proofs are kept of cycles from ${oldest} on, and cycle ${cycle} is older`,
      { cycle, oldest },
    );
  }
  const current = checkNum(last, checkingHeight);
  return (key) => store.trie.prove(key, cycle, current);
}
