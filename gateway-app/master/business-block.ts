import { create } from '@bufbuild/protobuf';
import { decodeTransactionLeaf, MerkleTree } from '@cotrace/core';
import { BusinessBlockSchema, type BusinessBlock } from '../gen/cotrace/cotrace_pb.js';
import type { MasterStore } from './master-store.js';

/** The business block of `domain` in main block `blockNum` (seed 001, section 4.1): its transactions and their multiproof. */
export function businessBlock(store: MasterStore, blockNum: bigint, domain: string): BusinessBlock {
  const block = store.block(blockNum);
  const indices = block.transactions.flatMap((transaction, txNum) =>
    transaction.everyDomain || transaction.domains.includes(domain) ? [txNum] : [],
  );
  const leaves = block.transactions.map(({ leaf }) => leaf);
  return create(BusinessBlockSchema, {
    blockNum,
    txTotal: leaves.length,
    domain,
    transactions: indices.map((txNum) => ({
      txNum,
      code: decodeTransactionLeaf(leaves[txNum] ?? new Uint8Array()).code,
      envelope: store.envelope(blockNum, txNum),
    })),
    multiproof: indices.length === 0 ? [] : new MerkleTree(leaves).multiproof(indices),
    signatures: block.signatures,
  });
}
