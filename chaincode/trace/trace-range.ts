import { MARK_PREFIX, TRACE_PREFIX, utf8 } from '@cotrace/core';
import { Refusal } from '../refusal.js';

/** Most entries on a page of `listTraces` and `listMarks`. */
export const MAX_PAGE_SIZE = 1000;

/** A range of keys, `end` excluded, and where in it the page begins. */
export interface TraceRange {
  readonly start: string;
  readonly end: string;
  readonly pageSize: number;
  readonly bookmark: string;
}

/**
 * The range of the rows whose TraceID begins with `prefix` (at most 512 bytes; empty for all). `pageSize` is a
 * decimal number from 1 to `MAX_PAGE_SIZE`, `bookmark` empty or of the page before: Fabric starts at a bookmark
 * wherever it is, so that one outside the range would list other keys. Throws `BAD_ARGUMENT`.
 */
export function traceRange(prefix: string, pageSize: string, bookmark: string): TraceRange {
  if (/[\p{Cc}\p{Cs}]/u.test(prefix) || utf8(prefix).length > 512) {
    throw refuse('prefix', 'the beginning of a TraceID');
  }
  return rangeOf(TRACE_PREFIX + prefix, pageSize, bookmark);
}

/** The range that holds the marks of `traceId`, and those of texts that begin with it and a space. Otherwise as `traceRange`. */
export function markRange(traceId: string, pageSize: string, bookmark: string): TraceRange {
  return rangeOf(`${MARK_PREFIX}${traceId} `, pageSize, bookmark);
}

function rangeOf(start: string, pageSize: string, bookmark: string): TraceRange {
  if (!/^[1-9]\d{0,3}$/.test(pageSize) || Number(pageSize) > MAX_PAGE_SIZE) {
    throw refuse('pageSize', `a number from 1 to ${MAX_PAGE_SIZE}`);
  }
  if (bookmark !== '' && (!bookmark.startsWith(start) || /[\p{Cc}\p{Cs}]/u.test(bookmark))) {
    throw refuse('bookmark', 'empty, or the bookmark of the page before');
  }
  return { start, end: prefixEnd(start), pageSize: Number(pageSize), bookmark };
}

function refuse(field: string, expected: string): Refusal {
  return new Refusal('BAD_ARGUMENT', `${field} must be ${expected}`, { field });
}

const LAST_CODE_POINT = 0x10ffff;
const LAST_BEFORE_SURROGATES = 0xd7ff;
const FIRST_AFTER_SURROGATES = 0xe000;

/**
 * The least text above every text that begins with `prefix`, which holds a code point below the last. State
 * keys are ordered by their UTF-8 bytes, and that is the order of code points.
 */
export function prefixEnd(prefix: string): string {
  const points = Array.from(prefix, (char) => char.codePointAt(0) ?? 0);
  while (points.at(-1) === LAST_CODE_POINT) points.pop();
  const last = points.pop() ?? 0;
  const next = last === LAST_BEFORE_SURROGATES ? FIRST_AFTER_SURROGATES : last + 1;
  return String.fromCodePoint(...points, next);
}
