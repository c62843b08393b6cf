import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { decodePartLeaf, encodePartLeaf, fromUtf8, utf8, type LateKind, type PartLeaf } from '@cotrace/core';
import type { Checkpoint } from '../../fabric/chain.js';
import { StoredCheckpoint } from '../../fabric/checkpoint.js';
import {
  CycleMarksSchema,
  StoredSealSchema,
  type CycleMarks,
  type StoredSeal,
} from '../../gen/cotrace/store_pb.js';
import { endOfPrefix, ordered, read, type Store, type StoreBatch } from '../../node/store.js';

const CHECKING = 'checking/';
const MARKS = 'checking-marks';
const RECORDED = 'recorded/';
const SEAL = 'seal/';
const CONFLICT = 'conflict/';
const CANDIDATE = 'candidate/';
const ENVELOPE = 'candidate-envelope/';
const LATE = 'late/';
const PART = 'recorded-part/';
const NEWER = 'newer-seal/';

/** A transaction of `checking`, by its place. */
export interface CheckingPlace {
  readonly blockNum: bigint;
  readonly txNum: number;
}

/** That a member was reported for its turn in a cycle. */
export interface LateRow {
  readonly attempt: number;
  readonly kind: LateKind;
  readonly mspId: string;
}

const placeKey = ({ blockNum, txNum }: CheckingPlace) => `${ordered(blockNum)}/${ordered(BigInt(txNum))}`;

/** What `placeKey` was made of. */
function placeOf(key: string): CheckingPlace {
  const [blockNum = '', txNum = ''] = key.split('/');
  return { blockNum: BigInt(`0x${blockNum}`), txNum: Number(`0x${txNum}`) };
}

/**
 * What a master's store holds of the channel `checking`: how far it was followed, which headers are recorded in its state,
 * which are proven and by what, and transactions that may prove headers that this master has not computed yet.
 */
export class CheckingRows {
  readonly #store: Store;
  readonly #checkpoint: StoredCheckpoint;

  constructor(store: Store) {
    this.#store = store;
    this.#checkpoint = new StoredCheckpoint(store, CHECKING);
  }

  /** The last block of `checking` that was taken in, or null before the first. */
  checkpoint(): Checkpoint | null {
    return this.#checkpoint.get();
  }

  putCheckpoint(batch: StoreBatch, checkpoint: Checkpoint): void {
    this.#checkpoint.put(batch, checkpoint);
  }

  /** To be called once the batch with this checkpoint is on disk. */
  written(checkpoint: Checkpoint): void {
    this.#checkpoint.written(checkpoint);
  }

