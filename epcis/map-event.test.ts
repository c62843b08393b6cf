import { describe, expect, it } from '@jest/globals';
import { type ClientRecord, type JsonValue, MAX_AMOUNTS, recordOf } from '@cotrace/core';
import { readEpcisFile } from './read-documents.js';

const CONTEXT = 'https://ref.gs1.org/standards/epcis/epcis-context.jsonld';
const CLASS = 'https://id.gs1.org/01/09521234000884';
const LOT = `${CLASS}/10/L1`;
const ITEM = `${CLASS}/21/S1`;
const OTHER = 'https://id.gs1.org/01/09521234005568';
const PALLET = 'https://id.gs1.org/00/095212349999999995';

/** The record of an event, and what is said of it. The contract takes every one. */
function mapped(
  fields: object,
  context: readonly object[] = [],
): { record: ClientRecord; warnings: readonly string[] } {
  const event = {
    '@context': [CONTEXT, ...context],
    type: 'ObjectEvent',
    eventTime: '2026-05-03T08:00:00Z',
    eventTimeZoneOffset: '+00:00',
    ...fields,
  };
  const { events, warnings } = readEpcisFile(JSON.stringify(event), 'test.json');
  const result = events[0]?.result;
  if (result?.ok !== true) throw new Error(`refused: ${JSON.stringify(result?.errors)}`);
  expect(recordOf(JSON.parse(JSON.stringify(result.record)) as JsonValue, 1000)).toEqual(result.record);
  return { record: result.record, warnings };
}

/** Identifiers as `role id [lot] [amounts]`, the host of GS1 left out. */
function told({ traces }: ClientRecord): string[] {
  const short = (id: string) => id.replace('https://id.gs1.org/', '');
  return traces.map(({ id, role, lot, amounts }) =>
    [
      `${role} ${short(id)}`,
      ...(lot === null ? [] : [`of ${short(lot)}`]),
      ...(amounts ?? []).map(({ value, unit }) => `${value} ${unit ?? 'pieces'}`),
    ].join(', '),
  );
}

const aggregation = { type: 'AggregationEvent', parentID: PALLET, childEPCs: [ITEM] };
const association = { ...aggregation, type: 'AssociationEvent' };
const inspection = { type: 'example:Inspection', parentID: PALLET, childEPCs: [ITEM] };
const transaction = { type: 'TransactionEvent', bizTransactionList: [{ bizTransaction: 'urn:x:po' }] };

describe('bond and change of an event', () => {
  it.each([
    ['an object made', { action: 'ADD', epcList: [ITEM] }, [null, 'add']],
    ['an object seen', { action: 'OBSERVE', epcList: [ITEM] }, [null, 'see']],
    ['an object ended', { action: 'DELETE', epcList: [ITEM] }, [null, 'remove']],
    ['packing', { ...aggregation, action: 'ADD' }, ['aggregation', 'add']],
    ['packed goods seen', { ...aggregation, action: 'OBSERVE' }, ['aggregation', 'see']],
    ['unpacking', { ...aggregation, action: 'DELETE' }, ['aggregation', 'remove']],
    ['unpacking everything', { ...aggregation, childEPCs: [], action: 'DELETE' }, ['aggregation', 'empty']],
    ['a part put on', { ...association, action: 'ADD' }, ['association', 'add']],
    ['all parts off', { ...association, childEPCs: [], action: 'DELETE' }, ['association', 'empty']],
    [
      'children without a parent',
      { ...aggregation, parentID: undefined, action: 'OBSERVE' },
      ['aggregation', 'see'],
    ],
    ['unpacking nothing from nothing', { type: 'AggregationEvent', action: 'DELETE' }, [null, null]],
    ['a transaction', { ...transaction, action: 'DELETE', parentID: PALLET }, [null, null]],
    [
      'a transformation',
      { type: 'TransformationEvent', inputEPCList: [ITEM], outputEPCList: [PALLET] },
      [null, null],
    ],
    ['a type of others with a parent', inspection, ['other', 'see']],
    [
      'a type of others with a parent that is emptied',
      { ...inspection, childEPCs: [], action: 'DELETE' },
      ['other', 'see'],
    ],
    [
      'a type of others without',
      { type: 'example:Inspection', epcList: [ITEM], action: 'ADD' },
      [null, null],
    ],
  ])('of %s', (_title, fields, expected) => {
    const { bond, change } = mapped(fields, [{ example: 'https://x.example/' }]).record;
    expect([bond, change]).toEqual(expected);
  });
});

