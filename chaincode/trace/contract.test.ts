import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  canonicalJson,
  type Captured,
  type ClientRecord,
  distinctIds,
  eventIdKey,
  eventKey,
  hashCanonical,
  type Hint,
  recordKey,
  toHex,
  traceKey,
  type TraceRow,
} from '@cotrace/core';
import { adminCertificate, adminOfUnitCertificate } from './testing/certificates.js';
import { MemoryLedger, type Simulation } from './testing/memory-ledger.js';
import { refusedCall } from './testing/refused.js';
import { eventHashOf, hashOf, mill, noHint, sampleRecord } from './testing/samples.js';

const admin = { certificate: adminCertificate };

let ledger: MemoryLedger;

beforeEach(async () => {
  ledger = new MemoryLedger();
  await ledger.submit(hashOf('define'), 'define', [JSON.stringify(mill)], admin);
});

function capture(txId: string, record: ClientRecord, hints?: readonly Hint[]): Promise<Simulation> {
  const all = hints ?? distinctIds(record).map(noHint);
  return ledger.submit(txId, 'capture', [JSON.stringify(record), JSON.stringify(all)]);
}

async function read(method: 'readRecord' | 'readTrace' | 'history', id: string): Promise<unknown> {
  return (await ledger.simulate(hashOf('query'), method, [id])).answer;
}

describe('define', () => {
  it('writes the canonical definition, whatever the order of members and the white space', async () => {
    const other = new MemoryLedger();
    const reordered = JSON.stringify(Object.fromEntries(Object.entries(mill).reverse()), null, 3);
    await other.submit(hashOf('define'), 'define', [reordered], { certificate: adminOfUnitCertificate });
    expect(other.text('meta/domain')).toBe(canonicalJson(mill));
    expect(ledger.text('meta/domain')).toBe(canonicalJson(mill));
  });

  it('answers the same definition with DUPLICATE, another one with ALREADY_DEFINED', async () => {
    const again = (value: object): Promise<unknown> =>
      ledger.simulate(hashOf('again'), 'define', [JSON.stringify(value)], admin);
    await refusedCall('DUPLICATE', again(mill));
    await refusedCall('ALREADY_DEFINED', again({ ...mill, limits: { identifiers: 1, recordBytes: 10 } }));
  });

  it('takes it from an administrator only, and under its own name only', async () => {
    const other = new MemoryLedger();
    const text = JSON.stringify(mill);
    await refusedCall('NOT_ALLOWED', other.simulate(hashOf('d'), 'define', [text]));
    const wrong = { ...admin, chaincode: 'shop' };
    const refusal = await refusedCall('WRONG_DOMAIN', other.simulate(hashOf('d'), 'define', [text], wrong));
    expect(refusal.detail).toEqual({ domain: 'mill', chaincode: 'shop' });
  });

  it('refuses a schema that does not compile', async () => {
    const text = JSON.stringify({ ...mill, dataSchema: { type: 'objekt' } });
    await refusedCall('BAD_DEFINITION', new MemoryLedger().simulate(hashOf('d'), 'define', [text], admin));
  });

  it('comes before everything else', async () => {
    const other = new MemoryLedger();
    await refusedCall('NOT_DEFINED', other.simulate(hashOf('q'), 'capture', ['{}', '[]']));
    await refusedCall('NOT_DEFINED', other.simulate(hashOf('q'), 'readRecord', [hashOf('r')]));
    await refusedCall('NOT_DEFINED', other.simulate(hashOf('q'), 'readTrace', ['lot-1']));
    await refusedCall('NOT_DEFINED', other.simulate(hashOf('q'), 'listTraces', ['', '10', '']));
    await refusedCall('NOT_DEFINED', other.simulate(hashOf('q'), 'history', ['lot-1']));
  });
});

