import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  canonicalJson,
  type Captured,
  type ClientRecord,
  eventIdKey,
  eventKey,
  eventOf,
  type Hint,
  markKey,
  type MarkPage,
  recordIdOf,
  recordKey,
  rowsAndMarks,
  traceKey,
  type TraceMark,
  type TraceRow,
} from '@cotrace/core';
import { adminCertificate } from './testing/certificates.js';
import { MemoryLedger, type Simulation } from './testing/memory-ledger.js';
import { refusedCall } from './testing/refused.js';
import {
  eventHashOf,
  hashOf,
  MSP_ID,
  mill,
  noHint,
  sampleRecord,
  subject,
  traceRef,
} from './testing/samples.js';

const admin = { certificate: adminCertificate };

const CLASS = 'https://id.gs1.org/01/09521234000884';
const LOT = `${CLASS}/10/L1`;
const ITEM = `${CLASS}/21/S1`;

let ledger: MemoryLedger;

beforeEach(async () => {
  ledger = new MemoryLedger();
  await ledger.submit(hashOf('define'), 'define', [JSON.stringify(mill)], admin);
});

function capture(txId: string, record: ClientRecord, hints?: readonly Hint[]): Promise<Simulation> {
  const all = hints ?? rowsAndMarks(record).rows.map(noHint);
  return ledger.submit(txId, 'capture', [JSON.stringify(record), JSON.stringify(all)]);
}

async function read(method: 'readRecord' | 'readTrace' | 'history', id: string): Promise<unknown> {
  return (await ledger.simulate(hashOf('query'), method, [id])).answer;
}

