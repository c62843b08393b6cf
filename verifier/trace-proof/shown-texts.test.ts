import { describe, expect, it } from '@jest/globals';
import { canonicalJson, hashCanonical, sha256, toHex, type TraceEvent } from '@cotrace/core';
import { recordIdOfText } from './record-text.js';
import { readRowText } from './row-text.js';
import { RecordTexts, shownEvent } from './shown-texts.js';

const GTIN = 'https://id.gs1.org/01/09521234500049';
const ITEM = `${GTIN}/21/a`;
const LOT = `${GTIN}/10/L`;
const CRATE = 'https://id.gs1.org/8003/09521234500049001';
const TX = '1a'.repeat(32);
const HASH = `ni:///sha-256;${'ab'.repeat(32)}?ver=CBV2.0`;

const RECORD = {
  step: 'packing',
  eventTime: '2026-05-01T08:00:00.000Z',
  bond: 'aggregation',
  change: 'add',
  traces: [
    { id: CRATE, role: 'parent', lot: null, amounts: null },
    { id: ITEM, role: 'child', lot: LOT, amounts: null },
    { id: LOT, role: 'lot', lot: null, amounts: null },
    { id: GTIN, role: 'child', lot: null, amounts: [{ value: '2.5', unit: 'KGM' }] },
  ],
  data: { type: 'AggregationEvent' },
  eventHash: HASH,
  eventID: null,
  corrects: null,
};
const TEXT = canonicalJson(RECORD);
const RECORD_ID = recordIdOfText('Mill', TEXT);
const EVENT = toHex(hashCanonical([HASH, null]));

const MARK = {
  txId: TX,
  recordId: RECORD_ID,
  time: RECORD.eventTime,
  event: EVENT,
  roles: ['lot'],
  bond: 'aggregation',
  change: 'add',
};
const ROW = {
  ...MARK,
  roles: ['child'],
  parent: CRATE,
  ver: 2,
  preTraceTxId: '2b'.repeat(32),
  preTraceHash: '3c'.repeat(32),
};

function leaf(key: string): TraceEvent {
  return {
    txId: TX,
    blockNum: 7n,
    txNum: 0,
    domain: 'goods',
    mspId: 'Mill',
    envelopeHash: sha256(),
    key,
    valueHash: sha256(),
  };
}

const ROW_LEAF = leaf(`trace/${ITEM}`);
const MARK_LEAF = leaf(`mark/${LOT} ${RECORD_ID}`);

/** What an event shows with a row or record that differs in some members; those that are undefined are left out. */
function shownWith(changes: Readonly<Record<string, unknown>>, of: 'row' | 'mark' | 'record') {
  const edited = (base: object): string => JSON.stringify(without({ ...base, ...changes }));
  const [event, base] = of === 'mark' ? [MARK_LEAF, MARK] : [ROW_LEAF, ROW];
  const row = of === 'record' ? canonicalJson(ROW) : edited(base);
  return shownEvent(event, row, of === 'record' ? edited(RECORD) : null, new RecordTexts());
}

function without(members: object): object {
  return JSON.parse(
    canonicalJson(Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))),
  ) as object;
}

