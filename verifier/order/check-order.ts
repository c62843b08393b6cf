import { CotraceError, eventIdKey, isCotraceError, recordKey, traceKey } from '@cotrace/core';
import type { AnswerTime } from '../proof/attested-block.js';
import { readFirstRecord, readStoredRecord, recordIdInRow } from '../proof/record-form.js';
import type { Trust } from '../proof/trust.js';
import {
  verifyStates,
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
  readonly asOf: AnswerTime;
  /**
   * `latest`: on the ledger, by whichever organisation, and nothing newer of its device in the domain; `superseded`: on the
   * ledger, and something newer is; `absent`: not on the ledger; `other`: its id is on the ledger with events alone that say
   * something else.
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
  const members = trust.membership.members.map(({ mspId }) => mspId);
  const ids: readonly StateQuestion[] = members.map((mspId) => inDomain(eventIdKey(id, mspId)));
  const { asOf, states } = await asked(ids, ask, trust);
  const known = taken(members, states);
  const nowhere = { orderId: id, place: null, newest: null };
  if (known.length === 0) return { ...nowhere, asOf, status: 'absent' };
  // All at one block: what was there at the first question is still there, for the contract never rewrites it.
  const records = known.map(({ recordId }) => inDomain(recordKey(recordId)));
  const all = await asked([...ids, ...records, inDomain(traceKey(order.to))], ask, trust);
  const again = taken(members, all.states);
  const found = known.map(({ mspId, recordId }, i) => {
    const state = all.states[ids.length + i];
    const named = again.some((one) => one.mspId === mspId && one.recordId === recordId);
    if (!named || state == null) {
      throw new CotraceError('BAD_RECORD', 'the ledger names a record for the order and does not hold it', {
        recordId,
      });
    }
    const record = written(readStoredRecord(recordId, mspId, state.value));
    return { recordId, record, place: placeOf(state) };
  });
  const row = all.states.at(-1);
  const matching = found.filter(({ record }) => isRecordOf(order, record)).sort(inLedgerOrder);
  const [first] = matching;
  if (row == null || first === undefined) return { ...nowhere, asOf: all.asOf, status: 'other' };
  const newest = written(recordIdInRow(row.value));
  const latest = matching.find(({ recordId }) => recordId === newest);
  const placed = { orderId: id, asOf: all.asOf, place: (latest ?? first).place };
  if (latest !== undefined) return { ...placed, status: 'latest', newest: null };
  return { ...placed, status: 'superseded', newest: { recordId: newest, ...placeOf(row) } };
}

function inDomain(key: string): StateQuestion {
  return { domain: ORDER_DOMAIN, key };
}

/** The organisations that recorded an event under the order's id, each with its first record of it. */
function taken(
  members: readonly string[],
  states: readonly (VerifiedState | null)[],
): readonly { readonly mspId: string; readonly recordId: string }[] {
  return members.flatMap((mspId, i) => {
    const state = states[i];
    return state == null ? [] : [{ mspId, recordId: written(readFirstRecord(state.value)).recordId }];
  });
}

function inLedgerOrder(a: { readonly place: LedgerPlace }, b: { readonly place: LedgerPlace }): number {
  const blocks = Number(a.place.block - b.place.block);
  return blocks === 0 ? a.place.txNum - b.place.txNum : blocks;
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
