const UTC = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\.\d{3}Z$/;

/**
 * Whether `text` is a point in time in the one form that a record takes: RFC 3339 in UTC with three decimals, a date that
 * the calendar has, no leap second. Decided without `Date`, whose parser differs between engines.
 */
export function isUtcTime(text: string): boolean {
  const match = UTC.exec(text);
  if (match === null) return false;
  const part = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day] = [part(1), part(2), part(3)];
  if (!isDate(year, month, day)) return false;
  return part(4) <= 23 && part(5) <= 59 && part(6) <= 59;
}

/** Whether the calendar has a day; numbers as written, month and day from 1. */
export function isDate(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
