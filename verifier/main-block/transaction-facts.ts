import { encodeTransactionLeaf, readOrNull, sha256 } from '@cotrace/core';
import { decodeEnvelope, domainsOf } from '@cotrace/fabric-model';
import { TRANSACTION_ID } from './valid-transaction.js';

/** A transaction of a main block as the transaction tree and the business blocks see it. */
export interface TransactionFacts {
  readonly txNum: number;
  /** Validation code, 0…255. */
  readonly code: number;
  /** 64 lower-case hexadecimal digits, or null where the envelope names no such id. */
  readonly txId: string | null;
  /** The domains it belongs to; `all` for configuration and lifecycle transactions. */
  readonly domains: readonly string[] | 'all';
  /** Its leaf in the transaction tree. */
  readonly leaf: Uint8Array;
}

/**
 * Derives the facts of one transaction from its envelope, whatever the envelope's bytes are; never throws. They are all
 * that there is to say only of an invalid transaction: `validTransaction` reads a valid one, or refuses it.
 */
export function transactionFacts(envelope: Uint8Array, txNum: number, code: number): TransactionFacts {
  const txId = transactionId(envelope);
  const leaf = encodeTransactionLeaf({ txNum, code, txId, envelopeHash: sha256(envelope) });
  return { txNum, code, txId, domains: domainsOf(envelope), leaf };
}

function transactionId(envelope: Uint8Array): string | null {
  return readOrNull(() => {
    const { txId } = decodeEnvelope(envelope).channelHeader;
    return TRANSACTION_ID.test(txId) ? txId : null;
  });
}
