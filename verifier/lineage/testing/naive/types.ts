import type { Nature } from '@cotrace/core';
import type { Direction, ShownRecord } from '../../types.js';
import type { Why } from './why.js';

/** An event as an organisation recorded it. */
export interface NaiveEvent {
  readonly organisation: string;
  readonly record: ShownRecord;
}

export interface NaiveQuestion {
  readonly traceId: string;
  readonly direction: Direction;
  readonly natureOf: (id: string) => Nature;
  readonly recorders: ReadonlySet<string> | null;
}

/** An event that is not a declaration, and why it does not plainly count. */
export interface Fact extends NaiveEvent {
  readonly why: Why;
}

/** `vouched`: what is certain, and opened by those alone who are familiar with the parent. */
export type Layer = 'certain' | 'vouched' | 'all';
