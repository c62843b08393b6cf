import {
  CHECKING_HEADER_BYTES,
  decodeCheckingHeader,
  equalBytes,
  headerKey,
  readOrNull,
} from '@cotrace/core';
import { Refusal } from '../refusal.js';
import {
  badArgument,
  bytesArg,
  requireArgs,
  type Call,
  type CheckingState,
  type StateEntry,
} from './call.js';
import type { OwnLedger } from './own-ledger.js';

/** Most headers of one call. */
export const MAX_SEALED_HEADERS = 64;

/**
 * `sealCycle(header, …)`: 1 to 64 headers in order, 320 bytes each. Each is judged as if alone, so that sealing catches up
 * where cycles are faster than it. That header n−1 is there is looked up in what this organisation's master knows and never in the
 * state: a read of it would let anybody who seals it again make this transaction invalid.
 *
 * A header that is recorded already is endorsed again, the same bytes, only while no transaction is known that proves it:
 * an old root must not get a new time. One that is proven and not recorded is endorsed, or the next ones could never be.
 * Throws `BAD_ARGUMENT`, `NOT_MEMBER`, `CLOCK`, `BEHIND`, `DIFFERS`, `NOT_NEXT`, `SEALED`.
 */
export async function sealCycle(call: Call, own: OwnLedger, state: CheckingState): Promise<StateEntry[]> {
  requireArgs(call, 1, MAX_SEALED_HEADERS);
  const numbers = call.args.map((_, i) => checkNumOf(bytesArg(call, i, CHECKING_HEADER_BYTES, 'header')));
  const [first = 0n] = numbers;
  if (numbers.some((checkNum, i) => checkNum !== first + BigInt(i))) {
    badArgument('headers', 'those of cycles that follow each other');
  }
  own.requireMember(call.mspId);
  own.requireClock(call.proposedMs);
  if (!own.isRecorded(first - 1n) && !own.isSealed(first - 1n)) {
    throw new Refusal('NOT_NEXT', `header ${first - 1n} is neither recorded nor sealed`, {
      cycle: String(first),
    });
  }
  const writes: StateEntry[] = [];
  for (const [i, header] of call.args.entries()) {
    const checkNum = first + BigInt(i);
    await judge(header, checkNum, own, state);
    writes.push({ key: headerKey(checkNum), value: header });
  }
  return writes;
}

async function judge(
  header: Uint8Array,
  checkNum: bigint,
  own: OwnLedger,
  state: CheckingState,
): Promise<void> {
  const cycle = String(checkNum);
  if (!equalBytes(own.cycle(checkNum).header, header)) {
    throw new Refusal('DIFFERS', `this master computed another header ${cycle}`, { cycle });
  }
  const present = await state.get(headerKey(checkNum));
  if (present === null) return;
  if (!equalBytes(present, header)) {
    throw new Refusal('DIFFERS', `another header ${cycle} is recorded`, { cycle });
  }
  if (own.isSealed(checkNum)) throw new Refusal('SEALED', `header ${cycle} is sealed`, { cycle });
}

function checkNumOf(header: Uint8Array): bigint {
  const decoded = readOrNull(() => decodeCheckingHeader(header));
  return decoded?.checkNum ?? badArgument('header', 'a checking header');
}