describe('roles', () => {
  it('of a parent is subject where a business transaction is linked to it', () => {
    const { record } = mapped({ ...transaction, action: 'ADD', parentID: PALLET, epcList: [ITEM] });
    expect(told(record)).toEqual(['subject 00/095212349999999995', 'subject 01/09521234000884/21/S1']);
    expect(told(mapped({ ...aggregation, action: 'ADD' }).record)).toEqual([
      'parent 00/095212349999999995',
      'child 01/09521234000884/21/S1',
    ]);
  });

  it('of a transformation that several events share is process', () => {
    const { record } = mapped({
      type: 'TransformationEvent',
      transformationID: 'URN:UUID:11111111-1111-4111-8111-11111111111A',
      inputEPCList: [ITEM],
    });
    expect(told(record)).toEqual([
      'input 01/09521234000884/21/S1',
      'process urn:uuid:11111111-1111-4111-8111-11111111111a',
    ]);
  });
});

describe('lots', () => {
  const made = { action: 'ADD', epcList: [ITEM] };
  const linked = [
    'subject 01/09521234000884/21/S1, of 01/09521234000884/10/L1',
    'lot 01/09521234000884/10/L1',
  ];
  const bare = ['subject 01/09521234000884/21/S1'];

  it('beside a serial number are linked, wherever that stands, each once', () => {
    const epcs = [`${CLASS}/10/L1/21/S1`, `${CLASS}/21/S1?10=L1`, `${CLASS}/10/L1/21/S2`];
    const { record } = mapped({ action: 'OBSERVE', epcList: epcs });
    expect(told(record)).toEqual([...linked, 'subject 01/09521234000884/21/S2, of 01/09521234000884/10/L1']);
  });

  it.each([
    ['cbvmda:lotNumber', []],
    ['urn:epcglobal:cbv:mda:lotNumber', []],
    ['gs1:hasBatchLotNumber', []],
    ['https://gs1.org/voc/hasBatchLotNumber', []],
    ['https://ref.gs1.org/voc/hasBatchLotNumber', []],
    ['http://www.gs1.org/voc/hasBatchLotNumber', []],
    ['mine:lotNumber', [{ mine: 'urn:epcglobal:cbv:mda:' }]],
  ])('in ilmd as %s are linked to what the event makes', (name, context) => {
    for (const value of ['L1', ['L1']]) {
      const { record, warnings } = mapped({ ...made, ilmd: { [name]: value } }, context);
      expect([told(record), warnings]).toEqual([linked, []]);
    }
  });

  it.each([
    ['two values', { 'cbvmda:lotNumber': ['L1', 'L2'] }, 'names more than one lot number'],
    [
      'two names',
      { 'cbvmda:lotNumber': 'L1', 'gs1:hasBatchLotNumber': 'L2' },
      'names more than one lot number',
    ],
    ['a number', { 'cbvmda:lotNumber': 7 }, 'is not a lot number written as text'],
    ['no value', { 'cbvmda:lotNumber': [] }, 'is not a lot number written as text'],
    ['an object', { 'cbvmda:lotNumber': { '@value': 'L1' } }, 'is not a lot number written as text'],
    ['a space in it', { 'cbvmda:lotNumber': 'L 1' }, 'is not a lot number of GS1'],
    ['21 characters', { 'cbvmda:lotNumber': 'L'.repeat(21) }, 'is not a lot number of GS1'],
  ])('in ilmd with %s are not linked, and that is said', (_title, ilmd, why) => {
    const { record, warnings } = mapped({ ...made, ilmd });
    expect(told(record)).toEqual(bare);
    expect(warnings).toEqual([
      expect.stringMatching(`^ilmd\\["cbvmda:lotNumber"\\].* ${why}, so that no lot is linked$`),
    ]);
  });

  it('in ilmd that are told twice alike are one', () => {
    const ilmd = { 'cbvmda:lotNumber': 'L1', 'gs1:hasBatchLotNumber': 'L1' };
    expect(told(mapped({ ...made, ilmd }).record)).toEqual(linked);
  });

  it('in ilmd are no match for another lot beside the serial number', () => {
    const { record, warnings } = mapped({
      ...made,
      epcList: [`${CLASS}/10/L1/21/S1`],
      ilmd: { 'cbvmda:lotNumber': 'L2' },
    });
    expect(told(record)).toEqual(linked);
    expect(warnings).toEqual([expect.stringContaining('epcList[0]')]);
  });

  it('in ilmd are those of GTINs and ITIPs, serialised or bare, and of outputs alone', () => {
    const { record } = mapped({
      type: 'TransformationEvent',
      inputEPCList: [`${OTHER}/21/S9`],
      outputEPCList: [ITEM, PALLET, 'https://id.gs1.org/8006/095212340008840102/21/X'],
      outputQuantityList: [
        { epcClass: OTHER, quantity: 100 },
        { epcClass: `${OTHER}/10/L7`, quantity: 1, uom: 'KGM' },
      ],
      ilmd: { 'cbvmda:lotNumber': 'A/1' },
    });
    expect(told(record)).toEqual([
      'input 01/09521234005568/21/S9',
      'output 01/09521234000884/21/S1, of 01/09521234000884/10/A%2F1',
      'lot 01/09521234000884/10/A%2F1',
      'output 00/095212349999999995',
      'output 8006/095212340008840102/21/X, of 8006/095212340008840102/10/A%2F1',
      'lot 8006/095212340008840102/10/A%2F1',
      'output 01/09521234005568, of 01/09521234005568/10/A%2F1, 100 pieces',
      'output 01/09521234005568/10/A%2F1, 100 pieces',
      'output 01/09521234005568/10/L7, 1 KGM',
    ]);
  });
});

