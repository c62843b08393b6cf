import { create } from '@bufbuild/protobuf';
import { decodeCheckingHeader, equalBytes, isCotraceError, VALID } from '@cotrace/core';
import { noteHeard } from '@cotrace/chaincode';
import { transactionsFilter } from '@cotrace/fabric-model';
import { readSealingTransaction, sealedBoth, sealersOf, type SealingTransaction } from '@cotrace/verifier';
import type { CheckedBlock } from '../../fabric/chain.js';
import { CycleMarksSchema, StoredSealSchema, type StoredSeal } from '../../gen/cotrace/store_pb.js';
import type { Log } from '../../node/log.js';
import type { StoreBatch } from '../../node/store.js';
import type { CheckingPlace } from './checking-rows.js';
import { differingFields, type Divergence } from './divergence.js';
import { isSamePart, recordedWrites } from './recorded-writes.js';
import { sealingConfig, type SealingParts } from './sealing-config.js';

/** What judging the channel `checking` needs. */
export interface CheckingLedgerParts extends SealingParts {
  /** Name of the channel. */
  readonly channel: string;
  /** How long an initiator is waited for, in milliseconds. */
  readonly t2Ms: number;
  readonly log: Log;
}

/**
 * What a master makes of the channel `checking`, block by block: which headers are recorded in its state, as its peer
 * validated it, and which are proven, by the rule of a seal (docs/formats.md, Seal), whatever the peer found of the
 * transaction. Everything is kept in the master's store; what comes before this master has computed the header waits there.
 */
export class CheckingLedger {
  readonly #parts: CheckingLedgerParts;
  #turn: Promise<unknown> = Promise.resolve();
  #recorded: bigint;
  #sealed: bigint;
  #recordedMs: number;
  #sealedMs: number;
  #heardMs: readonly number[] = [];
  #isNewerTaken = false;

