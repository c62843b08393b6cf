import { CotraceError, equalBytes, fromHex } from '@cotrace/core';
import { dataHash, headerHash } from '@cotrace/fabric-model';
import type { BusinessBlock } from '../gen/cotrace/cotrace_pb.js';

/**
 * The configuration envelope of main's genesis block, out of its business block: block 0 holds nothing else, so its
 * header hash, which the consortium's configuration names, binds it. Throws `GENESIS_BLOCK`.
 */
export function genesisConfigEnvelope(block: BusinessBlock, genesisHeaderHash: string): Uint8Array {
  const [transaction, ...others] = block.transactions;
  if (block.blockNum !== 0n || transaction === undefined || others.length > 0) {
    throw new CotraceError('GENESIS_BLOCK', 'the first block of main must be its genesis block', {
      block: block.blockNum,
    });
  }
  const { envelope } = transaction;
  if (!isGenesisConfig(envelope, genesisHeaderHash)) {
    throw new CotraceError('GENESIS_BLOCK', 'the genesis block is not the one of this network', {
      genesisHeaderHash,
    });
  }
  return envelope;
}

/** Whether an envelope is what the genesis block of this header hash (64 hexadecimal digits) holds. */
export function isGenesisConfig(envelope: Uint8Array, genesisHeaderHash: string): boolean {
  const hash = headerHash(0n, new Uint8Array(), dataHash([envelope]));
  return equalBytes(hash, fromHex(genesisHeaderHash, 32));
}
