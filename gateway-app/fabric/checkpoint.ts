import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { CotraceError, equalBytes } from '@cotrace/core';
import type { Checkpoint } from './chain.js';
import { CheckpointSchema, type Checkpoint as CheckpointRow } from '../gen/cotrace/store_pb.js';
import { read, type Store, type StoreBatch } from '../node/store.js';

const CHECKPOINT = 'checkpoint';
const CONFIG = 'config';

/** The checkpoint of a follower in its store; the configuration, some tens of kilobytes, is written when it changes. */
export class StoredCheckpoint {
  readonly #store: Store;
  readonly #prefix: string;
  #config: Uint8Array | null;

  /** `prefix`: of the keys of its rows, where the store has several. */
  constructor(store: Store, prefix = '') {
    this.#store = store;
    this.#prefix = prefix;
    this.#config = read(store, prefix + CONFIG);
  }

  /** The checkpoint, or null before the first block. Throws `STORE_FAILED` where half of it is missing. */
  get(): Checkpoint | null {
    const row = read(this.#store, this.#prefix + CHECKPOINT);
    if (row === null) return null;
    // Not what was remembered: a batch whose write failed may be there all the same.
    this.#config = read(this.#store, this.#prefix + CONFIG);
    if (this.#config === null) {
      throw new CotraceError(
        'STORE_FAILED',
        'the store has a checkpoint and no configuration; restore or remove it',
      );
    }
    const { number, headerHash } = decodeCheckpoint(row);
    return { number, headerHash, configBlock: this.#config };
  }

  /** Adds a checkpoint to the batch that writes its block; returns whether its configuration is another than before. */
  put(batch: StoreBatch, { number, headerHash, configBlock }: Checkpoint): boolean {
    const row = create(CheckpointSchema, { number, headerHash });
    batch.put(this.#prefix + CHECKPOINT, toBinary(CheckpointSchema, row));
    if (this.#config !== null && equalBytes(this.#config, configBlock)) return false;
    batch.put(this.#prefix + CONFIG, configBlock);
    return true;
  }

  /** To be called once the batch with this checkpoint is on disk. */
  written({ configBlock }: Checkpoint): void {
    this.#config = configBlock;
  }
}

/** Number of blocks that a store has passed, of one moment. */
export function heightIn(store: Store, snapshot: ReturnType<Store['snapshot']>): bigint {
  const bytes = store.getSync(CHECKPOINT, { snapshot });
  return bytes === undefined ? 0n : decodeCheckpoint(bytes).number + 1n;
}

function decodeCheckpoint(bytes: Uint8Array): CheckpointRow {
  return fromBinary(CheckpointSchema, bytes);
}
