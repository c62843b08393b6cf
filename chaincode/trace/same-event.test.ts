import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  type ClientRecord,
  eventIdKey,
  eventKey,
  eventOf,
  MAX_TELLINGS,
  recordIdOf,
  recordKey,
  rowsAndMarks,
  traceKey,
  type TraceRow,
  wrongKey,
} from '@cotrace/core';
import { adminCertificate } from './testing/certificates.js';
import { MemoryLedger, type Simulation } from './testing/memory-ledger.js';
import { refusedCall } from './testing/refused.js';
import { eventHashOf, hashOf, mill, MSP_ID, sampleRecord, traceRef } from './testing/samples.js';

const OTHER = 'MillerMSP';
const CLASS = 'https://id.gs1.org/01/09521234000884';
const LOT = `${CLASS}/10/L1`;
const ITEM = `${CLASS}/21/S1`;

/** One item, told without its lot and then with it. */
const bare = sampleRecord({ eventID: 'urn:uuid:1', traces: [traceRef(ITEM, 'subject')] });
const withLot = { ...bare, traces: [{ ...traceRef(ITEM, 'subject'), lot: LOT }, traceRef(LOT, 'lot')] };
/** The same event with the identifiers of both. */
const union = { ...bare, traces: [...bare.traces, ...withLot.traces] };
const wrong = (event: ClientRecord, label: string): ClientRecord => ({
  ...event,
  corrects: [event.eventID ?? event.eventHash],
  data: { weight: 1, tags: [label] },
});

let ledger: MemoryLedger;

beforeEach(async () => {
  ledger = new MemoryLedger();
  await ledger.submit(hashOf('define'), 'define', [JSON.stringify(mill)], { certificate: adminCertificate });
});

/** Captures as a client does that reads the newest rows first. */
function tell(name: string, record: ClientRecord, mspId = MSP_ID): Promise<Simulation> {
  const hints = rowsAndMarks(record).rows.map((id) => {
    const text = ledger.text(traceKey(id));
    const row = text === null ? null : (JSON.parse(text) as TraceRow);
    return { id, preTraceTxId: row?.txId ?? null, preTraceHash: row && hashOf(row.txId) };
  });
  return ledger.submit(hashOf(name), 'capture', [JSON.stringify(record), JSON.stringify(hints)], { mspId });
}

const kept = (key: string): unknown => JSON.parse(ledger.text(key) ?? 'null');
const placeOf = (name: string, record: ClientRecord, mspId = MSP_ID) => ({
  txId: hashOf(name),
  recordId: recordIdOf(mspId, record),
});

