import { create } from '@bufbuild/protobuf';
import { ledger, RangeQueryResultsHelper, readMessage } from '@cotrace/fabric-model';
import type { StateEntry, StoreView } from './store.js';
import type { KeyValue, RangeCursor } from './types.js';

/** What a range query is asked for; `limit` 0 means all of it. */
export interface RangeQuery {
  readonly namespace: string;
  readonly start: string;
  readonly end: string;
  readonly limit: number;
}

/**
 * Reads a range and remembers for the read-write set how far: up to the last key given, or to the end
 * once the caller was told that nothing follows. Source: Fabric resultsItr in
 * core/ledger/kvledger/txmgmt/txmgr/query_executor.go and kvScanner in statedb/stateleveldb.
 */
export class RecordingCursor implements RangeCursor {
  readonly namespace: string;
  readonly #query: RangeQuery;
  readonly #entries: AsyncGenerator<StateEntry, undefined>;
  readonly #results = new RangeQueryResultsHelper();
  readonly #info: ledger.RangeQueryInfo;
  #given = 0;

  constructor(view: StoreView, query: RangeQuery) {
    this.namespace = query.namespace;
    this.#query = query;
    this.#entries = view.range(query.namespace, query.start, query.end);
    this.#info = create(ledger.RangeQueryInfoSchema, { startKey: query.start });
  }

  async next(): Promise<KeyValue | null> {
    const entry = await this.#nextEntry();
    if (entry === null) {
      this.#info.itrExhausted = true;
      this.#info.endKey = this.#query.end;
      return null;
    }
    this.#given += 1;
    this.#results.add(entry);
    this.#info.endKey = entry.key;
    return { key: entry.key, value: entry.value };
  }

  async bookmarkAndClose(): Promise<string> {
    const following = await this.#entries.next();
    await this.close();
    return following.done === true ? '' : following.value.key;
  }

  async close(): Promise<void> {
    await this.#entries.return(undefined);
  }

  /** What the read-write set says about this query. */
  info(): ledger.RangeQueryInfo {
    const { reads, summary } = this.#results.done();
    if (summary !== null) {
      const value = create(ledger.QueryReadsMerkleSummarySchema, {
        ...summary,
        maxLevelHashes: [...summary.maxLevelHashes],
      });
      this.#info.readsInfo = { case: 'readsMerkleHashes', value };
    } else if (reads.length > 0) {
      const value = create(ledger.QueryReadsSchema, { kvReads: reads.map(readMessage) });
      this.#info.readsInfo = { case: 'rawReads', value };
    }
    return this.#info;
  }

  async #nextEntry(): Promise<StateEntry | null> {
    const { limit } = this.#query;
    if (limit > 0 && this.#given >= limit) return null;
    const step = await this.#entries.next();
    return step.value ?? null;
  }
}
