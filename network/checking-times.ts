import type { Shape } from '@cotrace/core';

/** How long a cycle's initiator is waited for, the same at all masters, in seconds. */
export interface CheckingTimes {
  /** t1 of the paper: after it the initiator is warned. */
  readonly t1: number;
  /** t2: after it the next member takes its turn. */
  readonly t2: number;
}

/** What holds where nothing is set. */
export const DEFAULT_CHECKING_TIMES: CheckingTimes = { t1: 10, t2: 30 };

/** A day, in seconds. */
const MAX_T1 = 86_400;
const MAX_T2 = 3 * MAX_T1;

/**
 * The times of a section `checking`: t1 from 1 second to a day, t2 longer than t1, to three days. Each may be left
 * out: t2 is then three times t1, at least 30. Throws the shape's error. Source: the paper, section 4.2.3.
 */
export function checkingTimesOf(section: Shape): CheckingTimes {
  section.only(['t1', 't2']);
  const t1 = section.optional('t1')?.integer(1, MAX_T1) ?? DEFAULT_CHECKING_TIMES.t1;
  const given = section.optional('t2');
  if (given !== null) return { t1, t2: given.integer(t1 + 1, MAX_T2) };
  return { t1, t2: Math.max(DEFAULT_CHECKING_TIMES.t2, 3 * t1) };
}
