import { attemptAt, type PartLeaf } from '@cotrace/core';
import { Refusal } from '../refusal.js';

/** How far a proposal's time and the endorser's clock may be apart. The time of a seal is that of its proposal. */
const MAX_CLOCK_GAP_MS = 5 * 60_000;

/** A cycle as this organisation's master computed it. */
export interface OwnCycle {
  readonly checkNum: bigint;
  /** The bytes of its header. */
  readonly header: Uint8Array;
  /** By rising domains. */
  readonly parts: readonly PartLeaf[];
}

/** What this organisation's master knows, as plain data that can be posted to a thread. Times are in milliseconds. */
export interface OwnFacts {
  readonly networkId: Uint8Array;
  /** Every computed cycle from the newest sealed one on, and at least the 64 before it where still known. */
  readonly cycles: readonly OwnCycle[];
  /** Newest n with `header/<n>` in the state of `checking`, all before it too. */
  readonly recorded: bigint;
  /** Other n above that with `header/<n>` in the state. */
  readonly recordedBeyond: readonly bigint[];
  /** Newest n such that 1…n are each proven by a transaction. */
  readonly sealed: bigint;
  /** Proven ones above that. */
  readonly sealedBeyond: readonly bigint[];
  /** MSP ids of the membership that seals the oldest cycle that is not recorded. */
  readonly members: readonly string[];
  /** The oldest cycle that is due and not recorded, and since when by its own clock; null where there is none. */
  readonly clock: { readonly checkNum: bigint; readonly startedMs: number } | null;
  /** When orderers of `checking` were heard (a block or an answer), by its own clock: see `noteHeard`. */
  readonly heardMs: readonly number[];
  readonly t1Ms: number;
  readonly t2Ms: number;
}

/** What an endorser's answers go by: its master's facts and its own clock. Every answer is a look-up and a comparison. */
export class OwnLedger {
  readonly facts: OwnFacts;
  readonly #now: () => number;
  readonly #cycles: ReadonlyMap<bigint, OwnCycle>;

  /** `now`: Unix milliseconds of its own clock. */
  constructor(facts: OwnFacts, now: () => number) {
    this.facts = facts;
    this.#now = now;
    this.#cycles = new Map(facts.cycles.map((cycle) => [cycle.checkNum, cycle]));
  }

  /** A cycle. Throws `BEHIND` where it is not computed yet, or no longer known. */
  cycle(checkNum: bigint): OwnCycle {
    const cycle = this.#cycles.get(checkNum);
    if (cycle !== undefined) return cycle;
    throw new Refusal('BEHIND', `this master does not have cycle ${checkNum}`, { cycle: String(checkNum) });
  }

  /** Whether this master knows header n to be in the state of `checking`. */
  isRecorded(checkNum: bigint): boolean {
    return checkNum <= this.facts.recorded || this.facts.recordedBeyond.includes(checkNum);
  }

  /** Whether this master knows a transaction that proves header n. */
  isSealed(checkNum: bigint): boolean {
    return checkNum <= this.facts.sealed || this.facts.sealedBeyond.includes(checkNum);
  }

  /** Throws `NOT_MEMBER` for a caller that is of no member. */
  requireMember(mspId: string): void {
    if (this.facts.members.includes(mspId)) return;
    throw new Refusal('NOT_MEMBER', `${mspId} is of no member that seals the next cycle`, { mspId });
  }

  /** Throws `CLOCK` where a proposal's time is too far from its own clock. */
  requireClock(proposedMs: number): void {
    const gap = Math.abs(this.#now() - proposedMs);
    if (gap <= MAX_CLOCK_GAP_MS) return;
    throw new Refusal('CLOCK', "the proposal's time is more than five minutes from this endorser's clock");
  }

  /** The attempt that the oldest cycle that is not recorded is in, and since when; null where none is due. */
  turn(): { readonly checkNum: bigint; readonly attempt: number; readonly lastedMs: number } | null {
    const { clock, t2Ms } = this.facts;
    if (clock === null) return null;
    const now = this.#now();
    const attempt = attemptAt(clock.startedMs, now, t2Ms);
    return { checkNum: clock.checkNum, attempt, lastedMs: now - this.#startOf(clock.startedMs, attempt) };
  }

  /** Whether the orderers of `checking` were heard within an attempt of the cycle that `turn` is about. */
  heardWithin(attempt: number): boolean {
    const { clock, heardMs } = this.facts;
    if (clock === null) return false;
    const [from, to] = [attempt, attempt + 1].map((k) => this.#startOf(clock.startedMs, k));
    return heardMs.some((time) => time >= (from ?? 0) && time < (to ?? 0));
  }

  #startOf(startedMs: number, attempt: number): number {
    return startedMs + attempt * this.facts.t2Ms;
  }
}

/**
 * The times at which orderers were heard, with one more, the newest: those of the last two attempts, at most two for each
 * eighth of an attempt. An attempt in which one was heard keeps one. `times` rises; all in milliseconds of its own clock.
 */
export function noteHeard(times: readonly number[], nowMs: number, t2Ms: number): number[] {
  const kept = times.filter((time) => time > nowMs - 2 * t2Ms && time <= nowMs);
  const before = kept.at(-2) ?? null;
  return before !== null && nowMs - before < t2Ms / 8 ? [...kept.slice(0, -1), nowMs] : [...kept, nowMs];
}
