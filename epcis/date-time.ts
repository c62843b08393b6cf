import { isDate } from '@cotrace/core';

// RFC 3339 with what the standard's own schema is judged by besides: any white space as separator, and offsets
// without colon or minutes.
const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})[Tt\s](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2})(?::?(\d{2}))?)$/;

/** A point in time: milliseconds since 1970 of its whole second, and the digits of its fraction. */
interface Instant {
  readonly milliseconds: number;
  readonly fraction: string;
}

function parse(text: string): Instant | null {
  const match = DATE_TIME.exec(text);
  if (match === null) return null;
  const part = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day] = [part(1), part(2), part(3)];
  const [hour, minute, second] = [part(4), part(5), part(6)];
  if (!isDate(year, month, day)) return null;
  if (part(9) > 23 || part(10) > 59) return null;
  const offset = (match[8] === '-' ? -1 : 1) * (part(9) * 60 + part(10));
  if (!isTimeOfDay(hour, minute, second, offset)) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute - offset, second);
  return { milliseconds: date.getTime(), fraction: match[7] ?? '' };
}

function isTimeOfDay(hour: number, minute: number, second: number, offset: number): boolean {
  if (hour <= 23 && minute <= 59 && second <= 59) return true;
  // A leap second is the last of a day in UTC.
  const utc = hour * 60 + minute - offset;
  return second === 60 && (utc === 24 * 60 - 1 || utc === -1);
}

/** Whether `text` is a date and time with an offset. */
export function isDateTime(text: string): boolean {
  return parse(text) !== null;
}

/**
 * A date and time in UTC with milliseconds, rounded half up at the fourth decimal (CBV 2.0, section 8.9.2);
 * null for what is no date and time or, in UTC, not in the years 0 to 9999.
 */
export function toUtc(text: string): string | null {
  const instant = parse(text);
  if (instant === null) return null;
  const digits = instant.fraction.padEnd(4, '0');
  const rounded = Number(digits.slice(0, 3)) + (digits.charAt(3) >= '5' ? 1 : 0);
  const utc = new Date(instant.milliseconds + rounded).toISOString();
  return /^\d{4}-/.test(utc) ? utc : null;
}