  marks(): CycleMarks {
    const row = read(this.#store, MARKS);
    return row === null ? create(CycleMarksSchema, {}) : fromBinary(CycleMarksSchema, row);
  }

  putMarks(batch: StoreBatch, marks: CycleMarks): void {
    batch.put(MARKS, toBinary(CycleMarksSchema, marks));
  }

  /** Whether the state of `checking` has a header of cycle `checkNum`. */
  isRecorded(checkNum: bigint): boolean {
    return read(this.#store, RECORDED + ordered(checkNum)) !== null;
  }

  putRecorded(batch: StoreBatch, checkNum: bigint): void {
    batch.put(RECORDED + ordered(checkNum), NOTHING);
  }

  /** What proves the own header of cycle `checkNum`, or null. */
  seal(checkNum: bigint): StoredSeal | null {
    const row = read(this.#store, SEAL + ordered(checkNum));
    return row === null ? null : fromBinary(StoredSealSchema, row);
  }

  putSeal(batch: StoreBatch, checkNum: bigint, seal: StoredSeal): void {
    batch.put(SEAL + ordered(checkNum), toBinary(StoredSealSchema, seal));
  }

  /** Keeps what proves another header than the own one: a quorum's word against this master's, and evidence for whoever judges. */
  putConflict(batch: StoreBatch, checkNum: bigint, seal: StoredSeal): void {
    batch.put(`${CONFLICT}${ordered(checkNum)}/${placeKey(seal)}`, toBinary(StoredSealSchema, seal));
  }

  /** What proves other headers of cycle `checkNum` than the own one. */
  async conflicts(checkNum: bigint): Promise<StoredSeal[]> {
    const prefix = `${CONFLICT}${ordered(checkNum)}/`;
    const rows = await this.#store.values({ gte: prefix, lt: endOfPrefix(prefix) }).all();
    return rows.map((row) => fromBinary(StoredSealSchema, row));
  }

  /** The oldest cycle from `from` on of which there is proof of another header than the own one, with the first such proof. */
  async oldestConflict(
    from: bigint,
  ): Promise<{ readonly checkNum: bigint; readonly seal: StoredSeal } | null> {
    const range = { gte: CONFLICT + ordered(from), lt: endOfPrefix(CONFLICT), limit: 1 };
    const [first] = await this.#store.iterator(range).all();
    if (first === undefined) return null;
    const [key, row] = first;
    const [digits = ''] = key.slice(CONFLICT.length).split('/');
    return { checkNum: BigInt(`0x${digits}`), seal: fromBinary(StoredSealSchema, row) };
  }

  /** Keeps a part that the state of `checking` has of cycle `checkNum` and that is not known to be the own one. */
  putPart(batch: StoreBatch, checkNum: bigint, part: PartLeaf): void {
    batch.put(`${PART}${ordered(checkNum)}/${part.domain}`, encodePartLeaf(part));
  }

  /** The parts of cycle `checkNum` that are kept, by their domains. */
  async parts(checkNum: bigint): Promise<PartLeaf[]> {
    const prefix = `${PART}${ordered(checkNum)}/`;
    const rows = await this.#store.values({ gte: prefix, lt: endOfPrefix(prefix) }).all();
    return rows.map(decodePartLeaf);
  }

  /** Lets the parts of cycles up to `checkNum` go. */
  async dropParts(checkNum: bigint): Promise<void> {
    await this.#store.clear({ gte: PART, lt: PART + ordered(checkNum + 1n) });
  }

  /** Lets what is kept against the own header of cycle `checkNum` go. */
  async dropConflicts(checkNum: bigint): Promise<void> {
    const prefix = `${CONFLICT}${ordered(checkNum)}/`;
    await this.#store.clear({ gte: prefix, lt: endOfPrefix(prefix) });
  }

  /** Keeps a transaction that may prove headers of cycles that this master has not ended. */
  putCandidate(
    batch: StoreBatch,
    checkNums: readonly bigint[],
    place: CheckingPlace,
    envelope: Uint8Array,
  ): void {
    batch.put(ENVELOPE + placeKey(place), envelope);
    for (const checkNum of checkNums) {
      batch.put(`${CANDIDATE}${ordered(checkNum)}/${placeKey(place)}`, NOTHING);
    }
  }

  /** Transactions that may prove header `checkNum`, in their order. */
  async candidates(checkNum: bigint): Promise<(CheckingPlace & { readonly envelope: Uint8Array })[]> {
    const prefix = `${CANDIDATE}${ordered(checkNum)}/`;
    const keys = await this.#store.keys({ gte: prefix, lt: endOfPrefix(prefix) }).all();
    return keys.flatMap((key) => {
      const place = key.slice(prefix.length);
      const envelope = read(this.#store, ENVELOPE + place);
      return envelope === null ? [] : [{ ...placeOf(place), envelope }];
    });
  }

  /** Keeps a transaction with headers under rules that this version does not know. */
  putNewer(batch: StoreBatch, place: CheckingPlace, envelope: Uint8Array): void {
    batch.put(NEWER + placeKey(place), envelope);
  }

  dropNewer(batch: StoreBatch, place: CheckingPlace): void {
    batch.del(NEWER + placeKey(place));
  }

  /** What `putNewer` kept, in its order. */
  async newer(): Promise<(CheckingPlace & { readonly envelope: Uint8Array })[]> {
    const rows = await this.#store.iterator({ gte: NEWER, lt: endOfPrefix(NEWER) }).all();
    return rows.map(([key, envelope]) => ({ ...placeOf(key.slice(NEWER.length)), envelope }));
  }

  /** Lets the candidates for header `checkNum` go; envelopes stay while later cycles may need them. */
  async dropCandidates(checkNum: bigint): Promise<void> {
    const prefix = `${CANDIDATE}${ordered(checkNum)}/`;
    await this.#store.clear({ gte: prefix, lt: endOfPrefix(prefix) });
    const [left] = await this.#store.keys({ gte: CANDIDATE, lt: endOfPrefix(CANDIDATE), limit: 1 }).all();
    if (left === undefined) await this.#store.clear({ gte: ENVELOPE, lt: endOfPrefix(ENVELOPE) });
  }

  putLate(batch: StoreBatch, checkNum: bigint, { attempt, kind, mspId }: LateRow): void {
    batch.put(`${LATE}${ordered(checkNum)}/${ordered(BigInt(attempt))}/${kind}`, utf8(mspId));
  }

  /** The reports about a cycle, by attempt. */
  async late(checkNum: bigint): Promise<LateRow[]> {
    const prefix = `${LATE}${ordered(checkNum)}/`;
    const rows = await this.#store.iterator({ gte: prefix, lt: endOfPrefix(prefix) }).all();
    return rows.map(([key, mspId]) => {
      const [attempt = '', kind] = key.slice(prefix.length).split('/');
      return {
        attempt: Number(`0x${attempt}`),
        kind: kind === 'penalty' ? 'penalty' : 'warning',
        mspId: fromUtf8(mspId),
      };
    });
  }
}

const NOTHING = new Uint8Array();