describe('the texts of an event', () => {
  it('say of a row and its record what a lineage goes by', () => {
    const place = { domain: 'goods', txId: TX, organisation: 'Mill' };
    const said = {
      recordId: RECORD_ID,
      event: EVENT,
      time: RECORD.eventTime,
      wrong: false,
      bond: 'aggregation',
      change: 'add',
    };
    const row = { ...said, roles: ['child'], parent: CRATE };
    expect(shownEvent(ROW_LEAF, canonicalJson(ROW), null, new RecordTexts())).toEqual({
      shown: 'row',
      place,
      row,
    });
    expect(shownEvent(ROW_LEAF, canonicalJson(ROW), TEXT, new RecordTexts())).toEqual({
      shown: 'record',
      place,
      row,
      record: { ...said, step: 'packing', traces: RECORD.traces },
    });
    expect(shownEvent(MARK_LEAF, canonicalJson(MARK), null, new RecordTexts())).toEqual({
      shown: 'row',
      place,
      row: { ...said, roles: ['lot'], parent: null },
    });
  });

  it('say in whose chain a row stands; a mark is in none', () => {
    expect(readRowText(ROW_LEAF, canonicalJson(ROW))?.link).toEqual({
      ver: 2,
      preTraceTxId: '2b'.repeat(32),
    });
    const first = { ...ROW, ver: 1, preTraceTxId: null, preTraceHash: null };
    expect(readRowText(ROW_LEAF, canonicalJson(first))?.link).toEqual({ ver: 1, preTraceTxId: null });
    expect(readRowText(MARK_LEAF, canonicalJson(MARK))?.link).toBeNull();
  });

  it('name a record by its organisation: two that recorded the same have two records', () => {
    expect(recordIdOfText('Mill', TEXT)).toBe(toHex(hashCanonical(['Mill', RECORD])));
    const texts = new RecordTexts();
    expect(texts.of('Mill', TEXT)?.shown.recordId).toBe(RECORD_ID);
    expect(texts.of('Farm', TEXT)?.shown.recordId).toBe(recordIdOfText('Farm', TEXT));
    expect(texts.of('Mill', TEXT)?.shown.recordId).toBe(RECORD_ID);
  });

  const foreignRows: readonly (readonly [string, Record<string, unknown>])[] = [
    ['another transaction', { txId: '00'.repeat(32) }],
    ['no hash of a record', { recordId: 'x' }],
    ['no event', { event: undefined }],
    ['a time that is none', { time: '2026-02-30T00:00:00.000Z' }],
    ['wrong said as false', { wrong: false }],
    ['a member that says nothing', { parent: null }],
    ['an unknown member', { lots: [LOT] }],
    ['an unknown role', { roles: ['owner'] }],
    ['no role', { roles: [] }],
    ['roles out of order', { roles: ['subject', 'child'] }],
    ['a role twice', { roles: ['child', 'child'] }],
    ['a process that gives and does nothing', { roles: ['child', 'process', 'process-gives'] }],
    ['the roles of a mark', { roles: ['lot'], parent: undefined }],
    ['a child without bond', { bond: undefined }],
    ['a bond without change', { change: undefined }],
    ['an emptying that names a child', { change: 'empty' }],
    ['a bond of others that adds', { bond: 'other' }],
    ['an alias as parent', { parent: `${CRATE}/` }],
    ['a parent of something that is no child', { roles: ['subject'] }],
    ['a version 0', { ver: 0 }],
    ['a first of a chain with one before', { ver: 1 }],
    ['a second of a chain without one before', { preTraceTxId: null }],
    ['no hash of the block before', { preTraceHash: null }],
  ];
  it.each(foreignRows)('are foreign where a row has %s', (_title, changes) => {
    expect(shownWith({}, 'row')).not.toBeNull();
    expect(shownWith(changes, 'row')).toBeNull();
  });

  it.each([
    ['another record than its key', { recordId: '00'.repeat(32) }],
    ['a place in a chain', { ver: 1, preTraceTxId: null, preTraceHash: null }],
    ['the roles of a row', { roles: ['child'] }],
  ])('are foreign where a mark has %s', (_title, changes) => {
    expect(shownWith({}, 'mark')).not.toBeNull();
    expect(shownWith(changes, 'mark')).toBeNull();
  });

  it('are foreign where a text is no canonical JSON, or its key names an alias', () => {
    const text = canonicalJson(ROW);
    const texts = new RecordTexts();
    for (const odd of ['', '{', ` ${text}`, 'null', '[]', text.replace('"ver":2', '"ver":2.0')])
      expect(shownEvent(ROW_LEAF, odd, null, texts)).toBeNull();
    expect(shownEvent(leaf(`trace/${ITEM}/`), text, null, texts)).toBeNull();
    expect(shownEvent(ROW_LEAF, text, `${TEXT} `, texts)).toBeNull();
  });

  const [parent, item, lot, goods] = RECORD.traces;
  const foreignRecords: readonly (readonly [string, Record<string, unknown>])[] = [
    ['a member more', { dispositions: null }],
    ['a member less', { eventID: undefined }],
    ['no data', { data: null }],
    ['a step with a space', { step: 'to pack' }],
    ['another hash', { eventHash: 'ni:///sha-256;00' }],
    ['an event id that is no URI', { eventID: 'x' }],
    ['corrections without one', { corrects: [] }],
    ['the same correction twice', { corrects: ['urn:a:b', 'urn:a:b'] }],
    ['an identifier twice', { traces: [parent, item, lot, goods, item] }],
    ['an alias', { traces: [parent, { ...goods, id: `${GTIN}/` }] }],
    ['an unknown role', { traces: [parent, { ...goods, role: 'owner' }] }],
    ['a lot that is not in the record', { traces: [parent, item] }],
    ['a lot of other goods', { traces: [parent, { ...item, id: 'urn:a:b' }, lot] }],
    ['a lot that is none', { traces: [parent, { ...goods, lot: ITEM }, item, lot] }],
    ['two parents', { traces: [parent, { ...parent, id: 'urn:a:b' }, item, lot] }],
    ['a bond without parent and child', { traces: [lot] }],
    ['a parent without bond', { bond: null }],
    ['a change without bond that empties', { bond: null, change: 'empty', traces: [lot] }],
    ['an emptying that names a child', { change: 'empty' }],
    ['an emptying of others', { bond: 'other', change: 'empty', traces: [parent] }],
    ['an empty list of amounts', { traces: [parent, { ...goods, amounts: [] }] }],
    ...['0', '0.0', '01', '1.0', '-1', '1e3', '.5', `1${'0'.repeat(30)}`, `0.${'1'.repeat(16)}`].map(
      (value): [string, Record<string, unknown>] => [
        `an amount of ${value}`,
        { traces: [parent, { ...goods, amounts: [{ value, unit: null }] }] },
      ],
    ),
    ['a unit that is empty', { traces: [parent, { ...goods, amounts: [{ value: '1', unit: '' }] }] }],
    [
      'amounts out of order',
      {
        traces: [
          parent,
          {
            ...goods,
            amounts: [
              { value: '1', unit: 'A' },
              { value: '1', unit: null },
            ],
          },
        ],
      },
    ],
  ];
  it.each(foreignRecords)('are foreign where a record has %s', (_title, changes) => {
    expect(shownWith({}, 'record')).not.toBeNull();
    expect(shownWith(changes, 'record')).toBeNull();
  });

  it.each(['1', '0.5', '10', '10.25', `1${'0'.repeat(29)}`, `0.${'1'.repeat(15)}`])(
    'take an amount of %s',
    (value) => {
      const traces = [parent, { ...goods, amounts: [{ value, unit: null }] }];
      expect(shownWith({ traces }, 'record')).not.toBeNull();
    },
  );
});
