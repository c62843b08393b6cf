import {
  CHECKING_HEADER_BYTES,
  decodeCheckingHeader,
  equalBytes,
  headerKey,
  MAX_SEALED_HEADERS,
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

/**
 * `sealCycle(header, …)`: 1 to 64 headers in order, 320 bytes each. Each is judged as if alone, so that sealing catches up
 * where cycles are faster than it. That header n−1 is there is looked up in what this organisation's master knows and never in the
 * state: a read of it would let anybody who seals it again make this transaction invalid.
 *
 * Where a header is recorded already, this one is endorsed only while no transaction is known that proves it: an old root must
 * not get a new time. So a master that has not yet seen what recorded it refuses. One that is proven and not recorded is endorsed, or the next ones could never be. Another header that is
 * recorded, by fewer than a quorum or out of another network's transaction, is replaced, or the cycle could never be sealed.
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
  if (present !== null && own.isSealed(checkNum)) {
    throw new Refusal('SEALED', `header ${cycle} is sealed`, { cycle });
  }
  if (present !== null && equalBytes(present, header) && !own.isRecorded(checkNum)) {
    throw new Refusal('BEHIND', `this master has not yet seen what recorded header ${cycle}`, { cycle });
  }
}

function checkNumOf(header: Uint8Array): bigint {
  const decoded = readOrNull(() => decodeCheckingHeader(header));
  return decoded?.checkNum ?? badArgument('header', 'a checking header');
}
