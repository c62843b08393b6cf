import { create } from '@bufbuild/protobuf';
import { CotraceError, decodeTransactionLeaf, VALID } from '@cotrace/core';
import { peer, transactionsFilter } from '@cotrace/fabric-model';
import { blockSignatures, type CheckedBlock } from '../fabric/chain.js';
import { TraceHeadSchema } from '../gen/cotrace/cotrace_pb.js';
import { StoredBlockSchema } from '../gen/cotrace/store_pb.js';
import { transactionFacts, type TransactionFacts } from '@cotrace/verifier';
import { rowsPut, writingTransaction, type WritingTransaction } from './block-writes.js';
import type { BlockRecord } from './master-store.js';

const NOT_VALIDATED: number = peer.TxValidationCode.NOT_VALIDATED;

/** A checked block with all that a master reads out of it. */
export interface ReadBlock extends Pick<BlockRecord, 'checkpoint' | 'block' | 'envelopes' | 'heads'> {
  readonly checked: CheckedBlock;
  readonly facts: readonly TransactionFacts[];
  /** The valid transactions. */
  readonly writing: readonly WritingTransaction[];
}

/**
 * Reads a checked block; a pure function. Throws `NOT_VALIDATED` for a block that no peer has validated, as an
 * orderer would deliver it, `NO_TRANSACTIONS_FILTER`, and `UNREADABLE_VALID_TRANSACTION`: such a block must not be
 * attested.
 */
export function readBlock(checked: CheckedBlock): ReadBlock {
  const { block, checkpoint } = checked;
  const flags = transactionsFilter(block);
  if (block.number > 0n && flags.includes(NOT_VALIDATED)) {
    throw new CotraceError('NOT_VALIDATED', `block ${block.number} was delivered before it was validated`, {
      block: block.number,
    });
  }
  const facts = block.envelopes.map((envelope, txNum) =>
    transactionFacts(envelope, txNum, flags[txNum] ?? NOT_VALIDATED),
  );
  const writing = facts.flatMap(({ txNum, code, leaf }) => {
    const envelope = block.envelopes[txNum];
    if (code !== VALID || envelope === undefined) return [];
    const { envelopeHash } = decodeTransactionLeaf(leaf);
    return writingTransaction(envelope, { blockNum: block.number, txNum, envelopeHash }) ?? [];
  });
  return {
    checked,
    facts,
    writing,
    checkpoint,
    block: create(StoredBlockSchema, {
      number: block.number,
      headerHash: block.headerHash,
      signatures: blockSignatures(block),
      transactions: facts.map(({ leaf, domains }) => ({
        leaf,
        domains: domains === 'all' ? [] : [...domains],
        everyDomain: domains === 'all',
      })),
    }),
    envelopes: block.envelopes,
    heads: headsOf(block, writing),
  };
}

function headsOf(
  { number: blockNum, headerHash: blockHash }: CheckedBlock['block'],
  writing: readonly WritingTransaction[],
): BlockRecord['heads'] {
  const heads = new Map<string, BlockRecord['heads'][number]>();
  for (const transaction of writing) {
    const { txNum, txId } = transaction;
    for (const { domain, traceId } of rowsPut(transaction)) {
      const head = create(TraceHeadSchema, { domain, blockNum, txNum, txId, blockHash });
      heads.set(`${domain}/${traceId}`, { traceId, head });
    }
  }
  return [...heads.values()];
}
