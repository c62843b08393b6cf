import {
  attemptAt,
  expectedInitiator,
  inTurnFrom,
  type LateKind,
  MAX_LATE_ATTEMPT,
  MAX_SEALED_HEADERS,
} from '@cotrace/core';
import type { LateRow } from './checking-rows.js';

/** How long the initiator of a cycle is waited for, in milliseconds: until it is warned, until the next one replaces it. */
export interface Patience {
  readonly t1Ms: number;
  readonly t2Ms: number;
}

/** The oldest cycle that is not both recorded and proven, as a master sees it. */
export interface DueCycle {
  readonly checkNum: bigint;
  /** Newest cycle that is to be sealed with it. */
  readonly newest: bigint;
  /** It is recorded by a transaction that does not prove it: the same is to be sealed again, and nobody is late. */
  readonly isRecorded: boolean;
  /** Since when it is due by the own clock, Unix milliseconds. */
  readonly startedMs: number;
  /** MSP ids of the membership that seals it. */
  readonly members: readonly string[];
  /** Who has been reported for it. */
  readonly late: readonly LateRow[];
}

/** The newest sealed cycle, where main has no anchor of it and should have one. */
export interface UnanchoredCycle {
  readonly checkNum: bigint;
  /** Since when it is sealed by the own clock, Unix milliseconds. */
  readonly sealedMs: number;
  /** MSP id of who initiated the seal. */
  readonly initiator: string;
  readonly members: readonly string[];
}

/** What a master's turn is decided by. */
export interface CheckingView {
  /** Own MSP id. */
  readonly own: string;
  readonly due: DueCycle | null;
  readonly unanchored: UnanchoredCycle | null;
}

/** What a master is to do on the checking channel, or on main. */
export type CheckingAction =
  | { readonly kind: 'seal'; readonly from: bigint; readonly to: bigint }
  | {
      readonly kind: 'report';
      readonly checkNum: bigint;
      readonly attempt: number;
      readonly late: LateKind;
      readonly mspId: string;
    }
  | { readonly kind: 'anchor'; readonly checkNum: bigint };

/** Most headers that one transaction of `checking` may have. */
export const MAX_HEADERS = BigInt(MAX_SEALED_HEADERS);

/**
 * What this master is to do now, what matters most first; nothing where it is not its turn (seed 001, section 4.2.3). Member
 * (n + k) mod size initiates cycle n at attempt k, which lasts t2; the next one warns it after t1, and reports it for a penalty
 * before it initiates itself. The seal's initiator anchors it, or after each t1 the next member.
 */
export function nextActions(
  { own, due, unanchored }: CheckingView,
  patience: Patience,
  nowMs: number,
): CheckingAction[] {
  const actions: CheckingAction[] = [];
  if (due !== null) actions.push(...actionsFor(due, own, patience, nowMs));
  if (unanchored !== null && anchorer(unanchored, patience, nowMs) === own) {
    actions.push({ kind: 'anchor', checkNum: unanchored.checkNum });
  }
  return actions;
}

/** Who is to initiate a cycle now. */
export function initiatorOf(
  { members, checkNum, startedMs }: DueCycle,
  { t2Ms }: Patience,
  nowMs: number,
): string {
  return expectedInitiator(members, checkNum, attemptAt(startedMs, nowMs, t2Ms));
}

function actionsFor(due: DueCycle, own: string, { t1Ms, t2Ms }: Patience, nowMs: number): CheckingAction[] {
  const { checkNum, newest, startedMs, members, late, isRecorded } = due;
  const attempt = attemptAt(startedMs, nowMs, t2Ms);
  const report = (of: number, kind: LateKind): CheckingAction[] => {
    const who = expectedInitiator(members, checkNum, of);
    const isKnown = late.some((row) => row.kind === kind && row.mspId === who);
    return isKnown || isRecorded || who === own || of > MAX_LATE_ATTEMPT
      ? []
      : [{ kind: 'report', checkNum, attempt: of, late: kind, mspId: who }];
  };
  if (expectedInitiator(members, checkNum, attempt) === own) {
    const most = checkNum + MAX_HEADERS - 1n;
    const seal: CheckingAction = { kind: 'seal', from: checkNum, to: newest < most ? newest : most };
    return attempt === 0 ? [seal] : [...report(attempt - 1, 'penalty'), seal];
  }
  const isNext = expectedInitiator(members, checkNum, attempt + 1) === own;
  const isSlow = nowMs - startedMs - attempt * t2Ms >= t1Ms;
  return isNext && isSlow ? report(attempt, 'warning') : [];
}

function anchorer(
  { sealedMs, initiator, members }: UnanchoredCycle,
  { t1Ms }: Patience,
  nowMs: number,
): string | null {
  const order = inTurnFrom(members, initiator);
  return order[attemptAt(sealedMs, nowMs, t1Ms) % order.length] ?? null;
}
