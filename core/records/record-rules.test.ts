import { describe, expect, it } from '@jest/globals';
import type { JsonValue } from '../json/json-value.js';
import { errorOf } from '../testing/error-of.js';
import { recordOf } from './record-shape.js';
import type { ClientRecord, Role, TraceRef } from './record.js';

const CLASS = 'https://id.gs1.org/01/09521234000884';
const LOT = `${CLASS}/10/L1`;
const ITEM = `${CLASS}/21/S1`;

const ref = (id: string, role: Role, more: Partial<TraceRef> = {}): TraceRef => {
  return { id, role, lot: null, amounts: null, ...more };
};
const parent = ref('crate', 'parent');
const child = ref('apple', 'child');
const subject = ref('apple', 'subject');

const recordWith = (changes: Partial<ClientRecord>): ClientRecord => ({
  step: null,
  eventTime: '2026-05-03T08:00:00.000Z',
  bond: null,
  change: null,
  traces: [],
  data: {},
  eventHash: `ni:///sha-256;${'0'.repeat(64)}?ver=CBV2.0`,
  eventID: null,
  corrects: null,
  ...changes,
});

const read = (changes: Partial<ClientRecord>) =>
  recordOf(JSON.parse(JSON.stringify(recordWith(changes))) as JsonValue, 10);

describe('containment in a record', () => {
  it.each<[string, Partial<ClientRecord>]>([
    ['nothing', {}],
    ['what is made', { change: 'add', traces: [subject] }],
    ['what is ended', { change: 'remove', traces: [subject] }],
    ['packing', { bond: 'aggregation', change: 'add', traces: [parent, child] }],
    ['a child alone', { bond: 'association', change: 'see', traces: [child] }],
    ['a parent alone', { bond: 'aggregation', change: 'remove', traces: [parent] }],
    ['emptying', { bond: 'association', change: 'empty', traces: [parent] }],
    ['what others’ types see', { bond: 'other', change: 'see', traces: [parent, child] }],
  ])('may be %s', (_title, changes) => {
    expect(read(changes)).toEqual(recordWith(changes));
  });

  it.each<[string, string, object]>([
    ['a parent without a bond', 'record.bond', { change: 'see', traces: [parent] }],
    ['a child without a bond', 'record.bond', { change: 'see', traces: [child] }],
    [
      'a bond without parent and child',
      'record.bond',
      { bond: 'aggregation', change: 'see', traces: [subject] },
    ],
    ['a bond without a change', 'record.change', { bond: 'aggregation', traces: [parent, child] }],
    [
      'two parents',
      'record.traces[2]',
      { bond: 'aggregation', change: 'add', traces: [parent, child, ref('box', 'parent')] },
    ],
    ['emptying without a bond', 'record.change', { change: 'empty', traces: [subject] }],
    [
      'emptying of a child',
      'record.change',
      { bond: 'aggregation', change: 'empty', traces: [parent, child] },
    ],
    ['emptying of nothing', 'record.change', { bond: 'aggregation', change: 'empty', traces: [child] }],
    ['emptying by others’ types', 'record.change', { bond: 'other', change: 'empty', traces: [parent] }],
    ['adding by others’ types', 'record.change', { bond: 'other', change: 'add', traces: [parent, child] }],
    ['an unknown bond', 'record.bond', { bond: 'friendship', change: 'add', traces: [parent] }],
    ['an unknown change', 'record.change', { bond: 'aggregation', change: 'grow', traces: [parent] }],
  ])('is refused with %s', (_title, field, changes) => {
    const error = errorOf(() => read(changes));
    expect(error).toMatchObject({ code: 'BAD_RECORD', detail: { field } });
  });
});

