import { CotraceError, eventIdKey, isCotraceError, recordKey, traceKey } from '@cotrace/core';
import { readFirstRecord, readStoredRecord, readTraceRow } from '../proof/record-form.js';
import type { Trust } from '../proof/trust.js';
import {
  verifyStates,
  type AsOf,
  type FoundAnswer,
  type StateQuestion,
  type VerifiedState,
} from '../proof/verify-found.js';
import { isRecordOf, ORDER_DOMAIN, orderId, type Order } from './order.js';

/** Where a transaction stands. */
export interface LedgerPlace {
  readonly block: bigint;
  readonly txNum: number;
}

/** What is proven of an order. */
export interface CheckedOrder {
  readonly orderId: string;
  readonly asOf: AsOf;
  /**
   * `latest`: on the ledger, and nothing newer of its device in the domain; `superseded`: on the ledger, and something
   * newer is; `absent`: not on the ledger; `other`: its id is taken there by an event that says something else.
   */
  readonly status: 'latest' | 'superseded' | 'absent' | 'other';
  /** Where the order stands; null where it does not. */
  readonly place: LedgerPlace | null;
  /** The newest record of the device in the domain, where it is not the order. */
  readonly newest: (LedgerPlace & { readonly recordId: string }) | null;
}

/** Asks masters; nothing of the answer is believed. */
export type AskMasters = (questions: readonly StateQuestion[]) => Promise<FoundAnswer>;

/**
 * Whether an order is on the ledger and the latest for its device (seed 000, section 3.1): masters are asked, and their
 * answer is verified with the trust file alone. Throws `NO_QUORUM` where too few masters attest the block,
 * `ANSWER_DISPROVED` with the cause where the answer does not hold, `BAD_RECORD` where another chaincode than the contract
 * wrote what it proves, and what `ask` throws.
 */
export async function checkOrder(order: Order, ask: AskMasters, trust: Trust): Promise<CheckedOrder> {
  const id = orderId(order);
  const first: StateQuestion = { domain: ORDER_DOMAIN, key: eventIdKey(id) };
  const { asOf, states } = await asked([first], ask, trust);
  const [known] = states;
  const nowhere = { orderId: id, place: null, newest: null };
  if (known == null) return { ...nowhere, asOf, status: 'absent' };
  const recordId = written(readFirstRecord(known.value)?.recordId ?? null);
  // All at one block: what was there at the first question is still there, for the contract never rewrites it.
  const rest = [recordKey(recordId), traceKey(order.to)].map((key) => ({ domain: ORDER_DOMAIN, key }));
  const all = await asked([first, ...rest], ask, trust);
  const [again, record, row] = all.states;
  if (again == null || readFirstRecord(again.value)?.recordId !== recordId || record == null) {
    throw new CotraceError('BAD_RECORD', 'the ledger names a record for the order and does not hold it', {
      recordId,
    });
  }
  const stored = written(readStoredRecord(recordId, record.value));
  if (row == null || !isRecordOf(order, stored)) return { ...nowhere, asOf: all.asOf, status: 'other' };
  const newest = written(readTraceRow(row.value)?.recordId ?? null);
  const placed = { orderId: id, asOf: all.asOf, place: placeOf(record) };
  if (newest === recordId) return { ...placed, status: 'latest', newest: null };
  return { ...placed, status: 'superseded', newest: { recordId: newest, ...placeOf(row) } };
}

/** A value of the ledger that was read. Throws `BAD_RECORD` where the contract did not write it. */
function written<T>(value: T | null): T {
  if (value !== null) return value;
  throw new CotraceError('BAD_RECORD', 'what the ledger holds of the order is not what the contract writes');
}

function placeOf({ entry: { blockNum, txNum } }: VerifiedState): LedgerPlace {
  return { block: blockNum, txNum };
}

async function asked(
  questions: readonly StateQuestion[],
  ask: AskMasters,
  trust: Trust,
): Promise<ReturnType<typeof verifyStates>> {
  const answer = await ask(questions);
  try {
    return verifyStates(questions, answer, trust);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    // Masters that are away are no lie.
    const refused = error.detail['refused'];
    if (error.code === 'NO_QUORUM' && Array.isArray(refused) && refused.length === 0) throw error;
    throw new CotraceError(
      'ANSWER_DISPROVED',
      'what the masters answer does not hold; do not act on the order',
      { blockNum: answer.blockNum },
      error,
    );
  }
}
