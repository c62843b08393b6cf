import type { RefusalBody } from '@cotrace/chaincode';
import { canonicalJson, type ClientRecord, hashCanonical, type JsonObject, toHex, utf8 } from '@cotrace/core';
import { orderId, readOrder } from '@cotrace/verifier';
import { describe, expect, it } from '@jest/globals';
import { ownAttempt, type Captured } from './capture.js';
import { placedOf } from './place-order.js';

const order = readOrder(
  JSON.stringify({ from: 'planner', to: 'urn:test:press', message: 'go', signature: 'MEUC' }),
);
/** What the contract wrote of an order's event; `more` are members that differ. */
function recorded(more: JsonObject = {}): { readonly recordId: string; readonly bytes: Uint8Array } {
  const traces = [{ id: order.to, role: 'subject' as const }];
  const sent: ClientRecord = {
    step: null,
    eventTime: '2026-01-01T00:00:00.000Z',
    traces,
    data: { 'cotrace:from': 'planner', 'cotrace:message': 'go', 'cotrace:signature': 'MEUC', ...more },
    eventHash: `ni:///sha-256;${'0'.repeat(64)}?ver=CBV2.0`,
    eventID: orderId(order),
    corrects: null,
  };
  const link = { ver: 1, preTraceTxId: null, preTraceHash: null };
  const stored = { ...sent, traces: traces.map((trace) => ({ ...trace, ...link })) };
  return { recordId: toHex(hashCanonical(sent)), bytes: utf8(canonicalJson(stored)) };
}
const refusedWith = (code: RefusalBody['code'], detail: RefusalBody['detail']): Captured => ({
  status: 'refused',
  refusal: { code, message: 'no', detail },
  attempts: 1,
});
const conflict = (recordId: string) =>
  refusedWith('CONFLICT', { recordId, txId: 'cd', eventID: orderId(order) });
const unread = () => Promise.reject(new Error('nothing is to be read'));

describe('placing an order', () => {
  it('that is on the ledger already says so', async () => {
    const { recordId, bytes } = recorded();
    expect(await placedOf(order, conflict(recordId), () => Promise.resolve(bytes))).toEqual({
      status: 'already placed',
    });
  });

  it('under whose id something else stands says in what that differs', async () => {
    const { recordId, bytes } = recorded({ 'cotrace:message': 'stop', 'cotrace:from': 'somebody' });
    expect(await placedOf(order, conflict(recordId), () => Promise.resolve(bytes))).toEqual({
      status: 'other',
      differs: ['from', 'message'],
    });
  });

  it('is not judged by what the contract did not write', async () => {
    const { recordId, bytes } = recorded();
    const odd = placedOf(order, conflict(recordId), () => Promise.resolve(bytes.slice(1)));
    await expect(odd).rejects.toMatchObject({ code: 'BAD_RECORD' });
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
