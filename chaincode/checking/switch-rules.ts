import { FIRST_RULES, parseU64, readOrNull, readRulesValue, RULES, RULES_KEY, u16 } from '@cotrace/core';
import { Refusal } from '../refusal.js';
import { badArgument, requireArgs, textArg, type Call, type CheckingState, type StateEntry } from './call.js';
import type { OwnLedger } from './own-ledger.js';

/**
 * `switchRules(r)`, on main: rules `r`, in decimal digits, the next ones, are in force from the block after this transaction on
 * (docs/formats.md, Rules). Endorsed where this organisation's master knows them. Throws `BAD_ARGUMENT`, `NOT_MEMBER`,
 * `NOT_NEXT`, `UNKNOWN_RULES`.
 */
export async function switchRules(call: Call, own: OwnLedger, state: CheckingState): Promise<StateEntry[]> {
  requireArgs(call, 1);
  const rules = rulesArg(call);
  own.requireMember(call.mspId);
  const present = await state.get(RULES_KEY);
  const inForce = (present === null ? null : readRulesValue(present)) ?? FIRST_RULES;
  if (rules !== inForce + 1) {
    throw new Refusal('NOT_NEXT', `rules ${inForce} are in force; the next ones are ${inForce + 1}`, {
      inForce,
    });
  }
  if (rules > RULES) {
    throw new Refusal(
      'UNKNOWN_RULES',
      `this master knows rules ${FIRST_RULES} to ${RULES}: update it first`,
      {
        known: RULES,
      },
    );
  }
  return [{ key: RULES_KEY, value: u16(rules) }];
}

function rulesArg(call: Call): number {
  const text = textArg(call, 0, 'rules');
  const value = readOrNull(() => parseU64(text));
  if (value !== null && value >= 1n && value <= 0xffffn) return Number(value);
  return badArgument('rules', 'a number from 1 to 65535, in decimal digits');
}
