import type { CodeEntry } from '@cotrace/core';
import type { RefusalCode } from './trace/refusal.js';

const WRONG_MEMBER = {
  where: 'refusal',
  means: 'a member is missing or wrong; the message names it',
} as const;
const WRONG_CALL = { where: 'refusal', means: 'the call itself is wrong' } as const;

/** Codes of the refusals of the chaincode. */
export const CHAINCODE_CODES: Readonly<Record<RefusalCode, CodeEntry>> = {
  BAD_ARGUMENT: WRONG_CALL,
  BAD_DATA: WRONG_MEMBER,
  BAD_DEFINITION: { where: 'refusal', means: 'a definition is wrong' },
  BAD_HINTS: WRONG_MEMBER,
  BAD_RECORD: WRONG_MEMBER,
  BAD_TRACE_ID: { where: 'refusal', means: 'an identifier is not canonical' },
  CONFLICT: {
    where: 'refusal',
    means:
      'your organisation has recorded this event id with other content, or what a declaration of error and its event name does not fit; the message says which, the detail names the earlier record',
  },
  DUPLICATE: {
    where: 'refusal',
    means:
      'your organisation has recorded this event already; the detail names the first transaction. Shown as already recorded',
  },
  NOT_ALLOWED: { where: 'refusal', means: "only an organisation's administrator may define" },
  NOT_DEFINED: { where: 'refusal', means: 'the domain has no definition yet' },
  NOT_DIRECT: {
    where: 'refusal',
    means: 'another chaincode made the call, and the domain takes records from clients alone',
  },
  NOT_FOUND: { where: 'refusal', means: 'no such record, trace or definition in this domain' },
  STALE: {
    where: 'refusal',
    means: 'the trace has moved on; the client reads again and retries by itself',
  },
  TOO_LARGE: { where: 'refusal', means: 'more bytes or identifiers than the domain allows' },
  UNKNOWN_FUNCTION: WRONG_CALL,
  UNKNOWN_STEP: { where: 'refusal', means: 'the domain takes no record of this business step' },
  WRONG_DOMAIN: { where: 'refusal', means: 'a definition was sent to a chaincode of another name' },
};

declare module '@cotrace/core' {
  interface ErrorCodes extends Record<RefusalCode, unknown> {}
}