describe('capture', () => {
  it('writes the record, its rows and the keys of its event, and nothing else', async () => {
    const record = sampleRecord({
      traces: [
        { id: 'lot-1', role: 'input' },
        { id: 'lot-2', role: 'output' },
        { id: 'lot-1', role: 'subject' },
      ],
      eventID: 'urn:uuid:1',
    });
    const txId = hashOf('tx1');
    const { answer, event } = await capture(txId, record);
    const recordId = toHex(hashCanonical(record));
    const captured: Captured = {
      recordId,
      traces: [
        { id: 'lot-1', ver: 1 },
        { id: 'lot-2', ver: 1 },
      ],
    };
    expect(answer).toEqual(captured);
    expect(event).toEqual({ name: 'captured', payload: captured });
    expect(ledger.keys().sort()).toEqual(
      [
        eventIdKey('urn:uuid:1'),
        eventKey(record.eventHash),
        'meta/domain',
        recordKey(recordId),
        traceKey('lot-1'),
        traceKey('lot-2'),
      ].sort(),
    );
    const link = { ver: 1, preTraceTxId: null, preTraceHash: null };
    expect(await read('readRecord', recordId)).toEqual({
      ...record,
      traces: record.traces.map((ref) => ({ ...ref, ...link })),
    });
    expect(await read('readTrace', 'lot-2')).toEqual({ txId, recordId, ...link });
  });

  it('stores canonical JSON, however the client wrote it', async () => {
    const record = sampleRecord({ data: { weight: 1e21, tags: ['é', '\u2028'] } });
    const spaced = JSON.stringify(Object.fromEntries(Object.entries(record).reverse()), null, 2);
    const one = await ledger.simulate(hashOf('t'), 'capture', [spaced, JSON.stringify([noHint('lot-1')])]);
    await capture(hashOf('t'), record);
    expect(one.answer).toMatchObject({ recordId: toHex(hashCanonical(record)) });
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
    const row: TraceRow = { txId: hashOf('tx2'), recordId, ver: 2, ...before };
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
      traces: [
        { id: 'lot-0', role: 'input' },
        { id: 'lot-1', role: 'output' },
      ],
    });
    const refusal = await refusedCall('STALE', capture(hashOf('tx2'), record));
    expect(refusal.detail).toEqual({ count: 1, traces: [{ id: 'lot-1', preTraceTxId: hashOf('tx1') }] });
    const guess = { id: 'lot-0', preTraceTxId: hashOf('tx1'), preTraceHash: hashOf('b') };
    const tooMuch = await refusedCall('STALE', capture(hashOf('tx2'), record, [guess, noHint('lot-1')]));
    expect(tooMuch.detail['traces']).toContainEqual({ id: 'lot-0', preTraceTxId: null });
  });

  it('names the first record of an event that is told again', async () => {
    const first = sampleRecord({ eventID: 'urn:uuid:1' });
    await capture(hashOf('tx1'), first);
    const detail = {
      txId: hashOf('tx1'),
      recordId: toHex(hashCanonical(first)),
      eventHash: first.eventHash,
    };
    const again = await refusedCall(
      'DUPLICATE',
      capture(hashOf('tx2'), sampleRecord({ eventID: 'urn:other' })),
    );
    expect(again.detail).toEqual(detail);
    const conflict = await refusedCall(
      'CONFLICT',
      capture(hashOf('tx3'), sampleRecord({ eventID: 'urn:uuid:1', eventHash: eventHashOf('h2') })),
    );
    expect(conflict.detail).toEqual({ eventID: 'urn:uuid:1', ...detail });
  });

  it('records declarations of error beside the event, in either order, each once', async () => {
    const event = sampleRecord({ eventID: 'urn:uuid:1', traces: [] });
    const declaration = { ...event, corrects: ['urn:uuid:1'], data: { weight: 1 } };
    const otherDeclaration = { ...declaration, data: { weight: 2 } };
    await capture(hashOf('tx1'), declaration);
    await capture(hashOf('tx2'), event);
    await capture(hashOf('tx3'), otherDeclaration);
    const refusal = await refusedCall('DUPLICATE', capture(hashOf('tx4'), declaration));
    expect(refusal.detail).toMatchObject({ txId: hashOf('tx1') });
    const again = await refusedCall('DUPLICATE', capture(hashOf('tx4'), event));
    expect(again.detail).toMatchObject({ txId: hashOf('tx2') });
  });

  it.each([
    ['UNKNOWN_STEP', sampleRecord({ step: 'retail_selling' })],
    ['BAD_DATA', sampleRecord({ data: { weight: -1 } })],
    ['BAD_TRACE_ID', sampleRecord({ traces: [{ id: ' lot', role: 'input' }] })],
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
      await capture(
        hashOf(id),
        sampleRecord({ eventHash: eventHashOf(id), traces: [{ id, role: 'subject' }] }),
      );
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
  });
});
