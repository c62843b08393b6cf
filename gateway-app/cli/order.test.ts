import { writeFileSync } from 'node:fs';
import { orderId, readOrder, type Order } from '@cotrace/verifier';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { canonicalJson, CotraceError, type StoredRecord, utf8 } from '@cotrace/core';
import { committing } from '../testing/committing.js';
import { refused } from '../testing/gateway-errors.js';
import { LedgerScene, type SceneOptions, type SceneRecord } from '../testing/ledger-scene.js';
import { spoken } from '../testing/printed.js';
import { capture } from '../testing/records.js';
import { EXIT, Output } from './output.js';
import { place, verify } from './order.js';

const orderOf = (to: string, message: string): Order =>
  readOrder(JSON.stringify({ from: 'planner', to, message, signature: 'MEUC' }));

/** A press has two orders, of which the second is the newer one; the id of a lathe's order is taken by something else. */
const ORDERS = {
  old: orderOf('urn:test:press', 'go'),
  newest: orderOf('urn:test:press', 'stop'),
  taken: orderOf('urn:test:lathe', 'go'),
  absent: orderOf('urn:test:saw', 'go'),
} as const;

const recordOf = (order: Order, message = order.message): SceneRecord => ({
  label: `${order.to} ${message}`,
  domain: 'production',
  eventID: orderId(order),
  data: { 'cotrace:from': order.from, 'cotrace:message': message, 'cotrace:signature': order.signature },
  traces: [{ id: order.to, role: 'subject' }],
});

let scene: LedgerScene;

beforeAll(async () => {
  const { old, newest, taken } = ORDERS;
  scene = await LedgerScene.create(
    ['production'],
    [recordOf(old), recordOf(newest), recordOf(taken, 'another')],
  );
  for (const [name, order] of Object.entries(ORDERS)) writeFileSync(pathOf(name), JSON.stringify(order));
});

afterAll(() => scene.close());

const pathOf = (name: string) => scene.network.folder(`${name}.json`);

describe('cotrace order verify', () => {
  const verified = (name: keyof typeof ORDERS, json = false, options: SceneOptions = {}) =>
    spoken(() => verify(scene.connections(options), pathOf(name), scene.trustPath, new Output(json)));

  it.each<[keyof typeof ORDERS, number, readonly string[]]>([
    [
      'newest',
      EXIT.done,
      ['the order is on the ledger, transaction 0 of block 3, and the latest for urn:test:press'],
    ],
    [
      'old',
      EXIT.superseded,
      [
        'the order is on the ledger, transaction 0 of block 2, but no longer the latest for urn:test:press:',
        'transaction 0 of block 3 is newer',
      ],
    ],
    ['absent', EXIT.notOnLedger, ['the order is not on the ledger']],
    [
      'taken',
      EXIT.notOnLedger,
      ['the order is not on the ledger: an event that says something else has taken its id'],
    ],
  ])('says how the order stands that is %s, and ends with %i', async (name, exit, lines) => {
    const { code, text, said } = await verified(name);
    expect([code, said]).toEqual([exit, '']);
    expect(text.split('\n')).toEqual([
      ...lines,
      expect.stringMatching(/^proven as of block 4, attested at 2\S+Z by Org1MSP, Org2MSP$/),
      '',
    ]);
  });

  it('shows it as JSON, with the time at which it was proven', async () => {
    const began = Date.now() - 60_000;
    const { text } = await verified('old', true);
    const { asOf, ...rest } = JSON.parse(text) as { asOf: { time: string } };
    expect(rest).toEqual({
      status: 'superseded',
      orderId: orderId(ORDERS.old),
      to: 'urn:test:press',
      place: { block: '2', txNum: 0 },
      newest: { block: '3', txNum: 0, recordId: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown },
      faults: [],
    });
    expect(asOf).toMatchObject({ block: '4', attestedBy: ['Org1MSP', 'Org2MSP'] });
    expect(Date.parse(asOf.time)).toBeGreaterThan(began);
    expect(Date.parse(asOf.time)).toBeLessThanOrEqual(Date.now());
  });

  it('names masters that do not answer', async () => {
    const { code, text } = await verified('newest', false, { nodes: { 'org1.master': null } });
    expect([code, text]).toEqual([
      EXIT.done,
      expect.stringMatching(/\nnote: org1\.master: .*\(UNREACHABLE\)\n$/),
    ]);
  });
});