describe('capture', () => {
  it('writes the record, its rows and the keys of its event, and nothing else', async () => {
    const record = sampleRecord({
      change: null,
      traces: [
        traceRef('lot-1', 'input'),
        { ...traceRef(ITEM, 'output'), lot: LOT },
        traceRef(LOT, 'lot'),
        traceRef('lot-1', 'subject'),
        traceRef('urn:process', 'process'),
        { ...traceRef(CLASS, 'output'), amounts: [{ value: '2.5', unit: 'KGM' }] },
      ],
      eventID: 'urn:uuid:1',
    });
    const txId = hashOf('tx1');
    const { answer, event } = await capture(txId, record);
    const recordId = recordIdOf(MSP_ID, record);
    const captured: Captured = {
      recordId,
      traces: [
        { id: 'lot-1', ver: 1 },
        { id: ITEM, ver: 1 },
      ],
      marks: [LOT, 'urn:process', CLASS],
    };
    expect(answer).toEqual(captured);
    expect(event).toEqual({ name: 'captured', payload: captured });
    expect(ledger.keys().sort()).toEqual(
      [
        eventIdKey('urn:uuid:1', MSP_ID),
        eventKey(record.eventHash, MSP_ID),
        'meta/domain',
        'meta/domain/00000001',
        recordKey(recordId),
        traceKey('lot-1'),
        traceKey(ITEM),
        ...captured.marks.map((id) => markKey(id, recordId)),
      ].sort(),
    );
    const link = { ver: 1, preTraceTxId: null, preTraceHash: null };
    expect(await read('readRecord', recordId)).toEqual({
      ...record,
      traces: record.traces.map((ref) => ({
        ...ref,
        ...link,
        ver: captured.marks.includes(ref.id) ? null : 1,
      })),
    });
    const common = { txId, recordId, time: record.eventTime, event: eventOf(record) };
    expect(await read('readTrace', 'lot-1')).toEqual({ ...common, roles: ['input', 'subject'], ...link });
    expect(await read('readTrace', ITEM)).toEqual({ ...common, roles: ['output'], ...link });
    const marks = captured.marks.map((id) => JSON.parse(ledger.text(markKey(id, recordId)) ?? '') as object);
    expect(marks).toEqual([
      { ...common, roles: ['lot'] },
      { ...common, roles: ['process-gives', 'process-takes'] },
      { ...common, roles: ['output'] },
    ]);
  });

  it('stores canonical JSON, however the client wrote it', async () => {
    const record = sampleRecord({ data: { weight: 1e21, tags: ['é', '\u2028'] } });
    const spaced = JSON.stringify(Object.fromEntries(Object.entries(record).reverse()), null, 2);
    const one = await ledger.simulate(hashOf('t'), 'capture', [spaced, JSON.stringify([noHint('lot-1')])]);
    await capture(hashOf('t'), record);
    expect(one.answer).toMatchObject({ recordId: recordIdOf(MSP_ID, record) });
    for (const key of ledger.keys()) {
      const text = ledger.text(key) ?? '';
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }
  });

  it('chains a second record to the first, with the hint that the client gave', async () => {
    await capture(hashOf('tx1'), sampleRecord());
    const hint = { id: 'lot-1', preTraceTxId: hashOf('tx1'), preTraceHash: hashOf('block 7') };
    const record = sampleRecord({ eventHash: eventHashOf('h2'), step: null });
    const { answer } = await capture(hashOf('tx2'), record, [hint]);
    const { recordId } = answer as Captured;
    const { id, ...before } = hint;
    const row: TraceRow = {
      ...{ txId: hashOf('tx2'), recordId, time: record.eventTime, event: eventOf(record) },
      ...{ roles: ['subject'], change: 'see', ver: 2, ...before },
    };
    expect(await read('readTrace', id)).toEqual(row);
    expect(await read('readRecord', recordId)).toMatchObject({ traces: [{ id, ver: 2, ...before }] });
    expect(await read('history', id)).toMatchObject([{ txId: hashOf('tx2'), row }, { txId: hashOf('tx1') }]);
  });

  it('takes an event that touches no identifier', async () => {
    const { answer } = await capture(hashOf('tx1'), sampleRecord({ traces: [] }));
    expect(answer).toMatchObject({ traces: [] });
  });

  it('answers a stale hint with the newest transaction of the identifiers that moved on', async () => {
    await capture(hashOf('tx1'), sampleRecord());
    const record = sampleRecord({
      eventHash: eventHashOf('h2'),
      traces: [traceRef('lot-0', 'input'), traceRef('lot-1', 'output')],
    });
    const refusal = await refusedCall('STALE', capture(hashOf('tx2'), record));
    expect(refusal.detail).toEqual({ count: 1, traces: [{ id: 'lot-1', preTraceTxId: hashOf('tx1') }] });
    const guess = { id: 'lot-0', preTraceTxId: hashOf('tx1'), preTraceHash: hashOf('b') };
    const tooMuch = await refusedCall('STALE', capture(hashOf('tx2'), record, [guess, noHint('lot-1')]));
    expect(tooMuch.detail['traces']).toContainEqual({ id: 'lot-0', preTraceTxId: null });
  });

  it('takes calls of clients alone, unless the definition lets chaincodes in', async () => {
    const args = [JSON.stringify(sampleRecord()), JSON.stringify([noHint('lot-1')])];
    const wrapped = { chaincode: 'wrapper' };
    const refusal = await refusedCall('NOT_DIRECT', ledger.simulate(hashOf('t'), 'capture', args, wrapped));
    expect(refusal.detail).toEqual({ domain: 'mill', chaincode: 'wrapper' });
    const open = JSON.stringify({ ...mill, called: 'by chaincodes' });
    await ledger.submit(hashOf('redefine'), 'define', [open], admin);
    await ledger.submit(hashOf('t'), 'capture', args, wrapped);
  });

  it.each([
    ['UNKNOWN_STEP', sampleRecord({ step: 'retail_selling' })],
    ['BAD_DATA', sampleRecord({ data: { weight: -1 } })],
    ['BAD_TRACE_ID', sampleRecord({ traces: [traceRef(' lot', 'input')] })],
    ['TOO_LARGE', sampleRecord({ data: { weight: 1, tags: ['x'.repeat(4096)] } })],
    ['BAD_RECORD', sampleRecord({ eventTime: 'yesterday' })],
  ] as const)('refuses with %s and writes nothing', async (code, record) => {
    const keys = ledger.keys();
    await refusedCall(code, capture(hashOf('tx1'), record));
    expect(ledger.keys()).toEqual(keys);
  });
});

