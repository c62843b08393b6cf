import { create, toBinary } from '@bufbuild/protobuf';
import { toHex } from '@cotrace/core';
import { common, decode, peer } from '@cotrace/fabric-model';
import type { AccessResource } from '../channel/access.js';
import type { Ledger } from '../ledger/types.js';
import { messageOf } from '../rpc/rpc-error.js';
import { failure, success, text, type SystemChaincode } from './system-chaincode.js';

type Query = (ledger: Ledger, argument: Uint8Array) => Promise<peer.Response>;

const U64_MAX = 0xffffffffffffffffn;

async function chainInfo(ledger: Ledger): Promise<peer.Response> {
  const newest = await ledger.block(ledger.height - 1n);
  const info = create(common.BlockchainInfoSchema, {
    height: ledger.height,
    currentBlockHash: ledger.tip,
    previousBlockHash: newest?.block.previousHash ?? new Uint8Array(),
  });
  return success(toBinary(common.BlockchainInfoSchema, info));
}

/** Block of a decimal number; 2^64−1 stands for the newest one. */
async function blockByNumber(ledger: Ledger, argument: Uint8Array): Promise<peer.Response> {
  const digits = text(argument);
  const blockNum = /^\d+$/.test(digits) ? BigInt(digits) : U64_MAX + 1n;
  if (blockNum > U64_MAX) {
    const reason = /^\d+$/.test(digits) ? 'value out of range' : 'invalid syntax';
    return failure(
      `Failed to parse block number with error strconv.ParseUint: parsing ${JSON.stringify(digits)}: ${reason}`,
    );
  }
  const block = await ledger.block(blockNum === U64_MAX ? ledger.height - 1n : blockNum);
  if (block !== null) return success(block.bytes);
  const name = String(blockNum);
  return failure(`Failed to get block number ${name}, error no such block number [${name}] in index`);
}

async function blockByHash(ledger: Ledger, hash: Uint8Array): Promise<peer.Response> {
  const block = await ledger.blockByHash(hash);
  if (block !== null) return success(block.bytes);
  return failure(
    `Failed to get block hash ${text(hash)}, error no such block hash [${toHex(hash)}] in index`,
  );
}

async function blockByTxId(ledger: Ledger, argument: Uint8Array): Promise<peer.Response> {
  const txId = text(argument);
  const block = await ledger.blockByTxId(txId);
  if (block !== null) return success(block.bytes);
  return failure(`Failed to get block for txID ${txId}, error no such transaction ID [${txId}] in index`);
}

/** A transaction with its validation code: invalid ones are found as well. */
async function transactionById(ledger: Ledger, argument: Uint8Array): Promise<peer.Response> {
  const txId = text(argument);
  const location = ledger.transaction(txId);
  const block = location && (await ledger.block(location.blockNum));
  const envelope = location ? block?.block.envelopes[location.txNum] : undefined;
  if (location === null || envelope === undefined) {
    return failure(
      `Failed to get transaction with id ${txId}, error no such transaction ID [${txId}] in index`,
    );
  }
  const processed = create(peer.ProcessedTransactionSchema, {
    transactionEnvelope: decode(common.EnvelopeSchema, envelope),
    validationCode: location.code,
  });
  return success(toBinary(peer.ProcessedTransactionSchema, processed));
}

const QUERIES = new Map<string, { readonly resource: AccessResource; readonly query: Query }>([
  ['GetChainInfo', { resource: 'qscc/GetChainInfo', query: chainInfo }],
  ['GetBlockByNumber', { resource: 'qscc/GetBlockByNumber', query: blockByNumber }],
  ['GetBlockByHash', { resource: 'qscc/GetBlockByHash', query: blockByHash }],
  ['GetBlockByTxID', { resource: 'qscc/GetBlockByTxID', query: blockByTxId }],
  ['GetTransactionByID', { resource: 'qscc/GetTransactionByID', query: transactionById }],
]);

/** Queries of blocks and transactions: function, channel, argument (core/scc/qscc/query.go). */
export const qscc: SystemChaincode = async (context, { signed, invokedName }, args) => {
  const name = text(args[0]);
  const channelId = text(args[1]);
  if (args.length < 2) return failure(`Incorrect number of arguments, ${args.length}`);
  if (invokedName !== 'qscc') {
    const reason = 'Rejecting invoke of QSCC from another chaincode because of potential for deadlocks';
    return failure(`${reason}, original invocation for '${invokedName}'`);
  }
  if (name !== 'GetChainInfo' && args.length < 3) return failure(`missing 3rd argument for ${name}`);
  const channel = context.channel(channelId);
  if (channel === null) return failure(`Invalid chain ID, ${channelId}`);
  const entry = QUERIES.get(name);
  try {
    // A function that does not exist has no access rule, and is refused for that (`Unmapped policy`).
    channel.access.check(entry?.resource ?? `qscc/${name}`, signed);
  } catch (error) {
    return failure(`access denied for [${name}][${channelId}]: [${messageOf(error)}]`);
  }
  if (entry === undefined) return failure(`Requested function ${name} not found.`);
  return entry.query(channel.ledger, args[2] ?? new Uint8Array());
};
