import { create } from '@bufbuild/protobuf';
import {
  decodeTransactionLeaf,
  fromUtf8,
  MerkleTree,
  parseStrictJson,
  readOrNull,
  traceKey,
  type TraceRow,
  VALID,
} from '@cotrace/core';
import { valuesWritten } from '@cotrace/verifier';
import { ProvenTransactionSchema, type ProvenTransaction } from '../gen/cotrace/cotrace_pb.js';
import { domainWrites } from './block-writes.js';
import type { MasterStore } from './master-store.js';

/** Where a transaction stands: block number and place in the block. */
export interface Place {
  readonly block: bigint;
  readonly txNum: number;
}

/** Finds a valid transaction by its id, for records whose hint names the wrong block. */
export type FindTransaction = (txId: string) => Promise<bigint | null>;

/**
 * Walks the records of a TraceID in one domain from the newest to the first (seed 002, section 4.3): external
 * index, then from record to record by `preTraceHash`. A hint that names another block than the one that holds
 * `preTraceTxId` is marked, and the block found by the id instead. The walk only goes back: rows that any chaincode
 * may write can name themselves or later ones, and would else be walked for ever.
 */
export async function* walkTrace(
  store: MasterStore,
  domain: string,
  traceId: string,
  find: FindTransaction,
): AsyncGenerator<ProvenTransaction> {
  const head = store.head(domain, traceId);
  let place: Place | null = head === null ? null : { block: head.blockNum, txNum: head.txNum };
  while (place !== null) {
    const { preTraceTxId, preTraceHash } = linkOf(store, place, domain, traceId);
    const hinted = preTraceHash === null ? null : store.blockByHash(preTraceHash);
    const byHint = preTraceTxId === null ? null : placeIn(store, hinted, preTraceTxId);
    const wrongHint = preTraceTxId !== null && byHint === null;
    yield proven(store, place, domain, wrongHint);
    const previous: Place | null = wrongHint
      ? placeIn(store, await find(preTraceTxId), preTraceTxId)
      : byHint;
    place = previous !== null && isBefore(previous, place) ? previous : null;
  }
}

function isBefore(a: Place, b: Place): boolean {
  return a.block < b.block || (a.block === b.block && a.txNum < b.txNum);
}

/** A transaction with its inclusion proof under the block's transaction root. */
function proven(
  store: MasterStore,
  { block, txNum }: Place,
  domain: string,
  wrongHint: boolean,
): ProvenTransaction {
  const leaves = store.block(block).transactions.map(({ leaf }) => leaf);
  return create(ProvenTransactionSchema, {
    blockNum: block,
    txNum,
    code: decodeTransactionLeaf(leaves[txNum] ?? new Uint8Array()).code,
    txTotal: leaves.length,
    envelope: store.envelope(block, txNum),
    inclusionProof: new MerkleTree(leaves).inclusionProof(txNum),
    domain,
    wrongHint,
  });
}

/** The valid transaction `txId` in `blockNum`, or null. */
function placeIn(store: MasterStore, blockNum: bigint | null, txId: string): Place | null {
  if (blockNum === null) return null;
  const txNum = store.block(blockNum).transactions.findIndex(({ leaf }) => {
    const facts = decodeTransactionLeaf(leaf);
    return facts.txId === txId && facts.code === VALID;
  });
  return txNum < 0 ? null : { block: blockNum, txNum };
}

/**
 * What a record's row says of the previous record. Unlike the verifier, which takes exact rows only, the walk follows
 * whatever tells the way: a row that another chaincode wrote must not hide the records before it.
 */
function linkOf(
  store: MasterStore,
  place: Place,
  domain: string,
  traceId: string,
): Pick<TraceRow, 'preTraceTxId' | 'preTraceHash'> {
  const writes = domainWrites(store.envelope(place.block, place.txNum), place);
  const value = valuesWritten(writes).get(domain)?.get(traceKey(traceId));
  const row = value === undefined ? null : parseRow(value);
  const text = (name: string) => {
    const value = row?.[name];
    return typeof value === 'string' ? value : null;
  };
  return { preTraceTxId: text('preTraceTxId'), preTraceHash: text('preTraceHash') };
}

/** Any chaincode may write anything under `trace/`: what is not a JSON object is no row. */
function parseRow(value: Uint8Array): Record<string, unknown> | null {
  const row = readOrNull(() => parseStrictJson(fromUtf8(value), value.length));
  return typeof row === 'object' && row !== null ? (row as Record<string, unknown>) : null;
}