  constructor(parts: CheckingLedgerParts, now: number) {
    this.#parts = parts;
    const { recorded, sealed } = this.#rows.marks();
    [this.#recorded, this.#sealed] = [recorded, sealed];
    [this.#recordedMs, this.#sealedMs] = [now, now];
    this.#advance(now);
  }

  /** The newest cycle up to which all are recorded, and since when by the own clock (Unix milliseconds). */
  get recorded(): { readonly checkNum: bigint; readonly sinceMs: number } {
    return { checkNum: this.#recorded, sinceMs: this.#recordedMs };
  }

  /** The newest cycle up to which all are proven, and since when by the own clock (Unix milliseconds). */
  get sealed(): { readonly checkNum: bigint; readonly sinceMs: number } {
    return { checkNum: this.#sealed, sinceMs: this.#sealedMs };
  }

  /** When blocks of the channel came in lately, by the own clock: see `noteHeard`. */
  get heardMs(): readonly number[] {
    return this.#heardMs;
  }

  /** Cycles above `recorded` that are recorded, up to `computed`. */
  recordedBeyond(computed: bigint): bigint[] {
    const beyond: bigint[] = [];
    for (let n = this.#recorded + 2n; n <= computed; n += 1n) if (this.#rows.isRecorded(n)) beyond.push(n);
    return beyond;
  }

  /** Cycles above `sealed` that are proven, up to `computed`. */
  sealedBeyond(computed: bigint): bigint[] {
    const beyond: bigint[] = [];
    for (let n = this.#sealed + 2n; n <= computed; n += 1n) if (this.#rows.seal(n) !== null) beyond.push(n);
    return beyond;
  }

  /** Takes in the next block of the channel, all of it or nothing. Throws `UNREADABLE_VALID_TRANSACTION`. */
  take({ block, checkpoint }: CheckedBlock, now: number): Promise<void> {
    return this.#inTurn(async () => {
      const codes = transactionsFilter(block);
      const writes: ((batch: StoreBatch) => void)[] = [];
      for (const [txNum, envelope] of block.envelopes.entries()) {
        const place = { blockNum: block.number, txNum };
        if (codes[txNum] === VALID)
          writes.push(...recordedWrites(envelope, place, this.#store, this.#sealed));
        writes.push(...(await this.#provenBy(envelope, place)));
      }
      await this.#store.amend((batch) => {
        for (const write of writes) write(batch);
        this.#rows.putCheckpoint(batch, checkpoint);
      });
      this.#rows.written(checkpoint);
      this.#heardMs = noteHeard(this.#heardMs, now, this.#parts.t2Ms);
      await this.#advanced(now);
    });
  }

  /** The oldest cycle that is not sealed here and that a quorum sealed otherwise, by what is stored; null where there is none. */
  async divergence(): Promise<Divergence | null> {
    const conflict = await this.#rows.oldestConflict(this.#sealed + 1n);
    if (conflict === null) return null;
    const { checkNum, seal } = conflict;
    const own = this.#store.cycles.ended(checkNum);
    const sealed = this.#sealing(seal.envelope)?.headers.find((header) => checkNumOf(header) === checkNum);
    if (own === null || sealed === undefined || this.#rows.seal(checkNum) !== null) return null;
    const fields = differingFields(own.header, sealed);
    if (fields.length === 0) return null;
    const recorded = await this.#rows.parts(checkNum);
    const parts = recorded.filter((part) => !own.parts.some((one) => isSamePart(one, part)));
    return { checkNum, fields, parts: parts.map(({ domain }) => domain) };
  }

  /**
   * Judges what has waited for headers that this master has computed by now, and again what was kept against a header that is
   * another one by now.
   */
  judge(now: number): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#isNewerTaken) await this.#takeNewer();
      this.#isNewerTaken = true;
      const computed = this.#computed;
      for (let n = this.#sealed + 1n; n <= computed; n += 1n) {
        const conflicts = await this.#rows.conflicts(n);
        const candidates = [...(await this.#rows.candidates(n)), ...conflicts];
        if (candidates.length === 0) continue;
        const writes: ((batch: StoreBatch) => void)[] = [];
        for (const { envelope, blockNum, txNum } of candidates) {
          const place = { blockNum, txNum };
          const sealing = this.#sealing(envelope);
          if (sealing !== null)
            writes.push(...(await this.#judged(sealing, envelope, place, (m) => m === n)));
        }
        await this.#rows.dropConflicts(n);
        await this.#store.amend((batch) => writes.forEach((write) => write(batch)));
        await this.#rows.dropCandidates(n);
      }
      await this.#advanced(now);
    });
  }

  get #store() {
    return this.#parts.ledger.store;
  }

  get #rows() {
    return this.#store.checking;
  }

  get #computed(): bigint {
    return this.#parts.ledger.chain?.count ?? 0n;
  }

  /** What a transaction, valid or not, proves; what cannot be judged yet is kept. */
  async #provenBy(envelope: Uint8Array, place: CheckingPlace): Promise<((batch: StoreBatch) => void)[]> {
    const sealing = this.#read(envelope);
    if (sealing === 'newer') return [(batch) => this.#rows.putNewer(batch, place, envelope)];
    if (sealing === null) return [];
    const computed = this.#computed;
    const later = sealing.headers.map(checkNumOf).filter((n) => n > computed);
    const writes = await this.#judged(sealing, envelope, place, (n) => n <= computed);
    if (later.length === 0) return writes;
    return [...writes, (batch) => this.#rows.putCandidate(batch, later, place, envelope)];
  }

  /**
   * What a transaction proves of the cycles that `isAsked` names, which this master has computed. Headers of another network,
   * whose channel may have this one's name and whose members the same keys, prove and contradict nothing here.
   */
  async #judged(
    sealing: SealingTransaction,
    envelope: Uint8Array,
    place: CheckingPlace,
    isAsked: (checkNum: bigint) => boolean,
  ): Promise<((batch: StoreBatch) => void)[]> {
    const writes: ((batch: StoreBatch) => void)[] = [];
    for (const header of sealing.headers) {
      const { checkNum, networkId } = decodeCheckingHeader(header);
      if (!isAsked(checkNum)) continue;
      const own = this.#store.cycles.header(checkNum);
      if (own === null) continue;
      if (!equalBytes(networkId, decodeCheckingHeader(own).networkId)) {
        this.#tellUnproven(sealing, checkNum, place, 'it is of another network');
        continue;
      }
      const isOwn = equalBytes(own, header);
      if (isOwn && this.#rows.seal(checkNum) !== null) continue;
      const seal = await this.#proven(sealing, checkNum, envelope, place);
      if (seal === null) continue;
      if (isOwn) writes.push((batch) => this.#rows.putSeal(batch, checkNum, seal));
      else {
        this.#parts.log.error(
          `a quorum sealed another header of cycle ${checkNum} than this master computed: ${seal.endorsers.join(', ')}`,
        );
        writes.push((batch) => this.#rows.putConflict(batch, checkNum, seal));
      }
      const known = isOwn ? await this.#rows.conflicts(checkNum) : [this.#rows.seal(checkNum)];
      for (const other of known) await this.#tellBoth(checkNum, sealing, other);
    }
    return writes;
  }

  /** A transaction that seals headers by its form; null for every other one. */
  #sealing(envelope: Uint8Array): SealingTransaction | null {
    const sealing = this.#read(envelope);
    return sealing === 'newer' ? null : sealing;
  }

  /** As `#sealing`; `newer` where it is made under rules that this version does not know: that says nothing against it. */
  #read(envelope: Uint8Array): SealingTransaction | 'newer' | null {
    try {
      return readSealingTransaction(envelope, this.#parts.channel);
    } catch (error) {
      if (!isCotraceError(error)) throw error;
      if (error.code !== 'RULES') return null;
      const what = 'a transaction of the checking channel is kept until a newer version can judge it';
      this.#parts.log.often('warn', 'seal RULES', what, error);
      return 'newer';
    }
  }

  /** Takes in what an older version kept because it did not know its rules. */
  async #takeNewer(): Promise<void> {
    for (const { envelope, ...place } of await this.#rows.newer()) {
      if (this.#read(envelope) === 'newer') continue;
      const writes = await this.#provenBy(envelope, place);
      await this.#store.amend((batch) => {
        for (const write of writes) write(batch);
        this.#rows.dropNewer(batch, place);
      });
    }
  }

  async #proven(
    sealing: SealingTransaction,
    checkNum: bigint,
    envelope: Uint8Array,
    place: CheckingPlace,
  ): Promise<StoredSeal | null> {
    try {
      const { creator, endorsers } = sealersOf(sealing, await sealingConfig(this.#parts, checkNum));
      const timeMs = sealing.time * 1000n;
      return create(StoredSealSchema, { envelope, ...place, timeMs, creator, endorsers: [...endorsers] });
    } catch (error) {
      if (!isCotraceError(error)) throw error;
      this.#tellUnproven(sealing, checkNum, place, error);
      return null;
    }
  }

  /** Names who submitted what looks like a seal and is none: the orderers took it from that member. */
  #tellUnproven(
    { creator }: SealingTransaction,
    checkNum: bigint,
    { blockNum, txNum }: CheckingPlace,
    why: unknown,
  ): void {
    const what = `transaction ${txNum} of ${creator} in block ${blockNum} of the checking channel does not prove cycle ${checkNum}`;
    this.#parts.log.often('warn', `unproven ${creator}`, what, why);
  }

  /** Names who endorsed two headers of one cycle; what shows it is kept. */
  async #tellBoth(checkNum: bigint, sealing: SealingTransaction, seal: StoredSeal | null): Promise<void> {
    const other = seal === null ? null : this.#sealing(seal.envelope);
    if (other === null) return;
    const both = sealedBoth(sealing, other, await sealingConfig(this.#parts, checkNum));
    if (both.length === 0) return;
    const what = `endorsed two headers of cycle ${checkNum}: ${both.join(', ')}`;
    this.#parts.log.often('error', `both ${checkNum}`, what);
  }

  async #advanced(now: number): Promise<void> {
    if (!this.#advance(now)) return;
    const marks = create(CycleMarksSchema, { recorded: this.#recorded, sealed: this.#sealed });
    await this.#store.amend((batch) => this.#rows.putMarks(batch, marks));
    await this.#rows.dropParts(this.#sealed);
  }

  /** Moves the marks over what the store has; returns whether they moved. */
  #advance(now: number): boolean {
    const [recorded, sealed] = [this.#recorded, this.#sealed];
    while (this.#rows.isRecorded(this.#recorded + 1n)) this.#recorded += 1n;
    while (this.#rows.seal(this.#sealed + 1n) !== null) this.#sealed += 1n;
    if (this.#recorded > recorded) this.#recordedMs = now;
    if (this.#sealed > sealed) this.#sealedMs = now;
    return this.#recorded > recorded || this.#sealed > sealed;
  }

  /** One after the other, in the order of the calls. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

function checkNumOf(header: Uint8Array): bigint {
  return decodeCheckingHeader(header).checkNum;
}