describe('quantities', () => {
  const observed = (quantityList: readonly object[]) => mapped({ action: 'OBSERVE', quantityList });
  const of = (quantity: unknown, uom?: string) => ({ epcClass: LOT, quantity, uom });

  it('are canonical decimals, by unit, and otherwise as they are told', () => {
    const { record } = observed([of(1.5e3, 'KGM'), of(2, 'CS'), of(0.25, 'KGM'), of(3)]);
    expect(told(record)).toEqual(['subject 01/09521234000884/10/L1, 3 pieces, 2 CS, 1500 KGM, 0.25 KGM']);
  });

  it.each([0, -1, 1e-16, 1e30])('of %d are not added up, and that is said', (quantity) => {
    const { record, warnings } = observed([of(quantity)]);
    expect(told(record)).toEqual(['subject 01/09521234000884/10/L1']);
    expect(warnings).toEqual([expect.stringMatching(/^quantityList\[0\]\.quantity .*not added up$/)]);
  });

  it('are left out where one of them is not known', () => {
    const { record, warnings } = observed([of(1, 'KGM'), of(undefined)]);
    expect(told(record)).toEqual(['subject 01/09521234000884/10/L1']);
    expect(warnings).toEqual([expect.stringContaining('without one elsewhere')]);
    expect(observed([of(undefined)]).warnings).toEqual([]);
  });

  it(`are ${MAX_AMOUNTS} of one identifier at most`, () => {
    const all = Array.from({ length: MAX_AMOUNTS + 1 }, () => of(1));
    expect(observed(all.slice(1)).record.traces[0]?.amounts).toHaveLength(MAX_AMOUNTS);
    const { record, warnings } = observed(all);
    expect(record.traces[0]?.amounts).toBeNull();
    expect(warnings).toEqual([expect.stringContaining(`more than ${MAX_AMOUNTS} quantities`)]);
  });
});

describe('what is said of an event', () => {
  it('that names no product, and is recorded', () => {
    const sensor = { sensorElementList: [{ sensorReport: [{ type: 'Temperature', value: 1, uom: 'CEL' }] }] };
    const { record, warnings } = mapped({ action: 'OBSERVE', readPoint: { id: 'urn:x:door' }, ...sensor });
    expect(record.traces).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('names no product; it is recorded')]);
  });

  it('whose id is an event hash and not its own', () => {
    const event = { action: 'OBSERVE', epcList: [ITEM] };
    const { eventHash } = mapped(event).record;
    expect(mapped({ ...event, eventID: eventHash }).warnings).toEqual([]);
    for (const eventID of [
      eventHash.replace(/[0-9a-f]\?/, (end) => (end === '0?' ? '1?' : '0?')),
      eventHash.replace('ni:', 'NI:'),
    ]) {
      const { record, warnings } = mapped({ ...event, eventID });
      expect(record.eventID).toBe(eventID);
      expect(warnings).toEqual([expect.stringMatching(/^eventID .* not that of this event, which is ni:/)]);
      expect(warnings[0]).toContain(eventHash);
    }
  });

  it('of more classes, lots of items and transformations than a record has', () => {
    const epcList = Array.from({ length: 1001 }, (_, i) => `${CLASS}/10/L${i}/21/S`);
    const text = (list: readonly string[]) =>
      JSON.stringify({
        ...{ '@context': CONTEXT, type: 'ObjectEvent', action: 'OBSERVE', epcList: list },
        ...{ eventTime: '2026-05-03T08:00:00Z', eventTimeZoneOffset: '+00:00' },
      });
    const results = [epcList.slice(1), epcList].map(
      (list) => readEpcisFile(text(list), 'x').events[0]?.result,
    );
    expect(results).toMatchObject([
      { ok: true },
      {
        ok: false,
        errors: [
          { message: 'names 1001 classes, lots of things and transformations; one event may name 1000' },
        ],
      },
    ]);
  });
});
