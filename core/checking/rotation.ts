import { compareBytes, utf8 } from '../bytes/bytes.js';

/** MSP ids in the order in which members take turns: by their bytes. */
function inTurn(members: readonly string[]): string[] {
  return [...members].sort((a, b) => compareBytes(utf8(a), utf8(b)));
}

/** MSP ids in the order in which members take turns, from `mspId` on; from the first where that is not a member. */
export function inTurnFrom(members: readonly string[], mspId: string): string[] {
  const order = inTurn(members);
  const at = Math.max(0, order.indexOf(mspId));
  return [...order.slice(at), ...order.slice(0, at)];
}

/**
 * The member that is to initiate cycle `checkNum` at an attempt, counted from 0 (seed 001, section 4.2.3): member
 * (n + k) mod size of those of the membership that seals it, sorted by the bytes of their MSP ids. `members` may come in any
 * order, at least one.
 */
export function expectedInitiator(members: readonly string[], checkNum: bigint, attempt: number): string {
  const sorted = inTurn(members);
  const at = (checkNum + BigInt(attempt)) % BigInt(sorted.length);
  const member = sorted[Number(at)];
  if (member === undefined) throw new RangeError('there is no member to expect');
  return member;
}

/**
 * The attempt that a clock is in, from 0: each lasts `t2Ms`. All in milliseconds. A clock that was set back behind the start
 * is in attempt 0.
 */
export function attemptAt(startedMs: number, nowMs: number, t2Ms: number): number {
  return Math.max(0, Math.floor((nowMs - startedMs) / t2Ms));
}
