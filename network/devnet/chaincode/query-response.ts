import { create, toBinary } from '@bufbuild/protobuf';
import { ledger, peer } from '@cotrace/fabric-model';
import type { HistoryCursor, RangeCursor } from '../ledger/types.js';

/** Results of one answer to the chaincode, where no page was asked for. `chaincode.MaxResultLimit` of Fabric. */
const BATCH_SIZE = 100;
/** Most results of one query: `ledger.state.totalQueryLimit` of core.yaml. */
export const TOTAL_QUERY_LIMIT = 100_000;

/** A query whose results are handed to the chaincode batch by batch. */
export interface OpenQuery {
  readonly id: string;
  /** Bytes of the next result, null after the last. */
  readonly next: () => Promise<Uint8Array | null>;
  /** Where the next page starts; defined for queries with pages only, and closes them. */
  readonly bookmark: (() => Promise<string>) | null;
  readonly close: () => Promise<void>;
  readonly limit: number;
  /** Result read beyond the last batch. */
  pending: Uint8Array | null;
  count: number;
}

/** A query over a range, as `ledger.KV` results of `namespace`. `pageSize` null means no pages. */
export function rangeQuery(
  id: string,
  namespace: string,
  cursor: RangeCursor,
  pageSize: number | null,
): OpenQuery {
  const size = pageSize === null || pageSize <= 0 ? TOTAL_QUERY_LIMIT : pageSize;
  return {
    id,
    next: async () => {
      const entry = await cursor.next();
      if (entry === null) return null;
      return toBinary(ledger.KVSchema, create(ledger.KVSchema, { namespace, ...entry }));
    },
    bookmark: pageSize === null ? null : () => cursor.bookmarkAndClose(),
    close: () => cursor.close(),
    limit: Math.min(size, TOTAL_QUERY_LIMIT),
    pending: null,
    count: 0,
  };
}

/** A query over a key's history, as `ledger.KeyModification` results. */
export function historyQuery(id: string, cursor: HistoryCursor): OpenQuery {
  return {
    id,
    next: async () => {
      const change = await cursor.next();
      if (change === null) return null;
      const { txId, value, isDelete, timestamp } = change;
      const modification = create(ledger.KeyModificationSchema, {
        txId,
        value,
        isDelete,
        ...(timestamp && { timestamp: { seconds: timestamp.seconds, nanos: timestamp.nanos } }),
      });
      return toBinary(ledger.KeyModificationSchema, modification);
    },
    bookmark: null,
    close: () => cursor.close(),
    limit: TOTAL_QUERY_LIMIT,
    pending: null,
    count: 0,
  };
}

/** The answer to the chaincode, and whether more answers follow (else the query is closed). */
export interface Batch {
  readonly response: peer.QueryResponse;
  readonly open: boolean;
}

/**
 * Takes the next batch of `query`: up to 100 results, or the whole page if it has one. A batch says
 * `has_more` only when a further result exists, since the Node shim reads that one without looking
 * (core/chaincode/query_response_generator.go).
 */
export async function nextBatch(query: OpenQuery): Promise<Batch> {
  const results: Uint8Array[] = [];
  if (query.pending !== null) results.push(query.pending);
  query.pending = null;
  while (query.count < query.limit) {
    const result = await query.next();
    if (result === null) break;
    query.count += 1;
    if (query.bookmark === null && results.length === BATCH_SIZE) {
      query.pending = result;
      return { response: response(query.id, results, true), open: true };
    }
    results.push(result);
  }
  const last = response(query.id, results, false);
  if (query.bookmark !== null) {
    const metadata = create(peer.QueryResponseMetadataSchema, {
      fetchedRecordsCount: query.count,
      bookmark: await query.bookmark(),
    });
    last.metadata = toBinary(peer.QueryResponseMetadataSchema, metadata);
  } else {
    await query.close();
  }
  return { response: last, open: false };
}

function response(id: string, results: readonly Uint8Array[], hasMore: boolean): peer.QueryResponse {
  return create(peer.QueryResponseSchema, {
    id,
    hasMore,
    results: results.map((resultBytes) => ({ resultBytes })),
  });
}
