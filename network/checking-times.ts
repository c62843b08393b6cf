import { toHex, type Shape } from '@cotrace/core';

/** A cycle that the consortium has agreed on, where those who were to seal it are gone. */
export interface AgreedCycle {
  /** Its number, from 1. */
  readonly cycle: number;
  /** Hash of its header, 64 lower-case hexadecimal digits. */
  readonly hash: string;
}

/** How long a cycle's initiator is waited for, the same at all masters, in seconds; and the cycle agreed on, if any. */
export interface CheckingTimes {
  /** t1 of the paper: after it the initiator is warned. */
  readonly t1: number;
  /** t2: after it the next member takes its turn. */
  readonly t2: number;
  readonly checkpoint?: AgreedCycle;
}

/** What holds where nothing is set. */
export const DEFAULT_CHECKING_TIMES: CheckingTimes = { t1: 10, t2: 30 };

/** A day, in seconds. */
const MAX_T1 = 86_400;
const MAX_T2 = 3 * MAX_T1;

/**
 * What a section `checking` sets: t1 from 1 second to a day, t2 longer than t1, to three days. Each may be left
 * out: t2 is then three times t1, at least 30. Throws the shape's error. Source: the paper, section 4.2.3.
 */
export function checkingTimesOf(section: Shape): CheckingTimes {
  section.only(['t1', 't2', 'checkpoint']);
  const t1 = section.optional('t1')?.integer(1, MAX_T1) ?? DEFAULT_CHECKING_TIMES.t1;
  const t2 = section.optional('t2')?.integer(t1 + 1, MAX_T2) ?? Math.max(DEFAULT_CHECKING_TIMES.t2, 3 * t1);
  const agreed = section.optional('checkpoint');
  return agreed === null ? { t1, t2 } : { t1, t2, checkpoint: agreedCycleOf(agreed) };
}

function agreedCycleOf(section: Shape): AgreedCycle {
  section.only(['cycle', 'hash']);
  return {
    cycle: section.at('cycle').integer(1, Number.MAX_SAFE_INTEGER),
    hash: toHex(section.at('hash').hash()),
  };
}
