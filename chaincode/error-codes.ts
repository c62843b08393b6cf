import type { CodeEntry } from '@cotrace/core';
import type { RefusalCode } from './refusal.js';

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
  BEHIND: {
    where: 'refusal',
    means:
      'this master has not computed that cycle yet, no longer has it, has not yet seen what recorded it, or did not hear the orderers of `checking` in time; other members are asked',
  },
  CLOCK: {
    where: 'refusal',
    means: "the proposal's time and the endorser's clock are more than five minutes apart",
  },
  CONFLICT: {
    where: 'refusal',
    means:
      'your organisation has recorded this event id with other content, or what a declaration of error and its event name does not fit; the message says which, the detail names the earlier record',
  },
  DIFFERS: {
    where: 'refusal',
    means:
      'this master computed another digest or header, or expects another member; the detail names the cycle',
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
  NOT_MEMBER: {
    where: 'refusal',
    means: 'the caller is of no organisation that seals the next cycle',
  },
  NOT_NEXT: {
    where: 'refusal',
    means:
      'an earlier cycle is not recorded or sealed yet, or the attempt is over; the initiator reads again. Of rules: not the next ones',
  },
  RECORDED: { where: 'refusal', means: 'what was sent is on the ledger already; nothing is to be done' },
  SEALED: {
    where: 'refusal',
    means: 'a transaction proves the header that is recorded: it is not sealed again',
  },
  STALE: {
    where: 'refusal',
    means: 'the trace has moved on; the client reads again and retries by itself',
  },
  TOO_EARLY: {
    where: 'refusal',
    means:
      "the member's time is not over by the endorser's clock, or the header to be anchored is not sealed",
  },
  TOO_LARGE: { where: 'refusal', means: 'more bytes or identifiers than the domain allows' },
  UNKNOWN_FUNCTION: WRONG_CALL,
  UNKNOWN_RULES: {
    where: 'refusal',
    means: 'rules are to be switched to that the release of the endorser’s master does not know',
  },
  UNKNOWN_STEP: { where: 'refusal', means: 'the domain takes no record of this business step' },
  WRONG_DOMAIN: { where: 'refusal', means: 'a definition was sent to a chaincode of another name' },
};

declare module '@cotrace/core' {
  interface ErrorCodes extends Record<RefusalCode, unknown> {}
}
