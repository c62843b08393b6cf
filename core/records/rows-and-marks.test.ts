import { describe, expect, it } from '@jest/globals';
import { sha256 } from '../hash.js';
import { toHex, utf8 } from '../bytes/bytes.js';
import type { ClientRecord, Role, TraceRef } from './record.js';
import {
  clientRecord,
  eventOf,
  marksOf,
  namedIn,
  recordIdOf,
  rowsAndMarks,
  storedRecord,
} from './rows-and-marks.js';

const CLASS = 'https://id.gs1.org/01/09521234000884';
const LOT = `${CLASS}/10/L1`;
const ITEM = `${CLASS}/21/S1`;
const H = (text: string) => toHex(sha256(utf8(text)));

const ref = (id: string, role: Role, lot: string | null = null): TraceRef => ({
  id,
  role,
  lot,
  amounts: null,
});

const record: ClientRecord = {
  step: 'packing',
  eventTime: '2026-05-03T08:00:00.000Z',
  bond: 'aggregation',
  change: 'add',
  traces: [ref('crate', 'parent'), ref(ITEM, 'child', LOT), ref(LOT, 'lot'), ref(CLASS, 'child')],
  data: {},
  eventHash: 'ni:x',
  eventID: null,
  corrects: null,
};

describe('rows and marks', () => {
  it.each<[string, readonly TraceRef[], readonly string[], readonly string[]]>([
    ['things and containers have rows', [ref('crate', 'parent'), ref(ITEM, 'child')], ['crate', ITEM], []],
    ['classes have marks in every role', [ref(CLASS, 'output'), ref(CLASS, 'subject')], [], [CLASS]],
    ['lots of items and processes have marks', [ref(LOT, 'lot'), ref('p', 'process')], [], [LOT, 'p']],
    ['a lot that is more has a row', [ref(LOT, 'lot'), ref(LOT, 'output')], [LOT], []],
    ['so has one that is more first', [ref(LOT, 'output'), ref(LOT, 'lot')], [LOT], []],
    [
      'a process that is a product has a row',
      [ref('p', 'process'), ref('q', 'input'), ref('p', 'subject')],
      ['p', 'q'],
      [],
    ],
    ['a lot as such has a row', [ref(LOT, 'child')], [LOT], []],
  ])('%s', (_title, traces, rows, marks) => {
    expect(rowsAndMarks({ traces })).toEqual({ rows, marks });
  });

  it('say of each identifier what the record says of it, and nothing where that says nothing', () => {
    const markOf = marksOf(record, { txId: 't', recordId: 'r' });
    const common = { txId: 't', recordId: 'r', time: record.eventTime, event: eventOf(record) };
    const contained = { ...common, bond: 'aggregation', change: 'add' };
    expect(markOf('crate')).toEqual({ ...contained, roles: ['parent'] });
    expect(markOf(ITEM)).toEqual({ ...contained, roles: ['child'], parent: 'crate' });
    expect(markOf(CLASS)).toEqual({ ...contained, roles: ['child'], parent: 'crate' });
    expect(markOf(LOT)).toEqual({ ...contained, roles: ['lot'] });
    const plain = { ...record, bond: null, change: null, traces: [ref('a', 'subject'), ref('a', 'input')] };
    expect(marksOf(plain, { txId: 't', recordId: 'r' })('a')).toEqual({
      ...common,
      roles: ['input', 'subject'],
    });
    const orphan = { ...record, traces: [ref(ITEM, 'child')] };
    expect(marksOf(orphan, { txId: 't', recordId: 'r' })(ITEM)).not.toHaveProperty('parent');
    const wrong = { ...record, corrects: ['ni:x'] };
    expect(marksOf(wrong, { txId: 't', recordId: 'r' })('crate')).toEqual({
      ...contained,
      roles: ['parent'],
      wrong: true,
    });
  });

  it.each<[readonly Role[], readonly string[]]>([
    [['input'], ['process-gives']],
    [['output'], ['process-takes']],
    [
      ['input', 'output'],
      ['process-gives', 'process-takes'],
    ],
    [['subject'], ['process']],
  ])('of a process with %j say %j', (others, roles) => {
    const traces = [ref('p', 'process'), ...others.map((role) => ref('x', role))];
    expect(marksOf({ ...record, traces }, { txId: 't', recordId: 'r' })('p').roles).toEqual(roles);
  });
});

describe('what a record is known by', () => {
  it('is a hash of its organisation and of what the client sent', () => {
    const small = { ...record, traces: [] };
    const text =
      '{"bond":"aggregation","change":"add","corrects":null,"data":{},"eventHash":"ni:x","eventID":null,"eventTime":"2026-05-03T08:00:00.000Z","step":"packing","traces":[]}';
    expect(recordIdOf('Org1MSP', small)).toBe(H(`["Org1MSP",${text}]`));
    expect(recordIdOf('Org2MSP', small)).toBe(H(`["Org2MSP",${text}]`));
  });

  it('is, of its event, a hash of event hash and event id', () => {
    expect(eventOf(record)).toBe(H('["ni:x",null]'));
    expect(eventOf({ ...record, eventID: 'urn:y' })).toBe(H('["ni:x","urn:y"]'));
  });

  it('tells identifiers in other roles and of other lots apart', () => {
    const traces = [ref('a', 'input'), ref('a', 'output'), ref('a', 'input', LOT), ref('b', 'input')];
    expect(namedIn({ traces }).size).toBe(4);
  });
});

it('a record in state is what the client sent, with its places in chains, null where there is none', () => {
  const link = { ver: 2, preTraceTxId: 'a', preTraceHash: 'b' };
  const stored = storedRecord(record, new Map([[ITEM, link]]));
  const none = { ver: null, preTraceTxId: null, preTraceHash: null };
  expect(
    stored.traces.map(({ ver, preTraceTxId, preTraceHash }) => ({ ver, preTraceTxId, preTraceHash })),
  ).toEqual([none, link, none, none]);
  expect(clientRecord(stored)).toEqual(record);
});
