import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { blockFileEntry, type Block } from '@cotrace/fabric-model';
import { openDatabase, type Store } from '../stores.js';

/** Fabric, core/ledger/kvledger/kv_ledger_provider.go: the next block goes into the next file where this one would get larger. */
const FILE_BYTES = 64 << 20;
/** Fabric, core/ledger/pvtdatastorage/kv_encoding.go: the row of the last block whose private data is there. */
const LAST_PRIVATE = '\u0001';
const DATA = 'd';

/** Bytes of a peer's ledger folder, and what they are of. */
export interface PeerBytes {
  readonly whole: number;
  readonly blocks: number;
  /** Of the blocks, by number, hash and transaction. */
  readonly index: number;
  readonly state: number;
  readonly history: number;
}

/** The ledger folder of a peer (Fabric, core/ledger/kvledger/ledger_filepath.go), which does not run. */
export class PeerFiles {
  readonly #folder: string;
  readonly #channel: string;
  #file: FileHandle | null = null;
  #files = 0;
  #size = 0;

  /** `folder`: `ledgersData` of a peer that has joined `channel`. */
  constructor(folder: string, channel: string) {
    this.#folder = folder;
    this.#channel = channel;
  }

  /** Writes the next block, from the genesis block on, in place of what the peer has. */
  async write(block: Block): Promise<void> {
    const entry = blockFileEntry(block);
    if (this.#file === null || this.#size + entry.length > FILE_BYTES) {
      await this.#file?.close();
      mkdirSync(this.#chain, { recursive: true });
      const name = `blockfile_${String(this.#files++).padStart(6, '0')}`;
      this.#file = await open(join(this.#chain, name), 'w');
      this.#size = 0;
    }
    await this.#file.write(entry);
    this.#size += entry.length;
  }

  /**
   * Makes the peer take in, when it starts, what was written up to block `last`: its index is built again of the block files, and
   * state and history of the blocks that they do not have. There is no private data, which its store has to be told.
   */
  async offer(last: bigint): Promise<void> {
    await this.#file?.sync();
    rmSync(join(this.#folder, 'chains', 'index'), { recursive: true, force: true });
    const store = await openDatabase(join(this.#folder, 'pvtdataStore'));
    await store.put(`${this.#channel}\0${LAST_PRIVATE}`, varint(last));
    await store.close();
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }

  bytes(): PeerBytes {
    const of = (...parts: string[]) => folderBytes(join(this.#folder, ...parts));
    return {
      whole: of(),
      blocks: folderBytes(this.#chain),
      index: of('chains', 'index'),
      state: of('stateLeveldb'),
      history: of('historyLeveldb'),
    };
  }

  /** The peer's state, to be closed; `stateKey` says where a key is. */
  async state(): Promise<Store> {
    return openDatabase(join(this.#folder, 'stateLeveldb'));
  }

  stateKey(namespace: string, key: string): string {
    return `${this.#channel}\0${DATA}${namespace}\0${key}`;
  }

  get #chain(): string {
    return join(this.#folder, 'chains', 'chains', this.#channel);
  }
}

function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return Uint8Array.from([...bytes, Number(left)]);
}