describe('lots in a record', () => {
  it.each<[string, readonly TraceRef[]]>([
    ['an item', [ref(ITEM, 'subject', { lot: LOT }), ref(LOT, 'lot')]],
    ['an item, in another order', [ref(LOT, 'lot'), ref(ITEM, 'subject', { lot: LOT })]],
    ['a class', [ref(CLASS, 'output', { lot: LOT }), ref(LOT, 'output')]],
    [
      'an item with and without',
      [ref(ITEM, 'subject'), ref(ITEM, 'subject', { lot: LOT }), ref(LOT, 'subject')],
    ],
  ])('may be of %s', (_title, traces) => {
    expect(read({ traces }).traces).toEqual(traces);
  });

  it.each<[string, string, readonly TraceRef[]]>([
    ['is not named for itself', 'record.traces[0].lot', [ref(ITEM, 'subject', { lot: LOT })]],
    [
      'is another product’s',
      'record.traces[0].lot',
      [ref('https://id.gs1.org/01/09521234005568/21/S', 'subject', { lot: LOT }), ref(LOT, 'lot')],
    ],
    ['is no lot', 'record.traces[0].lot', [ref(ITEM, 'subject', { lot: CLASS }), ref(CLASS, 'subject')]],
    [
      'is of a lot',
      'record.traces[0].lot',
      [ref(`${CLASS}/10/L2`, 'subject', { lot: LOT }), ref(LOT, 'lot')],
    ],
    ['is of a text', 'record.traces[0].lot', [ref('apple', 'subject', { lot: LOT }), ref(LOT, 'lot')]],
    ['is an item', 'record.traces[0].id', [ref(ITEM, 'lot')]],
    [
      'is named twice',
      'record.traces[2]',
      [ref(ITEM, 'subject', { lot: LOT }), ref(LOT, 'lot'), ref(ITEM, 'subject', { lot: LOT })],
    ],
  ])('are refused where one %s', (_title, field, traces) => {
    expect(errorOf(() => read({ traces }))).toMatchObject({ code: 'BAD_RECORD', detail: { field } });
  });

  it('are refused in another spelling, with the right one', () => {
    const traces = [ref(ITEM, 'subject', { lot: `${CLASS}/lot/L1` }), ref(LOT, 'lot')];
    expect(errorOf(() => read({ traces }))).toMatchObject({
      code: 'BAD_TRACE_ID',
      detail: { field: 'record.traces[0].lot' },
    });
  });
});

describe('quantities in a record', () => {
  it.each([
    [[{ value: '1', unit: null }]],
    [
      [
        { value: '0.5', unit: null },
        { value: '0.5', unit: null },
        { value: '2', unit: 'A' },
        { value: '1', unit: 'B' },
      ],
    ],
    [[{ value: '1', unit: 'x'.repeat(32) }]],
  ])('may be %j', (amounts) => {
    expect(read({ traces: [ref(CLASS, 'subject', { amounts })] }).traces[0]?.amounts).toEqual(amounts);
  });

  it.each<[string, unknown]>([
    ['', []],
    [
      '',
      [
        { value: '2', unit: 'B' },
        { value: '1', unit: 'A' },
      ],
    ],
    [
      '',
      [
        { value: '2', unit: 'B' },
        { value: '1', unit: null },
      ],
    ],
    ['[0].value', [{ value: '1.0', unit: null }]],
    ['[0].value', [{ value: '0', unit: null }]],
    ['[0].value', [{ value: '-1', unit: null }]],
    ['[0].value', [{ value: 1, unit: null }]],
    ['[0].unit', [{ value: '1', unit: '' }]],
    ['[0].unit', [{ value: '1', unit: 'é' }]],
    ['[0].unit', [{ value: '1', unit: 'x'.repeat(33) }]],
    ['[0]', [{ value: '1' }]],
    ['[0]', [{ value: '1', unit: null, more: 1 }]],
  ])('are refused at %s of %j', (place, amounts) => {
    const traces = [{ ...ref(CLASS, 'subject'), amounts }] as readonly TraceRef[];
    const error = errorOf(() => read({ traces }));
    expect(error).toMatchObject({
      code: 'BAD_RECORD',
      detail: { field: `record.traces[0].amounts${place}` },
    });
  });

  it('are 1,000 of one identifier at most', () => {
    const all = Array.from({ length: 1001 }, () => ({ value: '1', unit: null }));
    expect(read({ traces: [ref(CLASS, 'subject', { amounts: all.slice(1) })] }).traces).toHaveLength(1);
    const error = errorOf(() => read({ traces: [ref(CLASS, 'subject', { amounts: all })] }));
    expect(error).toMatchObject({ code: 'TOO_LARGE', detail: { field: 'record.traces[0].amounts' } });
  });
});