describe('cotrace order place', () => {
  const contract = committing(5n);
  const placed = (options: SceneOptions, name: keyof typeof ORDERS = 'absent', json = false) =>
    spoken(() => place(scene.connections(options), pathOf(name), new Output(json)));

  /** What the ledger holds of an event with the id of an order that says something else. */
  function other(order: Order) {
    const kept: { readonly recordId: string; readonly record: StoredRecord }[] = [];
    const traces = [{ id: order.to, role: 'subject' as const, ver: 1 }];
    const { data, ...rest } = recordOf(order, 'another');
    const forged = { ...data, 'cotrace:signature': 'none' };
    capture(scene.network, { ...rest, data: forged, traces }, ({ recordId, record, writes }) => {
      kept.push({ recordId, record });
      return writes;
    });
    const [captured] = kept;
    if (captured === undefined) throw new RangeError('nothing was captured');
    return captured;
  }

  it('says that the order is placed, with its transaction and its id', async () => {
    const { code, text, said } = await placed({ contract: committing(5n) });
    expect([code, text, said]).toEqual([
      EXIT.done,
      `order for urn:test:saw placed, transaction abababababab…\nits id: ${orderId(ORDERS.absent)}\n`,
      '',
    ]);
  });

  it('shows it as JSON, and names masters that do not answer', async () => {
    const { code, text } = await placed({ contract, nodes: { 'org1.master': null } }, 'absent', true);
    expect([code, JSON.parse(text)]).toEqual([
      EXIT.done,
      {
        status: 'placed',
        orderId: orderId(ORDERS.absent),
        txId: expect.stringMatching(/^(?:ab)+01$/) as unknown,
        block: '5',
        faults: [expect.objectContaining({ node: 'org1.master', code: 'UNREACHABLE' })],
      },
    ]);
    expect((await placed({ contract, nodes: { 'org1.master': null } })).text).toMatch(
      /\nnote: org1\.master: .*\(UNREACHABLE\)\n$/,
    );
  });

  it.each([
    [
      'is on the ledger already',
      refused('DUPLICATE', { txId: 'ab', recordId: 'cd' }),
      'an order with exactly this content is on the ledger already\n',
    ],
    ['is refused', refused('BAD_RECORD'), 'refused [BAD_RECORD]: no\n'],
  ])('says that the order %s, and that not all was done', async (_title, error, line) => {
    const { code, text } = await placed({ contract: committing(5n, () => error) });
    expect([code, text]).toEqual([EXIT.someRefused, line]);
  });

  it('says in what the event differs that has its id', async () => {
    const { recordId, record } = other(ORDERS.taken);
    const conflict = refused('CONFLICT', { recordId, txId: 'cd', eventID: orderId(ORDERS.taken) });
    const contract = {
      ...committing(5n, () => conflict),
      evaluate: () => Promise.resolve(utf8(canonicalJson(record))),
    };
    const { code, text } = await placed({ contract }, 'taken');
    expect([code, text]).toEqual([
      EXIT.someRefused,
      'not placed: an event that differs in message, signature is on the ledger under the id of this order\n',
    ]);
  });

  it('reports progress', async () => {
    const away = (_call: unknown, i: number) =>
      i === 1 ? new CotraceError('UNREACHABLE', 'nobody listens') : null;
    const { code, said } = await placed({ contract: committing(5n, away) });
    expect([code, said]).toEqual([
      EXIT.done,
      expect.stringMatching(/^retrying: \[UNREACHABLE\] nobody listens; /),
    ]);
  });

  it('ends at Ctrl-C', async () => {
    let answer: (error: Error) => void = () => undefined;
    const silent = () => {
      process.emit('SIGINT');
      return new Promise<Error>((resolve) => (answer = resolve));
    };
    await expect(placed({ contract: committing(5n, silent) })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    answer(refused('BAD_RECORD'));
  });
});