describe('queries', () => {
  it('list traces in the order of their bytes, page by page', async () => {
    const ids = ['a', 'lot-1', 'lot-10', 'lot-2', 'lot-é', 'lot-😀', 'lot-\ufb01x', 'z'];
    for (const id of ids) {
      await capture(hashOf(id), sampleRecord({ eventHash: eventHashOf(id), traces: [subject(id)] }));
    }
    const found: string[] = [];
    let bookmark = '';
    do {
      const { answer } = await ledger.simulate(hashOf('q'), 'listTraces', ['lot-', '2', bookmark]);
      const page = answer as { traces: { id: string; row: TraceRow }[]; bookmark: string };
      expect(page.traces.length).toBeLessThanOrEqual(2);
      for (const { id, row } of page.traces) expect(row.txId).toBe(hashOf(id));
      found.push(...page.traces.map(({ id }) => id));
      ({ bookmark } = page);
    } while (bookmark !== '');
    expect(found).toEqual(['lot-1', 'lot-10', 'lot-2', 'lot-é', 'lot-\ufb01x', 'lot-😀']);
  });

  it('list the marks of one trace, page by page, and those of no other', async () => {
    // Texts may hold spaces, and so begin as another one does with what stands behind it.
    for (const id of ['urn:t', `urn:t ${hashOf('0')}`, 'urn:t 7', 'urn:u']) {
      for (const n of [1, 2, 3]) {
        const record = { eventHash: eventHashOf(`${id} ${n}`), traces: [traceRef(id, 'process')] };
        await capture(hashOf(`${id} ${n}`), sampleRecord(record));
      }
    }
    const found: TraceMark[] = [];
    let bookmark = '';
    do {
      const { answer } = await ledger.simulate(hashOf('q'), 'listMarks', ['urn:t', '2', bookmark]);
      const page = answer as MarkPage;
      expect(page.marks.length).toBeLessThanOrEqual(2);
      found.push(...page.marks);
      ({ bookmark } = page);
    } while (bookmark !== '');
    expect(found.map(({ txId }) => txId).sort()).toEqual([1, 2, 3].map((n) => hashOf(`urn:t ${n}`)).sort());
    expect(found.map(({ roles }) => roles)).toEqual([['process'], ['process'], ['process']]);
  });

  it('find an event id with whoever has recorded it', async () => {
    const record = sampleRecord({ eventID: 'urn:uuid:1' });
    await capture(hashOf('tx1'), record);
    const other = sampleRecord({ eventID: 'urn:uuid:1', eventHash: eventHashOf('h2'), traces: [] });
    const args = [JSON.stringify(other), '[]'];
    await ledger.submit(hashOf('tx2'), 'capture', args, { mspId: 'MillerMSP' });
    const find = async (id: string) => (await ledger.simulate(hashOf('q'), 'findEvent', [id])).answer;
    expect(await find('urn:uuid:1')).toEqual([
      {
        mspId: MSP_ID,
        txId: hashOf('tx1'),
        recordId: recordIdOf(MSP_ID, record),
        eventHash: record.eventHash,
      },
      {
        mspId: 'MillerMSP',
        txId: hashOf('tx2'),
        recordId: recordIdOf('MillerMSP', other),
        eventHash: other.eventHash,
      },
    ]);
    expect(await find('urn:uuid:2')).toEqual([]);
    for (const id of ['', 'no uri', `urn:${'x'.repeat(509)}`]) {
      await refusedCall('BAD_ARGUMENT', ledger.simulate(hashOf('q'), 'findEvent', [id]));
    }
  });

  it('answer an empty page where nothing matches', async () => {
    const { answer } = await ledger.simulate(hashOf('q'), 'listTraces', ['x', '5', '']);
    expect(answer).toEqual({ traces: [], bookmark: '' });
  });

  it.each(['readTrace', 'history'] as const)(
    'take a TraceID in its own form alone, and name it: %s',
    async (name) => {
      const traceId = 'https://id.gs1.org/01/09521234000884/21/S2';
      for (const alias of [
        'https://id.gs1.org/01/09521234000884/10/L1/21/S2',
        'urn:epc:id:sgtin:9521234.000088.S2',
        '(01)09521234000884(21)S2',
      ]) {
        const refusal = await refusedCall('BAD_TRACE_ID', read(name, alias));
        expect(refusal.detail).toMatchObject({ canonical: traceId });
      }
      const broken = await refusedCall(
        'BAD_TRACE_ID',
        read(name, 'https://id.gs1.org/./01/09521234000884/21/S2'),
      );
      expect(broken.detail).toMatchObject({ meant: traceId });
      await refusedCall('NOT_FOUND', read(name, traceId));
    },
  );

  it('say what is not there', async () => {
    await refusedCall('NOT_FOUND', read('readTrace', 'lot-1'));
    await refusedCall('NOT_FOUND', read('history', 'lot-1'));
    await refusedCall('NOT_FOUND', read('readRecord', hashOf('none')));
    await refusedCall('BAD_ARGUMENT', read('readRecord', '../meta/domain'));
    const marks = (args: readonly string[]) => ledger.simulate(hashOf('q'), 'listMarks', args);
    await refusedCall('BAD_TRACE_ID', marks([' lot', '5', '']));
    await refusedCall('BAD_ARGUMENT', marks(['lot', '0', '']));
    await refusedCall('BAD_ARGUMENT', marks(['lot', '5', 'mark/other x']));
  });
});
