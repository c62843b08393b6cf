import {
  encodeLateReport,
  expectedInitiator,
  headerKey,
  lateKey,
  latePrefix,
  MAX_LATE_ATTEMPT,
  readLateReport,
  type LateKind,
} from '@cotrace/core';
import { Refusal } from '../refusal.js';
import {
  badArgument,
  cycleArg,
  requireArgs,
  textArg,
  type Call,
  type CheckingState,
  type StateEntry,
} from './call.js';
import type { OwnLedger } from './own-ledger.js';

/**
 * `reportLate(n, k, kind, mspId)`: that the member whose turn attempt k of cycle n was, `mspId`, let it pass (seed 001,
 * section 4.2.3): for t1, `warning`, or for t2, `penalty`. Numbers are in decimal digits, k 0 to 9,999.
 *
 * An endorser judges by its own clock, and of its present attempt (`warning`) or the one before (`penalty`) alone, only
 * where it heard the orderers of `checking` within that attempt, and once for a cycle, member and kind: whoever could not
 * submit is not late. Throws `BAD_ARGUMENT`, `NOT_MEMBER`, `CLOCK`, `NOT_NEXT`, `TOO_EARLY`, `BEHIND`, `DIFFERS`, `RECORDED`.
 */
export async function reportLate(call: Call, own: OwnLedger, state: CheckingState): Promise<StateEntry[]> {
  requireArgs(call, 4);
  const checkNum = cycleArg(call, 0, 'n');
  const attempt = attemptArg(call);
  const kind = kindArg(call);
  const mspId = textArg(call, 3, 'mspId');
  const report = { checkNum, attempt, kind, mspId };
  own.requireMember(call.mspId);
  own.requireClock(call.proposedMs);
  requireOver(checkNum, attempt, kind, own);
  const cycle = String(checkNum);
  if (expectedInitiator(own.facts.members, checkNum, attempt) !== mspId) {
    throw new Refusal('DIFFERS', `attempt ${attempt} of cycle ${cycle} is not the turn of ${mspId}`, {
      cycle,
      attempt,
    });
  }
  if ((await state.get(headerKey(checkNum))) !== null) {
    throw new Refusal('NOT_NEXT', `cycle ${cycle} is recorded`, { cycle });
  }
  for (const { key, value } of await state.under(latePrefix(checkNum))) {
    const earlier = readLateReport(key, value);
    if (earlier?.kind === kind && earlier.mspId === mspId) {
      throw new Refusal('RECORDED', `a ${kind} of ${mspId} in cycle ${cycle} is recorded`, { cycle, mspId });
    }
  }
  return [{ key: lateKey(checkNum, attempt, kind), value: encodeLateReport(report) }];
}

/** Checks that the attempt is one to be reported now. */
function requireOver(checkNum: bigint, attempt: number, kind: LateKind, own: OwnLedger): void {
  const turn = own.turn();
  const detail = { cycle: String(checkNum), attempt };
  if (turn === null || checkNum > turn.checkNum) {
    throw new Refusal('TOO_EARLY', `nobody waits for cycle ${checkNum} here`, detail);
  }
  const reported = kind === 'warning' ? turn.attempt : turn.attempt - 1;
  if (checkNum < turn.checkNum || attempt < reported) {
    throw new Refusal('NOT_NEXT', `attempt ${attempt} of cycle ${checkNum} is long over`, detail);
  }
  const isOver = kind === 'penalty' || turn.lastedMs >= own.facts.t1Ms;
  if (attempt > reported || !isOver) {
    throw new Refusal(
      'TOO_EARLY',
      `the time for attempt ${attempt} of cycle ${checkNum} is not over`,
      detail,
    );
  }
  if (!own.heardWithin(attempt)) {
    throw new Refusal('BEHIND', `this master heard no orderer of checking in attempt ${attempt}`, detail);
  }
}

function attemptArg(call: Call): number {
  const text = textArg(call, 1, 'k');
  if (!/^(?:0|[1-9][0-9]{0,3})$/.test(text)) badArgument('k', `a number from 0 to ${MAX_LATE_ATTEMPT}`);
  return Number(text);
}

function kindArg(call: Call): LateKind {
  const text = textArg(call, 2, 'kind');
  return text === 'warning' || text === 'penalty' ? text : badArgument('kind', 'warning or penalty');
}
