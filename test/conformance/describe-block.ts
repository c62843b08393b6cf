import { isCotraceError, sha256, toHex } from '@cotrace/core';
import { type Block, common, decode, decodeBlock, peer, transactionsFilter } from '@cotrace/fabric-model';
import { describeEvent, type Seen } from './describe.js';

/** What a member of a group became. */
export interface PlacedTransaction {
  readonly block: bigint;
  readonly index: number;
  /** Name of the validation code. */
  readonly code: string;
  /** SHA-256 of the envelope, hexadecimal. */
  readonly digest: string;
}

/** Digest that names an envelope. */
export function digestOf(envelope: Uint8Array): string {
  return toHex(sha256(envelope));
}

/** Transactions of a serialized block with their codes. */
export function transactionsOf(bytes: Uint8Array): PlacedTransaction[] {
  const block = decodeBlock(bytes);
  const codes = transactionsFilter(block);
  return block.envelopes.map((envelope, index) => ({
    block: block.number,
    index,
    code: codeName(codes[index]),
    digest: digestOf(envelope),
  }));
}

/** Name of a validation code. */
export function codeName(code?: number): string {
  return code === undefined ? 'none' : (peer.TxValidationCode[code] ?? String(code));
}

/** The answer of a query for blocks and transactions, without what hangs on the certificates. */
export function describeQuery(name: string, answer: Uint8Array): Seen {
  switch (name) {
    case 'GetChainInfo': {
      const { height, currentBlockHash, previousBlockHash } = decode(common.BlockchainInfoSchema, answer);
      return { height: String(height), hashes: [currentBlockHash.length, previousBlockHash.length] };
    }
    case 'GetTransactionByID': {
      const { validationCode, transactionEnvelope } = decode(peer.ProcessedTransactionSchema, answer);
      return { code: codeName(validationCode), txId: txIdOf(transactionEnvelope) };
    }
    case 'GetChannels': {
      const { channels } = decode(peer.ChannelQueryResponseSchema, answer);
      return channels.map(({ channelId }) => channelId).sort();
    }
    case 'GetBlockByNumber':
    case 'GetBlockByHash':
    case 'GetBlockByTxID':
      return describeBlock(decodeBlock(answer));
    default:
      return Buffer.from(answer).toString('latin1');
  }
}

function describeBlock(block: Block): Seen {
  const codes = block.number === 0n ? [] : [...transactionsFilter(block)].map(codeName);
  return { number: String(block.number), codes, metadata: block.metadata.map((bytes) => bytes.length > 0) };
}

function txIdOf(envelope?: common.Envelope): string {
  if (envelope === undefined) return 'none';
  try {
    const payload = decode(common.PayloadSchema, envelope.payload);
    return decode(common.ChannelHeaderSchema, payload.header?.channelHeader ?? new Uint8Array()).txId;
  } catch (error) {
    if (isCotraceError(error, 'BAD_PROTOBUF')) return 'unreadable';
    throw error;
  }
}

/** A filtered block, or the status that ends a delivery. */
export function describeDelivery({ Type: type }: peer.DeliverResponse): Seen {
  if (type.case !== 'filteredBlock')
    return { [type.case ?? 'nothing']: type.case === 'status' ? type.value : null };
  const { channelId, number, filteredTransactions } = type.value;
  return [
    channelId,
    String(number),
    filteredTransactions.map(({ txid, type: headerType, txValidationCode, Data: data }) => [
      txid,
      headerType,
      codeName(txValidationCode),
      data.case === undefined
        ? null
        : data.value.chaincodeActions.map(({ chaincodeEvent }) =>
            chaincodeEvent === undefined ? null : describeEvent(chaincodeEvent),
          ),
    ]),
  ];
}
