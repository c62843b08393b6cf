import { anchorKey, checkingHeaderHash, equalBytes, HASH_LENGTH } from '@cotrace/core';
import { Refusal } from '../refusal.js';
import { bytesArg, cycleArg, requireArgs, type Call, type CheckingState, type StateEntry } from './call.js';
import type { OwnLedger } from './own-ledger.js';

/**
 * `anchor(m, hash)`, on main: writes the hash of header m, 32 bytes, onto the other chain (seed 001, section 5.3). `m` in
 * decimal digits. Endorsed where its own header m has that hash and is sealed, unless that is there: another hash is
 * overwritten. Throws `BAD_ARGUMENT`, `NOT_MEMBER`, `BEHIND`, `DIFFERS`, `TOO_EARLY`, `RECORDED`.
 */
export async function anchor(call: Call, own: OwnLedger, state: CheckingState): Promise<StateEntry[]> {
  requireArgs(call, 2);
  const checkNum = cycleArg(call, 0, 'm');
  const hash = bytesArg(call, 1, HASH_LENGTH, 'hash');
  own.requireMember(call.mspId);
  const cycle = String(checkNum);
  if (!equalBytes(checkingHeaderHash(own.cycle(checkNum).header), hash)) {
    throw new Refusal('DIFFERS', `this master's header ${cycle} has another hash`, { cycle });
  }
  if (!own.isSealed(checkNum)) throw new Refusal('TOO_EARLY', `header ${cycle} is not sealed yet`, { cycle });
  const key = anchorKey(checkNum);
  const there = await state.get(key);
  if (there !== null && equalBytes(there, hash)) {
    throw new Refusal('RECORDED', `header ${cycle} is anchored`, { cycle });
  }
  return [{ key, value: hash }];
}
