import type { ErrorCode } from '@cotrace/core';
import type { ReadEvent } from '@cotrace/epcis';
import type { Captured } from './capture.js';

/** What became of one event of a document. */
export interface EventOutcome {
  /** Name of the document. */
  readonly file: string;
  /** Where in the document: the event's path and line. */
  readonly path: string;
  readonly line: number;
  /** `not tried`: the capture was interrupted before its turn, or other events were refused and it was all or nothing. */
  readonly status: 'recorded' | 'already recorded' | 'refused' | 'failed' | 'not tried';
  readonly domain: string | null;
  /** Whether no rule of the table fits it but the one for all other events. */
  readonly byRuleForOthers: boolean;
  readonly txId: string | null;
  readonly recordId: string | null;
  readonly block: bigint | null;
  /** How often it was sent to the chaincode; above 1 it lost against other writers, or something was away. */
  readonly attempts: number;
  /** Why it was refused, failed or was not tried. */
  readonly code: string | null;
  readonly reasons: readonly string[];
}

/** What nothing was sent for. */
const NOTHING = { txId: null, recordId: null, block: null, attempts: 0 } as const;

/** Where an event is, and what it is aimed at. */
export function aimOf(
  file: string,
  { path, line, result }: ReadEvent,
): Pick<EventOutcome, 'file' | 'path' | 'line' | 'domain' | 'byRuleForOthers'> {
  const { domain, byRuleForOthers } = result.ok ? result : { domain: null, byRuleForOthers: false };
  return { file, path, line, domain, byRuleForOthers };
}

/** Why an event that was read is refused, one sentence for each fault; empty where it is not. */
export function reasonsOf({ result }: ReadEvent): readonly string[] {
  return result.ok
    ? []
    : result.errors.map(({ path, line, message }) => `${path} (line ${line}): ${message}`);
}

/** The outcome of an event that is not valid. */
export function refusedOutcome(file: string, event: ReadEvent): EventOutcome {
  const code: ErrorCode = 'INVALID_EVENT';
  return { ...aimOf(file, event), ...NOTHING, status: 'refused', code, reasons: reasonsOf(event) };
}

/** The outcome of an event that was not sent, for the reason that `code` says. */
export function notTried(file: string, event: ReadEvent, code: ErrorCode): EventOutcome {
  return { ...aimOf(file, event), ...NOTHING, status: 'not tried', code, reasons: [] };
}

/** The outcome of an event whose capture failed. */
export function failedOutcome(file: string, event: ReadEvent, code: string, reason: string): EventOutcome {
  return { ...aimOf(file, event), ...NOTHING, status: 'failed', code, reasons: [reason] };
}

/** The outcome of an event that the contract judged. */
export function capturedOutcome(file: string, event: ReadEvent, captured: Captured): EventOutcome {
  const { attempts } = captured;
  const aim = aimOf(file, event);
  if (captured.status === 'refused') {
    const { code, message } = captured.refusal;
    return { ...aim, ...NOTHING, attempts, status: 'refused', code, reasons: [message] };
  }
  const { status, txId, recordId, block } = captured;
  return { ...aim, status, txId, recordId, block, attempts, code: null, reasons: [] };
}

/** How many events had each outcome. */
export function countOutcomes(outcomes: readonly Pick<EventOutcome, 'status'>[]) {
  const count = (status: EventOutcome['status']) => outcomes.filter((one) => one.status === status).length;
  return {
    events: outcomes.length,
    recorded: count('recorded'),
    alreadyRecorded: count('already recorded'),
    refused: count('refused'),
    failed: count('failed'),
    notTried: count('not tried'),
  };
}
