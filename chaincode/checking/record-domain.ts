import { encodePartLeaf, equalBytes, HASH_LENGTH, isPartName, partKey } from '@cotrace/core';
import { Refusal } from '../refusal.js';
import {
  badArgument,
  bytesArg,
  cycleArg,
  requireArgs,
  textArg,
  type Call,
  type CheckingState,
  type StateEntry,
} from './call.js';
import type { OwnLedger } from './own-ledger.js';

/**
 * `recordDomain(n, domain, hpart)`: the checking transaction of one domain (seed 001, section 4.2.3). `n` in decimal digits,
 * `domain` as text, `hpart` 32 bytes. Endorsed for the cycle after the last recorded one and for those before it, so that
 * who seals in haste loses no part: whoever comes next fills in, and overwrites what is there and wrong. Throws
 * `BAD_ARGUMENT`, `NOT_MEMBER`, `NOT_NEXT`, `BEHIND`, `DIFFERS`, `RECORDED`.
 */
export async function recordDomain(call: Call, own: OwnLedger, state: CheckingState): Promise<StateEntry[]> {
  requireArgs(call, 3);
  const checkNum = cycleArg(call, 0, 'n');
  const domain = textArg(call, 1, 'domain');
  if (!isPartName(domain)) badArgument('domain', 'a domain, or _lifecycle');
  const hpart = bytesArg(call, 2, HASH_LENGTH, 'hpart');
  own.requireMember(call.mspId);
  const cycle = String(checkNum);
  if (!own.isRecorded(checkNum - 1n)) {
    throw new Refusal('NOT_NEXT', `cycle ${checkNum - 1n} is not recorded yet`, { cycle });
  }
  const part = own.cycle(checkNum).parts.find((one) => one.domain === domain) ?? null;
  if (part === null || !equalBytes(part.hpart, hpart)) {
    throw new Refusal('DIFFERS', `this master has another digest of ${domain} in cycle ${cycle}`, {
      cycle,
      domain,
    });
  }
  const key = partKey(checkNum, domain);
  const value = encodePartLeaf(part);
  const there = await state.get(key);
  if (there !== null && equalBytes(there, value)) {
    throw new Refusal('RECORDED', `the part of ${domain} in cycle ${cycle} is recorded`, { cycle, domain });
  }
  return [{ key, value }];
}
