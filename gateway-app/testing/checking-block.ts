import { BLOCK_METADATA, blockOf, dataHash } from '@cotrace/fabric-model';
import type { CheckedBlock } from '../fabric/chain.js';

/**
 * A block of the channel `checking` as a master takes it in: envelopes with their validation codes, 0 where none is given.
 * `configBlock`: any block with a configuration.
 */
export function checkingBlock(
  number: bigint,
  envelopes: readonly Uint8Array[],
  configBlock: Uint8Array,
  codes: readonly number[] = [],
): CheckedBlock {
  const metadata = Object.keys(BLOCK_METADATA).map(() => new Uint8Array());
  metadata[BLOCK_METADATA.transactionsFilter] = Uint8Array.from(envelopes, (_, i) => codes[i] ?? 0);
  const previousHash = new Uint8Array(32);
  const block = blockOf({ number, previousHash, dataHash: dataHash(envelopes), envelopes, metadata });
  return { block, checkpoint: { number, headerHash: block.headerHash, configBlock } } as CheckedBlock;
}
