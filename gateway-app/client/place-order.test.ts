import { canonicalJson, toHex, utf8 } from '@cotrace/core';
import type { RefusalBody } from '@cotrace/chaincode';
import { describe, expect, it } from '@jest/globals';
import { orderId, readOrder } from '../order/order.js';
import { ownAttempt, type Captured } from './capture.js';
import { placedOf } from './place-order.js';

const order = readOrder(
  JSON.stringify({ from: 'planner', to: 'urn:test:press', message: 'go', signature: 'MEUC' }),
);
const record = (more: object = {}, eventID = orderId(order)) =>
  utf8(
    canonicalJson({
      eventID,
      data: { 'cotrace:from': 'planner', 'cotrace:message': 'go', 'cotrace:signature': 'MEUC', ...more },
      traces: [{ id: order.to, role: 'subject' }],
    }),
  );
const refusedWith = (code: RefusalBody['code'], detail: RefusalBody['detail']): Captured => ({
  status: 'refused',
  refusal: { code, message: 'no', detail },
  attempts: 1,
});
const conflict = refusedWith('CONFLICT', { recordId: 'ab', txId: 'cd', eventID: orderId(order) });
const unread = () => Promise.reject(new Error('nothing is to be read'));

describe('placing an order', () => {
  it('that is on the ledger already says so', async () => {
    expect(await placedOf(order, conflict, () => Promise.resolve(record()))).toEqual({
      status: 'already placed',
    });
  });

  it('under whose id something else stands says in what that differs', async () => {
    const other = record({ 'cotrace:message': 'stop', 'cotrace:from': 'somebody' });
    expect(await placedOf(order, conflict, () => Promise.resolve(other))).toEqual({
      status: 'other',
      differs: ['from', 'message'],
    });
  });

  it.each([
    ['of another code', refusedWith('BAD_RECORD', { recordId: 'ab' })],
    ['that names no record', refusedWith('CONFLICT', { txId: 'cd' })],
  ])('that is refused with a refusal %s is refused', async (_title, captured) => {
    expect(await placedOf(order, captured, unread)).toMatchObject({ status: 'refused', message: 'no' });
  });

  it('that is recorded is placed', async () => {
    const captured = { txId: toHex(new Uint8Array(32)), recordId: 'ab', block: 7n, attempts: 1 };
    expect(await placedOf(order, { ...captured, status: 'recorded' }, unread)).toMatchObject({
      status: 'placed',
      block: 7n,
    });
    expect(await placedOf(order, { ...captured, status: 'already recorded' }, unread)).toEqual({
      status: 'already placed',
    });
  });
});

describe('a record that is there already', () => {
  const already = { status: 'already recorded', txId: 'ab', recordId: 'ef', block: null } as const;

  it('counts as recorded where an earlier attempt put it there, of which nothing was heard', () => {
    expect(ownAttempt(already, new Set(['cd', 'ab']))).toEqual({ ...already, status: 'recorded' });
  });

  it('stays one that was there where another transaction put it there', () => {
    expect(ownAttempt(already, new Set(['cd']))).toEqual(already);
  });
});
