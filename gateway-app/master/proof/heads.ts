import { CotraceError, equalBytes, readTrieProof, traceTrieKey } from '@cotrace/core';
import { atBlock } from '../at-block.js';
import type { MasterLedger } from '../master-ledger.js';
import { attestedRoot } from '../open-trie.js';
import type { Pace } from './pace.js';

/** Heads of traces under the root of one block. */
export interface HeadsAtBlock {
  readonly blockNum: bigint;
  /** Nodes that prove all of them: each once, in the order of first use. */
  readonly nodes: readonly Uint8Array[];
  /** Value of each trace in the trie, in the order asked; null where nobody has recorded it. */
  readonly values: readonly (Uint8Array | null)[];
}

/** Gives heads of traces, all under one root. */
export type ProveHeads = (traceIds: readonly string[]) => Promise<HeadsAtBlock>;

/**
 * Proves heads in one turn of the ledger, which takes some ten microseconds each; what is made of the nodes comes after the
 * turn. Throws as `atBlock`, and `TRIE_NODES_DAMAGED` where the nodes do not lead to the root that was attested.
 */
export function headsOf(
  ledger: MasterLedger,
  checkingHeight: number,
  blockNum: bigint | null,
  pace: Pace,
): ProveHeads {
  return async (traceIds) => {
    const keys = traceIds.map((traceId) => traceTrieKey(traceId));
    const at = await atBlock(ledger, checkingHeight, blockNum, (trie) => ({
      blockNum: trie.blockNum,
      proofs: keys.map((key) => trie.prove(key)),
    }));
    const root = attestedRoot(ledger.store, at.blockNum);
    const [nodes, values] = [new Map<string, Uint8Array>(), [] as (Uint8Array | null)[]];
    for (const [i, key] of keys.entries()) {
      const proof = at.proofs[i] ?? [];
      const reading = readTrieProof(key, proof);
      if (!equalBytes(reading.root, root)) {
        throw new CotraceError('TRIE_NODES_DAMAGED', `the trie of block ${at.blockNum} is damaged`, {
          blockNum: at.blockNum,
        });
      }
      values.push(reading.value);
      // Nodes are equal where their hashes are: their bytes name them without a hash.
      for (const node of proof) nodes.set(Buffer.from(node).toString('latin1'), node);
      await pace.breathe();
    }
    return { blockNum: at.blockNum, nodes: [...nodes.values()], values };
  };
}
