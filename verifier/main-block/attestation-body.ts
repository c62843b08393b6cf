import {
  compareBytes,
  EVERY_DOMAIN,
  MerkleTree,
  utf8,
  type AttestationBody,
  type DomainAmount,
} from '@cotrace/core';
import type { Block } from '@cotrace/fabric-model';
import type { TransactionFacts } from './transaction-facts.js';

/** What of a consortium goes into every signed statement. */
export interface NetworkTerms {
  /** Network id, 32 bytes. */
  readonly networkId: Uint8Array;
}

/** The Amountlist of a block (seed 001, section 4.1), sorted by domain; every-domain transactions count once, as `*`. */
export function amountsOf(transactions: readonly TransactionFacts[]): DomainAmount[] {
  const amounts = new Map<string, number>();
  for (const { domains } of transactions) {
    for (const domain of domains === 'all' ? [EVERY_DOMAIN] : domains) {
      amounts.set(domain, (amounts.get(domain) ?? 0) + 1);
    }
  }
  return [...amounts]
    .map(([domain, amount]) => ({ domain, amount }))
    .sort((a, b) => compareBytes(utf8(a.domain), utf8(b.domain)));
}

/**
 * The statement that every honest master makes of a block: a pure function of the block, its transactions' facts,
 * the hash of the membership in force before it (for block 0: by its own configuration), the root of the state trie after it, and the rules in force for it.
 */
export function attestationBodyOf(
  block: Pick<Block, 'number' | 'previousHash' | 'dataHash'>,
  transactions: readonly TransactionFacts[],
  membership: Uint8Array,
  terms: NetworkTerms,
  trieRoot: Uint8Array,
  rules: number,
): AttestationBody {
  return {
    networkId: terms.networkId,
    rules,
    blockNum: block.number,
    previousHash: block.previousHash,
    dataHash: block.dataHash,
    membership,
    txRoot: new MerkleTree(transactions.map(({ leaf }) => leaf)).root,
    txTotal: transactions.length,
    amounts: amountsOf(transactions),
    trieRoot,
  };
}