describe('an event that an organisation has recorded', () => {
  it('is not recorded again, whatever else its data says, and the first record is named', async () => {
    await tell('tx1', bare);
    const first = { ...placeOf('tx1', bare), eventHash: bare.eventHash };
    for (const again of [
      bare,
      { ...bare, data: { weight: 9 } },
      { ...bare, eventID: 'urn:other' },
      { ...bare, eventID: null },
    ]) {
      expect((await refusedCall('DUPLICATE', tell('tx2', again))).detail).toEqual(first);
    }
  });

  it('is recorded again where it names more, and then neither with less nor with all of it', async () => {
    await tell('tx1', bare);
    await tell('tx2', withLot);
    const places = [placeOf('tx1', bare), placeOf('tx2', withLot)];
    const [first] = places;
    expect(kept(eventKey(bare.eventHash, MSP_ID))).toEqual({
      ...first,
      eventHash: bare.eventHash,
      tellings: places,
    });
    expect(kept(eventIdKey('urn:uuid:1', MSP_ID))).toEqual({ ...first, eventHash: bare.eventHash });
    expect((await refusedCall('DUPLICATE', tell('tx3', union))).detail).toMatchObject(first ?? {});
    // The very same record names its own transaction, so that a client knows its lost answer again.
    expect((await refusedCall('DUPLICATE', tell('tx3', withLot))).detail).toMatchObject(places[1] ?? {});
  });

  it('is recorded again with another step or time, since a hash alone does not say what happened', async () => {
    await tell('tx1', bare);
    await tell('tx2', { ...bare, step: 'packing' });
    await tell('tx3', { ...bare, eventTime: '2026-04-16T13:26:42.501Z' });
    await refusedCall('DUPLICATE', tell('tx4', { ...bare, step: 'packing', data: { weight: 2 } }));
  });

  it(`is recorded ${MAX_TELLINGS} times at most`, async () => {
    for (let n = 0; n < MAX_TELLINGS; n++) {
      await tell(`tx${n}`, { ...bare, traces: [traceRef(`lot-${n}`, 'subject')] });
    }
    const more = { ...bare, traces: [traceRef('lot-x', 'subject')] };
    const { detail } = await refusedCall('CONFLICT', tell('txx', more));
    expect(detail).toMatchObject({ field: 'record.traces', txId: hashOf('tx0') });
  });

  it('without identifiers is a telling like others', async () => {
    const nothing = { ...bare, traces: [] };
    await tell('tx1', nothing);
    await refusedCall('DUPLICATE', tell('tx2', { ...nothing, data: { weight: 3 } }));
    await tell('tx3', { ...nothing, step: 'packing' });
  });

  it('keeps its id from other content', async () => {
    await tell('tx1', bare);
    const other = { ...bare, eventHash: eventHashOf('h2') };
    const { detail, message } = await refusedCall('CONFLICT', tell('tx2', other));
    expect(detail).toEqual({
      ...placeOf('tx1', bare),
      field: 'record.eventID',
      eventID: 'urn:uuid:1',
      eventHash: bare.eventHash,
    });
    expect(message).toContain('give this one another id');
  });

  it('is nothing to another organisation, which records it as its own', async () => {
    await tell('tx1', bare, OTHER);
    await tell('tx2', bare);
    expect(ledger.keys()).toEqual(
      expect.arrayContaining([
        recordKey(recordIdOf(OTHER, bare)),
        recordKey(recordIdOf(MSP_ID, bare)),
        eventKey(bare.eventHash, OTHER),
        eventKey(bare.eventHash, MSP_ID),
      ]),
    );
    await tell('tx3', { ...bare, eventHash: eventHashOf('h2') }, 'TraderMSP');
  });
});

describe('a declaration of error', () => {
  it('stands beside its event, in either order, and writes neither its hash nor its id', async () => {
    const declaration = wrong(bare, 'first');
    await tell('tx1', declaration);
    const key = wrongKey(eventOf(bare), MSP_ID);
    const place = placeOf('tx1', declaration);
    expect(kept(key)).toEqual({ ...place, tellings: [place] });
    expect([kept(eventKey(bare.eventHash, MSP_ID)), kept(eventIdKey('urn:uuid:1', MSP_ID))]).toEqual([
      null,
      null,
    ]);
    expect(kept(traceKey(ITEM))).toMatchObject({ wrong: true, event: eventOf(bare) });
    await tell('tx2', bare);
    expect(kept(traceKey(ITEM))).not.toHaveProperty('wrong');
    const again = wrong(bare, 'second');
    await tell('tx3', again);
    expect(kept(key)).toEqual({ ...place, tellings: [place, placeOf('tx3', again)] });
    expect((await refusedCall('DUPLICATE', tell('tx4', again))).detail).toMatchObject(placeOf('tx3', again));
    expect((await refusedCall('DUPLICATE', tell('tx4', bare))).detail).toMatchObject(placeOf('tx2', bare));
  });

  it('names all that its event names', async () => {
    await tell('tx1', bare);
    await tell('tx2', withLot);
    for (const less of [bare, withLot, { ...union, traces: [] }]) {
      const { detail } = await refusedCall('CONFLICT', tell('tx3', wrong(less, 'less')));
      expect(detail).toMatchObject({ field: 'record.traces' });
    }
    await tell('tx3', wrong({ ...union, traces: [...union.traces, traceRef('more', 'subject')] }, 'more'));
  });

  it('before its event keeps out what it does not name, until it is told with that as well', async () => {
    await tell('tx1', wrong(bare, 'first'));
    const { detail } = await refusedCall('CONFLICT', tell('tx2', withLot));
    expect(detail).toMatchObject({
      ...placeOf('tx1', wrong(bare, 'first')),
      missing: expect.arrayContaining([[LOT, 'lot', null]]) as unknown,
    });
    await tell('tx3', wrong(union, 'second'));
    await tell('tx4', withLot);
  });

  it('need not name what was told under another id, or by others', async () => {
    await tell('tx1', { ...union, eventID: 'urn:uuid:2' });
    await tell('tx2', union, OTHER);
    await tell('tx3', wrong(bare, 'mine'));
  });

  it('frees its event to be told anew under another id, again and again', async () => {
    await tell('tx1', bare);
    await tell('tx2', wrong(bare, 'first'));
    await refusedCall('DUPLICATE', tell('tx3', bare));
    const anew = { ...bare, eventID: 'urn:uuid:2' };
    await tell('tx3', anew);
    await refusedCall('DUPLICATE', tell('tx4', { ...anew, data: { weight: 7 } }));
    await tell('tx5', wrong(anew, 'second'));
    await tell('tx6', { ...bare, eventID: 'urn:uuid:3' });
  });

  it('of another organisation frees nothing', async () => {
    await tell('tx1', bare);
    await tell('tx2', wrong(bare, 'theirs'), OTHER);
    await refusedCall('DUPLICATE', tell('tx3', { ...bare, eventID: 'urn:uuid:2' }));
    // Who copies an event first and declares the copy wrong keeps nobody from telling it.
    await tell('tx4', { ...bare, eventHash: eventHashOf('h3'), eventID: null }, OTHER);
    await tell('tx5', wrong({ ...bare, eventHash: eventHashOf('h3'), eventID: null }, 'theirs'), OTHER);
    await tell('tx6', { ...bare, eventHash: eventHashOf('h3'), eventID: null });
  });

  it(`is told ${MAX_TELLINGS} times of one event at most`, async () => {
    for (let n = 0; n < MAX_TELLINGS; n++) await tell(`tx${n}`, wrong(bare, `${n}`));
    await refusedCall('CONFLICT', tell('txx', wrong(bare, 'more')));
  });
});

