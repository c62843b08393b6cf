import { randomUUID } from 'node:crypto';
import { fromBinary, toBinary, create } from '@bufbuild/protobuf';
import { CotraceError } from '@cotrace/core';
import { peer } from '@cotrace/fabric-model';
import { callChaincode, type CallContext } from './call-chaincode.js';
import { historyQuery, nextBatch, rangeQuery, type OpenQuery } from './query-response.js';
import type { RunningTransaction } from './transaction.js';

const EMPTY = new Uint8Array();
const { Type } = { Type: peer.ChaincodeMessage_Type };

type Answer = Uint8Array | Promise<Uint8Array>;
type Handle = (transaction: RunningTransaction, payload: Uint8Array, context: CallContext) => Answer;

/** Names of a collection are refused by the simulator, in Fabric's words. */
function publicOnly({ simulator, namespace }: RunningTransaction, collection: string): void {
  if (collection !== '') simulator.privateData(namespace, collection);
}

function getState(transaction: RunningTransaction, payload: Uint8Array): Uint8Array {
  const { key, collection } = fromBinary(peer.GetStateSchema, payload);
  publicOnly(transaction, collection);
  return transaction.simulator.get(transaction.namespace, key) ?? EMPTY;
}

function putState(transaction: RunningTransaction, payload: Uint8Array): Uint8Array {
  const { key, value, collection } = fromBinary(peer.PutStateSchema, payload);
  publicOnly(transaction, collection);
  transaction.simulator.put(transaction.namespace, key, value);
  return EMPTY;
}

function delState(transaction: RunningTransaction, payload: Uint8Array): Uint8Array {
  const { key, collection } = fromBinary(peer.DelStateSchema, payload);
  publicOnly(transaction, collection);
  transaction.simulator.del(transaction.namespace, key);
  return EMPTY;
}

function getMetadata(transaction: RunningTransaction, payload: Uint8Array): Uint8Array {
  const { key, collection } = fromBinary(peer.GetStateMetadataSchema, payload);
  publicOnly(transaction, collection);
  const entries = transaction.simulator.getMetadata(transaction.namespace, key);
  const result = create(peer.StateMetadataResultSchema, {
    entries: [...entries].map(([metakey, value]) => ({ metakey, value })),
  });
  return toBinary(peer.StateMetadataResultSchema, result);
}

function putMetadata(transaction: RunningTransaction, payload: Uint8Array): Uint8Array {
  const { key, collection, metadata } = fromBinary(peer.PutStateMetadataSchema, payload);
  publicOnly(transaction, collection);
  const entries = new Map(metadata && [[metadata.metakey, metadata.value]]);
  transaction.simulator.putMetadata(transaction.namespace, key, entries);
  return EMPTY;
}

async function answerQuery(transaction: RunningTransaction, query: OpenQuery): Promise<Uint8Array> {
  transaction.queries.set(query.id, query);
  const { response, open } = await nextBatch(query);
  if (!open) transaction.queries.delete(query.id);
  return toBinary(peer.QueryResponseSchema, response);
}

function getRange(transaction: RunningTransaction, payload: Uint8Array): Answer {
  const { startKey, endKey, collection, metadata } = fromBinary(peer.GetStateByRangeSchema, payload);
  publicOnly(transaction, collection);
  const { pageSize, bookmark } = fromBinary(peer.QueryMetadataSchema, metadata);
  const page = pageSize === 0 && bookmark === '' ? undefined : { size: pageSize, bookmark };
  const cursor = transaction.simulator.range(transaction.namespace, startKey, endKey, page);
  return answerQuery(
    transaction,
    rangeQuery(randomUUID(), transaction.namespace, cursor, page?.size ?? null),
  );
}

function getHistory(transaction: RunningTransaction, payload: Uint8Array): Answer {
  const { key } = fromBinary(peer.GetHistoryForKeySchema, payload);
  const cursor = transaction.simulator.history(transaction.namespace, key);
  return answerQuery(transaction, historyQuery(randomUUID(), cursor));
}

function queryNext(transaction: RunningTransaction, payload: Uint8Array): Answer {
  const { id } = fromBinary(peer.QueryStateNextSchema, payload);
  const query = transaction.queries.get(id);
  if (query === undefined) throw new CotraceError('QUERY_NOT_FOUND', 'query iterator not found', { id });
  return answerQuery(transaction, query);
}

async function queryClose(transaction: RunningTransaction, payload: Uint8Array): Promise<Uint8Array> {
  const { id } = fromBinary(peer.QueryStateCloseSchema, payload);
  const query = transaction.queries.get(id);
  transaction.queries.delete(id);
  await query?.close();
  return toBinary(peer.QueryResponseSchema, create(peer.QueryResponseSchema, { id }));
}

function richQuery(transaction: RunningTransaction, payload: Uint8Array): Uint8Array {
  const { query, collection } = fromBinary(peer.GetQueryResultSchema, payload);
  publicOnly(transaction, collection);
  return transaction.simulator.query(transaction.namespace, query);
}

function privateDataHash(transaction: RunningTransaction, payload: Uint8Array): Uint8Array {
  const { collection } = fromBinary(peer.GetStateSchema, payload);
  return transaction.simulator.privateDataHash(transaction.namespace, collection);
}

function purgePrivateData(transaction: RunningTransaction, payload: Uint8Array): Uint8Array {
  const { collection } = fromBinary(peer.PurgePrivateStateSchema, payload);
  if (collection === '') throw new CotraceError('SIMULATION_REFUSED', 'only applicable for private data');
  return transaction.simulator.privateData(transaction.namespace, collection);
}

const HANDLERS: ReadonlyMap<peer.ChaincodeMessage_Type, Handle> = new Map<peer.ChaincodeMessage_Type, Handle>(
  [
    [Type.GET_STATE, getState],
    [Type.PUT_STATE, putState],
    [Type.DEL_STATE, delState],
    [Type.GET_STATE_METADATA, getMetadata],
    [Type.PUT_STATE_METADATA, putMetadata],
    [Type.GET_STATE_BY_RANGE, getRange],
    [Type.GET_HISTORY_FOR_KEY, getHistory],
    [Type.QUERY_STATE_NEXT, queryNext],
    [Type.QUERY_STATE_CLOSE, queryClose],
    [Type.GET_QUERY_RESULT, richQuery],
    [Type.GET_PRIVATE_DATA_HASH, privateDataHash],
    [Type.PURGE_PRIVATE_DATA, purgePrivateData],
    [Type.INVOKE_CHAINCODE, callChaincode],
  ],
);

/** Whether a running chaincode may send a message of this type (core/chaincode/handler.go, ready state). */
export function isRequest(type: peer.ChaincodeMessage_Type): boolean {
  return HANDLERS.has(type);
}

/**
 * Serves one request of a running chaincode: the payload of the RESPONSE. Throws what the chaincode is to see as
 * ERROR; batches of writes or reads (Fabric 3) are not among the requests, since READY never offers them.
 */
export async function answerRequest(
  transaction: RunningTransaction,
  type: peer.ChaincodeMessage_Type,
  payload: Uint8Array,
  context: CallContext,
): Promise<Uint8Array> {
  const handle = HANDLERS.get(type);
  if (handle === undefined) throw new CotraceError('UNKNOWN_REQUEST', 'unknown request', { type });
  return handle(transaction, payload, context);
}
