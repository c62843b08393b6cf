import {
  amountOf,
  type AttestationBody,
  CotraceError,
  equalBytes,
  type ErrorCode,
  leafHash,
  VALID,
  verifyMultiproof,
} from '@cotrace/core';
import { headerHash, verifyBlockSignature } from '@cotrace/fabric-model';
import {
  type MainConfig,
  transactionFacts,
  type TransactionFacts,
  validTransaction,
} from '@cotrace/verifier';
import type { BusinessBlock } from '../gen/cotrace/cotrace_pb.js';

/** A transaction of a business block that was checked against the attested transaction root. */
export interface CheckedTransaction extends TransactionFacts {
  readonly envelope: Uint8Array;
}

export interface CheckedBusinessBlock {
  readonly number: bigint;
  readonly headerHash: Uint8Array;
  /** Data hash of the whole block's header. */
  readonly dataHash: Uint8Array;
  /** Number of transactions of the whole block. */
  readonly txTotal: number;
  readonly transactions: readonly CheckedTransaction[];
}

/** What a business block is checked against, beside the attested body. */
export interface BusinessBlockTerms {
  readonly domain: string;
  /** Header hash of the block before; empty before block 0. */
  readonly previousHash: Uint8Array;
  /** Main's configuration in force before the block. */
  readonly main: MainConfig;
}

/** Checks that the attested header follows the block before; returns its hash. Throws `PREVIOUS_HASH`. */
export function checkHeader(body: AttestationBody, previousHash: Uint8Array): Uint8Array {
  if (!equalBytes(body.previousHash, previousHash)) {
    throw refusal('PREVIOUS_HASH', body, 'the attested block does not follow the one before');
  }
  return headerHash(body.blockNum, body.previousHash, body.dataHash);
}

/**
 * Checks a business block against what a quorum attested of its main block (seed 001, section 4.1): number, domain,
 * amount, every level of the multiproof, that each transaction is of the domain, and the ordering service's
 * signatures over the header. Throws `CotraceError` with what is wrong; then the sender is at fault, but for
 * `UNREADABLE_VALID_TRANSACTION`: a quorum attests as valid what cannot be read here.
 */
export function checkBusinessBlock(
  block: BusinessBlock,
  body: AttestationBody,
  { domain, previousHash, main }: BusinessBlockTerms,
): CheckedBusinessBlock {
  const hash = checkHeader(body, previousHash);
  if (block.blockNum !== body.blockNum) {
    throw refusal('BLOCK_NUMBER', body, `expected block ${body.blockNum}, received ${block.blockNum}`);
  }
  if (block.domain !== domain)
    throw refusal('WRONG_DOMAIN', body, `it belongs to domain ${block.domain}, not ${domain}`);
  if (block.txTotal !== body.txTotal) {
    throw refusal(
      'WRONG_TOTAL',
      body,
      `${body.txTotal} transactions are attested, but the block says ${block.txTotal}`,
    );
  }
  const amount = amountOf(body.amounts, domain);
  if (block.transactions.length !== amount) {
    throw refusal(
      'WRONG_AMOUNT',
      body,
      `${amount} transactions of ${domain} are attested, but the block holds ${block.transactions.length}`,
    );
  }
  const transactions = checkTransactions(block, body, domain);
  if (body.blockNum > 0n) {
    verifyBlockSignature(
      {
        number: body.blockNum,
        previousHash: body.previousHash,
        dataHash: body.dataHash,
        metadata: [block.signatures],
      },
      main.config,
      main.manager,
    );
  }
  const { blockNum: number, dataHash, txTotal } = body;
  return { number, headerHash: hash, dataHash, txTotal, transactions };
}

function checkTransactions(
  block: BusinessBlock,
  body: AttestationBody,
  domain: string,
): CheckedTransaction[] {
  const transactions = block.transactions.map(({ txNum, code, envelope }, i) => {
    const previous = block.transactions[i - 1]?.txNum ?? -1;
    if (txNum <= previous || txNum >= body.txTotal || code > 0xff) {
      throw refusal(
        'BAD_TRANSACTION',
        body,
        `transaction number ${txNum} or code ${code} is out of order or range`,
      );
    }
    return { ...transactionFacts(envelope, txNum, code), envelope };
  });
  if (transactions.length === 0) {
    if (block.multiproof.length > 0)
      throw refusal('BAD_PROOF', body, 'a block without transactions must have no proof');
    return transactions;
  }
  verifyMultiproof({
    size: body.txTotal,
    indices: transactions.map(({ txNum }) => txNum),
    leafHashes: transactions.map(({ leaf }) => leafHash(leaf)),
    proof: block.multiproof,
    root: body.txRoot,
  });
  for (const { txNum, code, domains, envelope } of transactions) {
    if (code === VALID) validTransaction(envelope, { block: body.blockNum, txNum });
    if (domains !== 'all' && !domains.includes(domain)) {
      throw refusal('WRONG_DOMAIN', body, `transaction ${txNum} is not of domain ${domain}`);
    }
  }
  return transactions;
}

function refusal(code: ErrorCode, body: AttestationBody, message: string): CotraceError {
  return new CotraceError(code, `business block ${body.blockNum}: ${message}`, { blockNum: body.blockNum });
}