describe('of two at the same time', () => {
  const simulate = (name: string, record: ClientRecord): Promise<Simulation> =>
    ledger.simulate(hashOf(name), 'capture', [JSON.stringify(record), '[]']);

  it.each([
    ['tellings', { ...bare, traces: [] }, { ...bare, traces: [traceRef('urn:p', 'process')] }],
    ['an event and its declaration', { ...bare, traces: [] }, wrong({ ...bare, traces: [] }, 'x')],
    ['declarations', wrong({ ...bare, traces: [] }, 'x'), wrong({ ...bare, traces: [] }, 'y')],
    ['events with one id', { ...bare, traces: [] }, { ...bare, traces: [], eventHash: eventHashOf('z') }],
  ] as const)('%s one is valid, in either order', async (_title, one, other) => {
    for (const pair of [
      [one, other],
      [other, one],
    ] as const) {
      const both = await Promise.all(pair.map((record, i) => simulate(`s${i}`, record)));
      const copy = new MemoryLedger();
      await copy.submit(hashOf('define'), 'define', [JSON.stringify(mill)], {
        certificate: adminCertificate,
      });
      expect(both.map((simulation) => copy.commit(simulation))).toEqual([true, false]);
    }
  });
});

describe('a lot of 1,000 items', () => {
  it('is commissioned in 1,000 transactions at once, of which none reads what another writes', async () => {
    const made = await Promise.all(
      Array.from({ length: 1000 }, (_, n) => {
        const item = `${CLASS}/21/${n}`;
        const record = sampleRecord({
          change: 'add',
          eventHash: eventHashOf(`item ${n}`),
          traces: [{ ...traceRef(item, 'subject'), lot: LOT }, traceRef(LOT, 'lot')],
        });
        const hint = { id: item, preTraceTxId: null, preTraceHash: null };
        return ledger.simulate(hashOf(`tx${n}`), 'capture', [JSON.stringify(record), JSON.stringify([hint])]);
      }),
    );
    const written = new Set(made.flatMap(({ writes }) => [...writes.keys()]));
    const shared = made.flatMap(({ reads, writes }) =>
      [...reads.keys()].filter((key) => written.has(key) && !writes.has(key)),
    );
    expect(shared).toEqual([]);
    expect(written.size).toBe(made.reduce((sum, { writes }) => sum + writes.size, 0));
    expect(made.every((simulation) => ledger.commit(simulation))).toBe(true);
    expect(ledger.keys().filter((key) => key.startsWith(`mark/${LOT} `))).toHaveLength(1000);
  });
});
