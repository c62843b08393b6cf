import type { RefusalBody } from '@cotrace/chaincode';
import {
  canonicalJson,
  type ClientRecord,
  type JsonObject,
  recordIdOf,
  storedRecord,
  toHex,
  utf8,
} from '@cotrace/core';
import { ORDER_DOMAIN, orderId, readOrder, type Order } from '@cotrace/verifier';
import { describe, expect, it } from '@jest/globals';
import type { LedgerEnd } from '../fabric/ledger-queries.js';
import { ATTESTED, attestingMasters, OTHER } from '../testing/attested-ledger.js';
import { fakeConnections } from '../testing/fake-network.js';
import { refused } from '../testing/gateway-errors.js';
import { peerWithLedger } from '../testing/peer-ledger.js';
import { ownAttempt, type Captured } from './capture.js';
import { placedOf, placeOrder } from './place-order.js';
import type { ContractCall, DomainContract, GatewayPeer } from './wire.js';

const order = readOrder(
  JSON.stringify({ from: 'planner', to: 'urn:test:press', message: 'go', signature: 'MEUC' }),
);
const MSP_ID = 'org1MSP';

/** What the contract wrote of an order's event; `more` are members that differ. */
function recorded(more: JsonObject = {}): { readonly recordId: string; readonly bytes: Uint8Array } {
  const traces = [{ id: order.to, role: 'subject' as const, lot: null, amounts: null }];
  const sent: ClientRecord = {
    step: null,
    eventTime: '2026-01-01T00:00:00.000Z',
    bond: null,
    change: 'see',
    traces,
    data: { 'cotrace:from': 'planner', 'cotrace:message': 'go', 'cotrace:signature': 'MEUC', ...more },
    eventHash: `ni:///sha-256;${'0'.repeat(64)}?ver=CBV2.0`,
    eventID: orderId(order),
    corrects: null,
  };
  const link = { ver: 1, preTraceTxId: null, preTraceHash: null };
  const stored = storedRecord(sent, new Map([[order.to, link]]));
  return { recordId: recordIdOf(MSP_ID, sent), bytes: utf8(canonicalJson(stored)) };
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
    expect(await placedOf(order, conflict(recordId), MSP_ID, () => Promise.resolve(bytes))).toEqual({
      status: 'already placed',
    });
  });

  it('under whose id something else stands says in what that differs', async () => {
    const { recordId, bytes } = recorded({ 'cotrace:message': 'stop', 'cotrace:from': 'somebody' });
    expect(await placedOf(order, conflict(recordId), MSP_ID, () => Promise.resolve(bytes))).toEqual({
      status: 'other',
      differs: ['from', 'message'],
    });
  });

  it('is not judged by what the contract did not write', async () => {
    const { recordId, bytes } = recorded();
    const odd = placedOf(order, conflict(recordId), MSP_ID, () => Promise.resolve(bytes.slice(1)));
    await expect(odd).rejects.toMatchObject({ code: 'BAD_RECORD' });
  });

  it.each([
    ['of another code', refusedWith('BAD_RECORD', { recordId: 'ab' })],
    ['that names no record', refusedWith('CONFLICT', { txId: 'cd' })],
  ])('that is refused with a refusal %s is refused', async (_title, captured) => {
    expect(await placedOf(order, captured, MSP_ID, unread)).toMatchObject({
      status: 'refused',
      message: 'no',
    });
  });

  it('that is recorded is placed', async () => {
    const captured = { txId: toHex(new Uint8Array(32)), recordId: 'ab', block: 7n, attempts: 1 };
    expect(await placedOf(order, { ...captured, status: 'recorded' }, MSP_ID, unread)).toMatchObject({
      status: 'placed',
      block: 7n,
    });
    expect(await placedOf(order, { ...captured, status: 'already recorded' }, MSP_ID, unread)).toEqual({
      status: 'already placed',
    });
  });
});

describe('an order', () => {
  const NEVER = new AbortController().signal;

  /** Places an order where the ledger ends so, at one question after the other; `asked` is what a chaincode is asked. */
  function placing(
    contract: Partial<DomainContract>,
    ends: (LedgerEnd | null)[] = [ATTESTED, ATTESTED],
    placed: Order = order,
  ) {
    const asked: [string, ContractCall][] = [];
    const told: string[] = [];
    const base = peerWithLedger(() => ends.shift() ?? null, contract);
    const peer: GatewayPeer = {
      ...base,
      contract: (name) => {
        const real = base.contract(name);
        return {
          ...real,
          evaluate: (call) => {
            asked.push([name, call]);
            return real.evaluate(call);
          },
          endorse: (call) => {
            asked.push([name, call]);
            return real.endorse(call);
          },
        };
      },
    };
    const connections = fakeConnections({ nodes: attestingMasters, peer });
    return { asked, told, result: placeOrder(connections, placed, NEVER, (line) => told.push(line)) };
  }
  const status = { successful: true, transactionId: 'tx', code: 0, blockNumber: 6n };
  const committed = () =>
    Promise.resolve({
      txId: 'tx',
      result: utf8('{"recordId":"ef"}'),
      submit: () => Promise.resolve({ getStatus: () => Promise.resolve(status) }),
    });

  it('is recorded for its device in the domain of orders', async () => {
    const { asked, told, result } = placing({ endorse: committed });
    expect(await result).toEqual({ orderId: orderId(order), status: 'placed', txId: 'tx', block: 6n });
    const [[domain, { args }] = ['', { args: [] }]] = asked;
    expect([asked.length, domain]).toEqual([1, ORDER_DOMAIN]);
    expect(JSON.parse(args[0] ?? '')).toMatchObject({
      eventID: orderId(order),
      traces: [{ id: order.to, role: 'subject' }],
      data: { 'cotrace:from': 'planner', 'cotrace:message': 'go', 'cotrace:signature': 'MEUC' },
    });
    expect(told).toEqual([]);
  });

  it('is compared with what the ledger has under its id', async () => {
    const { recordId, bytes } = recorded({ 'cotrace:message': 'stop' });
    const { asked, result } = placing({
      endorse: () => Promise.reject(refused('CONFLICT', { recordId })),
      evaluate: () => Promise.resolve(bytes),
    });
    expect(await result).toEqual({ orderId: orderId(order), status: 'other', differs: ['message'] });
    expect(asked[1]).toEqual([ORDER_DOMAIN, { name: 'readRecord', args: [recordId] }]);
  });

  it('is refused where its device cannot be named', async () => {
    const { asked, result } = placing({ endorse: committed }, undefined, { ...order, to: 'the press' });
    await expect(result).rejects.toMatchObject({
      code: 'BAD_ORDER',
      detail: { reasons: [expect.stringContaining('the press') as unknown] },
    });
    expect(asked).toEqual([]);
  });

  it('is not placed on a ledger that masters do not attest', async () => {
    const before = placing({ endorse: committed }, [OTHER]);
    await expect(before.result).rejects.toMatchObject({ code: 'WRONG_CHAIN' });
    expect(before.asked).toEqual([]);
    const after = placing({ endorse: committed }, [ATTESTED, OTHER]);
    await expect(after.result).rejects.toMatchObject({ code: 'WRONG_CHAIN' });
  });

  it('is placed where the peer does not say how its ledger ends, and that is told', async () => {
    const { told, result } = placing({ endorse: committed }, []);
    expect(await result).toMatchObject({ status: 'placed' });
    expect(told[0]).toMatch(/does not report the height/);
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
