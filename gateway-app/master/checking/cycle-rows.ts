import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { CotraceError, decodePartLeaf, Reader, u64, type ChainState, type PartLeaf } from '@cotrace/core';
import {
  HistoryPeaksSchema,
  OpenCycleSchema,
  StoredCycleSchema,
  type OpenCycle,
  type StoredCycle,
} from '../../gen/cotrace/store_pb.js';
import { endOfPrefix, ordered, read, type Store, type StoreBatch } from '../../node/store.js';

const CYCLE = 'cycle/';
const OPEN = 'open-cycle';
const ANCHORED = 'anchored/';
const PEAKS = 'history-peaks';

/** A cycle that ended, as its master computed it. */
export interface EndedCycle {
  readonly checkNum: bigint;
  readonly header: Uint8Array;
  readonly parts: readonly PartLeaf[];
  /** Whether it holds transactions besides anchors. */
  readonly busy: boolean;
  /** When the master had its last block, Unix milliseconds. */
  readonly dueMs: number;
}

/** What a master's store holds of checking cycles: those that ended, and what is known of the running one. */
export class CycleRows {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The running cycle; null before main's first block. */
  open(): OpenCycle | null {
    const row = read(this.#store, OPEN);
    return row === null ? null : fromBinary(OpenCycleSchema, row);
  }

  putOpen(batch: StoreBatch, open: OpenCycle): void {
    batch.put(OPEN, toBinary(OpenCycleSchema, open));
  }

  putEnded(batch: StoreBatch, row: StoredCycle, checkNum: bigint, peaks: readonly Uint8Array[]): void {
    batch.put(CYCLE + ordered(checkNum), toBinary(StoredCycleSchema, row));
    batch.put(PEAKS, toBinary(HistoryPeaksSchema, create(HistoryPeaksSchema, { peaks: [...peaks] })));
  }

  /** Cycle `checkNum`; null where the master has not ended it. */
  ended(checkNum: bigint): EndedCycle | null {
    const row = this.#row(checkNum);
    if (row === null) return null;
    const { header, parts, busy, dueMs } = row;
    return { checkNum, header, parts: parts.map(decodePartLeaf), busy, dueMs: Number(dueMs) };
  }

  /** As `ended`. Throws `NOT_FOUND` where it has not ended. */
  need(checkNum: bigint): EndedCycle {
    const cycle = this.ended(checkNum);
    if (cycle !== null) return cycle;
    throw new CotraceError('NOT_FOUND', `this master has not reached the end of cycle ${checkNum}`, {
      checkNum,
    });
  }

  /** The header of cycle `checkNum`; null where the master has not ended it. */
  header(checkNum: bigint): Uint8Array | null {
    return this.#row(checkNum)?.header ?? null;
  }

  /** What `HeaderChain.resume` continues with after header `checkNum`, the newest. Throws `NOT_FOUND`. */
  chain(checkNum: bigint): ChainState {
    const peaks = read(this.#store, PEAKS);
    const { header } = this.need(checkNum);
    return { header, peaks: peaks === null ? [] : fromBinary(HistoryPeaksSchema, peaks).peaks };
  }

  putAnchored(batch: StoreBatch, checkNum: bigint, blockNum: bigint): void {
    batch.put(ANCHORED + ordered(checkNum), u64(blockNum));
  }

  /** The first block of main with an anchor of header `checkNum`; null where there is none. */
  anchorBlock(checkNum: bigint): bigint | null {
    const row = read(this.#store, ANCHORED + ordered(checkNum));
    return row === null ? null : new Reader(row, 'an anchor').u64();
  }

  /** Removes what is known of anchors, which is found again in main's blocks. */
  async clearAnchors(): Promise<void> {
    await this.#store.clear({ gte: ANCHORED, lt: endOfPrefix(ANCHORED) });
  }

  #row(checkNum: bigint): StoredCycle | null {
    const row = read(this.#store, CYCLE + ordered(checkNum));
    return row === null ? null : fromBinary(StoredCycleSchema, row);
  }
}
