import { CotraceError } from '../errors.js';
import { RULES } from './rules.js';

/** The rules in force from block 0 on. */
export const FIRST_RULES = 1;

/** Throws `RULES` where `what`, such as `the attestation`, is made under rules that this version does not know. */
export function requireRules(rules: number, what: string): void {
  if (rules >= FIRST_RULES && rules <= RULES) return;
  throw new CotraceError(
    'RULES',
    `${what} is made under rules ${rules}, and this version knows rules ${FIRST_RULES} to ${RULES}: use a newer one`,
    { rules, known: RULES },
  );
}
