import { CotraceError } from '@cotrace/core';
import {
  decode,
  definitionKeys,
  implicitCollectionOf,
  ledger,
  LIFECYCLE_NAMESPACE,
  type Version,
} from '@cotrace/fabric-model';
import { RecordingCursor } from './range-cursor.js';
import { RwsetBuilder } from './rwset-builder.js';
import { SimulatedCollections } from './simulated-collections.js';
import type { VersionedValue } from './records.js';
import type { StoreView } from './store.js';
import type {
  HistoryCursor,
  KeyChange,
  PageRequest,
  PrivateCollections,
  RangeCursor,
  Simulator,
} from './types.js';

/** What a simulator works on. */
export interface SimulatorSource {
  readonly txId: string;
  readonly channelId: string;
  readonly height: bigint;
  /** Snapshot that the simulator closes in the end. */
  readonly view: StoreView;
  /** The write of a key by a committed valid transaction. */
  readonly changeAt: (namespace: string, key: string, place: Version) => Promise<KeyChange>;
}

const NOTHING = new Uint8Array();

function refusal(message: string, detail: Readonly<Record<string, unknown>> = {}): CotraceError {
  return new CotraceError('SIMULATION_REFUSED', message, detail);
}

/** Source: Fabric core/ledger/kvledger/txmgmt/txmgr/{tx_simulator,query_executor}.go. */
export class SnapshotSimulator implements Simulator {
  readonly txId: string;
  readonly height: bigint;
  readonly collections: PrivateCollections;
  readonly #source: SimulatorSource;
  readonly #rwset = new RwsetBuilder();
  readonly #ranges: RecordingCursor[] = [];
  readonly #histories = new Set<HistoryCursor>();
  #wrote = false;
  #paged = false;
  #finished = false;
  #closed = false;

  constructor(source: SimulatorSource) {
    this.txId = source.txId;
    this.height = source.height;
    this.#source = source;
    this.collections = new SimulatedCollections(source.view, this.#rwset, {
      beforeRead: () => this.#checkOpen(),
      beforeWrite: () => this.#beforeWrite(),
    });
  }

  get(namespace: string, key: string): Uint8Array | null {
    return this.#read(namespace, key)?.value ?? null;
  }

  put(namespace: string, key: string, value: Uint8Array): void {
    this.#beforeWrite();
    this.#rwset.addWrite(namespace, key, value);
  }

  del(namespace: string, key: string): void {
    this.put(namespace, key, NOTHING);
  }

  getMetadata(namespace: string, key: string): ReadonlyMap<string, Uint8Array> {
    const { entries } = decode(ledger.KVMetadataWriteSchema, this.#read(namespace, key)?.metadata ?? NOTHING);
    return new Map(entries.map(({ name, value }) => [name, value]));
  }

  putMetadata(namespace: string, key: string, entries: ReadonlyMap<string, Uint8Array>): void {
    this.#beforeWrite();
    this.#rwset.addMetadataWrite(namespace, key, entries);
  }

  range(namespace: string, start: string, end: string, page?: PageRequest): RangeCursor {
    const asPage = page !== undefined && (page.size !== 0 || page.bookmark !== '');
    if (asPage) this.#beforePage();
    this.#checkOpen();
    const cursor = new RecordingCursor(this.#source.view, {
      namespace,
      start: asPage && page.bookmark !== '' ? page.bookmark : start,
      end,
      limit: asPage ? page.size : 0,
    });
    this.#ranges.push(cursor);
    return cursor;
  }

  history(namespace: string, key: string): HistoryCursor {
    this.#checkOpen();
    const places = this.#source.view.history(namespace, key);
    const cursor: HistoryCursor = {
      next: async () => {
        const step = await places.next();
        return step.done === true ? null : this.#source.changeAt(namespace, key, step.value);
      },
      close: async () => {
        await places.return(undefined);
        this.#histories.delete(cursor);
      },
    };
    this.#histories.add(cursor);
    return cursor;
  }

  query(namespace: string, query: string, page?: PageRequest): never {
    const asPage = page !== undefined && (page.size !== 0 || page.bookmark !== '');
    if (asPage) this.#beforePage();
    const call = asPage ? 'ExecuteQueryWithMetadata' : 'ExecuteQuery';
    throw refusal(`${call} not supported for leveldb`, { namespace, query });
  }

  privateData(namespace: string, collection: string): never {
    this.#lookUpCollections(namespace);
    this.#refuseImplicit(namespace, collection);
    throw refusal(`collection ${this.#source.channelId}/${namespace}/${collection} could not be found`, {
      namespace,
      collection,
    });
  }

  privateDataHash(namespace: string, collection: string): never {
    this.#lookUpCollections(namespace);
    this.#refuseImplicit(namespace, collection);
    // core/ledger/ledger_interface.go, CollConfigNotDefinedError
    throw refusal(
      `collection [${collection}] not defined in the collection config for chaincode [${namespace}]`,
      { namespace, collection },
    );
  }

  /** Every organisation of the channel has a collection that no definition names: Fabric would take it. */
  #refuseImplicit(namespace: string, collection: string): void {
    if (implicitCollectionOf(collection) === null) return;
    throw refusal(`private data is not emulated: collection ${collection} of ${namespace}`, {
      namespace,
      collection,
    });
  }

  /** Fabric looks the collections up in the definition, through the simulation (txmgr/collection_val.go). */
  #lookUpCollections(namespace: string): void {
    for (const key of definitionKeys(namespace)) this.get(LIFECYCLE_NAMESPACE, key);
  }

  results(): Uint8Array {
    if (this.#finished) {
      throw refusal('this function should only be called once on a transaction simulator instance');
    }
    this.#finished = true;
    for (const range of this.#ranges) this.#rwset.addRangeQuery(range.namespace, range.info());
    return this.#rwset.bytes();
  }

  privateResults(): Uint8Array | null {
    return this.#rwset.privateBytes();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const cursors = [...this.#ranges, ...this.#histories];
    await Promise.all(cursors.map((cursor) => cursor.close()));
    await this.#source.view.close();
  }

  #read(namespace: string, key: string): VersionedValue | null {
    this.#checkOpen();
    const found = this.#source.view.get(namespace, key);
    this.#rwset.addRead(namespace, key, found?.version ?? null);
    return found;
  }

  #checkOpen(): void {
    if (this.#closed) throw refusal('this instance should not be used after calling Done()');
  }

  #beforeWrite(): void {
    this.#checkOpen();
    if (this.#paged) {
      throw refusal(
        `txid [${this.txId}]: unsuppored transaction. Transaction has already performed a paginated query. Writes are not allowed`,
      );
    }
    this.#wrote = true;
  }

  #beforePage(): void {
    if (this.#wrote) {
      throw refusal(
        `txid [${this.txId}]: unsuppored transaction. Paginated queries are supported only in a read-only transaction`,
      );
    }
    this.#paged = true;
  }
}
