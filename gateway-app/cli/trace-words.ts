import type { AnsweredEvent } from '@cotrace/verifier';
import { MOST_NAMED } from './limits.js';

/** `1 event`, `2 events`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** A time of 24 characters to the minute. */
export function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

/** The last second that has a time of 20 characters. */
const LAST_SECOND = 253_402_300_799n;

/** Seconds since 1970 as a time; more than a calendar has stay a number. */
export function secondsText(unixSeconds: bigint): string {
  if (unixSeconds > LAST_SECOND) return `second ${unixSeconds}`;
  return new Date(Number(unixSeconds) * 1000).toISOString().replace('.000', '');
}

/** Where a transaction is: block and number. */
export function placeText({ block, txNum }: Pick<AnsweredEvent, 'block' | 'txNum'>): string {
  return `${block}/${txNum}`;
}

/** A standard step as words; of a URI its last part. */
export function stepText(step: string | null): string {
  return step === null ? '(no step)' : step.replace(/^.*[/:]/, '').replaceAll('_', ' ');
}

/** A few of many. */
export function someOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
