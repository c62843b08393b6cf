import { MalformedError } from '@cotrace/core';
import {
  common,
  computeTxId,
  decodeEnvelope,
  decodeTransaction,
  isOfType,
  transactionsFilter,
  type Block,
  type Envelope,
  type peer,
} from '@cotrace/fabric-model';
import { validationCode } from './validation-code.js';
import type { CommittedBlock, CommittedTransaction } from './types.js';

/**
 * A validated block with what its transactions are. Envelopes that cannot be decoded have no id and no
 * type: they were marked invalid. Throws `NO_TRANSACTIONS_FILTER`.
 */
export function committedBlock(block: Block): CommittedBlock {
  const codes = transactionsFilter(block);
  const transactions = block.envelopes.map((bytes, txNum) =>
    describe(bytes, txNum, validationCode(codes[txNum])),
  );
  return { number: block.number, bytes: block.bytes, block, transactions };
}

/** The envelope, or null where it cannot be decoded. */
function tryDecodeEnvelope(bytes: Uint8Array): Envelope | null {
  return attempt(() => decodeEnvelope(bytes));
}

/**
 * The id under which a transaction is found: that of its header, which an invalid one may have made up, or
 * else the computed one. Source: Fabric protoutil/txutils.go, GetOrComputeTxIDFromEnvelope.
 */
export function transactionId({ channelHeader, nonce, creator }: Envelope): string {
  return channelHeader.txId === '' ? computeTxId(nonce, creator) : channelHeader.txId;
}

function describe(bytes: Uint8Array, txNum: number, code: peer.TxValidationCode): CommittedTransaction {
  const envelope = tryDecodeEnvelope(bytes);
  if (envelope === null) {
    return {
      txNum,
      txId: '',
      claimedTxId: '',
      type: null,
      code,
      chaincode: null,
      event: null,
    };
  }
  const transaction = isOfType(envelope, common.HeaderType.ENDORSER_TRANSACTION)
    ? attempt(() => decodeTransaction(envelope))
    : null;
  return {
    txNum,
    txId: transactionId(envelope),
    claimedTxId: envelope.channelHeader.txId,
    type: envelope.channelHeader.type,
    code,
    chaincode: transaction?.chaincode.name ?? null,
    event: transaction?.event ?? null,
  };
}

function attempt<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}
