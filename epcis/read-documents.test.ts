import { describe, expect, it } from '@jest/globals';
import { checkTraceId } from '@cotrace/core';
import fc from 'fast-check';
import { MAX_DOCUMENT_LENGTH, readEpcisFile } from './read-documents.js';
import type { ReadEvent, ReadFile } from './read-file.js';
import { recordOf } from './testing/record-of.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const CONTEXT = 'https://ref.gs1.org/standards/epcis/epcis-context.jsonld';

const event = {
  type: 'ObjectEvent',
  eventTime: '2026-04-17T09:26:42.12-04:00',
  eventTimeZoneOffset: '-04:00',
  action: 'OBSERVE',
  bizStep: 'shipping',
  epcList: ['urn:epc:id:sgtin:0614141.107346.2017'],
};

function document(...events: readonly object[]): Record<string, unknown> {
  return {
    '@context': [CONTEXT, { example: 'https://example.com/' }],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: '2026-04-17T16:20:07Z',
    epcisBody: { eventList: events },
  };
}

function read(value: unknown): ReadFile {
  return readEpcisFile(JSON.stringify(value, null, 2), 'test.json');
}

function errorsOf(found?: ReadEvent): string[] {
  if (found === undefined || found.result.ok) throw new Error('accepted');
  return found.result.errors.map(({ path, line, column, message }) => `${line}:${column} ${path} ${message}`);
}

function domainOfFirst(...events: readonly object[]): string | null {
  const result = read(document(...events)).events[0]?.result;
  return result?.ok === true ? result.domain : null;
}

const trace = (id: string, role: string, amounts: unknown = null) => ({ id, role, lot: null, amounts });

describe('an event becomes a record', () => {
  it('with canonical identifiers, UTC time and its own data, standing alone', () => {
    const [found] = read(document({ ...event, eventID: 'urn:uuid:1', _note: 'x' })).events;
    const record = recordOf(found);
    expect(record).toEqual({
      step: 'shipping',
      eventTime: '2026-04-17T13:26:42.120Z',
      bond: null,
      change: 'see',
      traces: [trace('https://id.gs1.org/01/10614141073464/21/2017', 'subject')],
      data: { ...event, eventID: 'urn:uuid:1', '@context': [CONTEXT, { example: 'https://example.com/' }] },
      eventHash: record.eventHash,
      eventID: 'urn:uuid:1',
      corrects: null,
    });
    expect(record.eventHash).toMatch(/^ni:\/\/\/sha-256;[0-9a-f]{64}\?ver=CBV2\.0$/);
  });

  it('gives every identifier its role, once however often and in whatever form it stands there', () => {
    const record = recordOf(
      read(
        document({
          ...event,
          type: 'TransformationEvent',
          action: undefined,
          epcList: undefined,
          inputEPCList: [
            'https://id.gs1.org/01/10614141073464/21/2017',
            'urn:epc:id:sgtin:0614141.107346.2017',
          ],
          inputQuantityList: [{ epcClass: 'urn:epc:idpat:sgtin:4012345.066666.*', quantity: 220 }],
          outputEPCList: ['https://shop.example.com/gtin/10614141073464/ser/2017'],
          outputQuantityList: [{ epcClass: 'urn:epc:class:lgtin:4012345.012345.Lot987' }],
        }),
      ).events[0],
    );
    expect(record.traces).toEqual([
      trace('https://id.gs1.org/01/10614141073464/21/2017', 'input'),
      trace('https://id.gs1.org/01/10614141073464/21/2017', 'output'),
      trace('https://id.gs1.org/01/04012345666663', 'input', [{ value: '220', unit: null }]),
      trace('https://id.gs1.org/01/04012345123456/10/Lot987', 'output'),
    ]);
    const packed = recordOf(
      read(
        document({
          ...event,
          type: 'AggregationEvent',
          parentID: 'urn:a:p',
          childEPCs: ['urn:a:c'],
          epcList: undefined,
        }),
      ).events[0],
    );
    expect(packed.traces).toEqual([trace('urn:a:p', 'parent'), trace('urn:a:c', 'child')]);
  });

  it('names what a declaration of error corrects: the event id, else the event hash', () => {
    const errorDeclaration = { declarationTime: '2026-04-18T00:00:00Z', reason: 'did_not_occur' };
    const original = recordOf(read(document(event)).events[0]);
    const withId = recordOf(read(document({ ...event, eventID: 'urn:uuid:1', errorDeclaration })).events[0]);
    const without = recordOf(read(document({ ...event, errorDeclaration })).events[0]);
    expect(withId.corrects).toEqual(['urn:uuid:1']);
    expect(without.corrects).toEqual([original.eventHash]);
    expect(without.eventHash).toBe(original.eventHash);
  });

  it('writes a standard step as its word, however it is written, and another one as its URI', () => {
    const step = (bizStep: string): string | null =>
      recordOf(read(document({ ...event, bizStep })).events[0]).step;
    expect(step('https://ref.gs1.org/cbv/BizStep-receiving')).toBe('receiving');
    expect(step('cbv:BizStep-receiving')).toBe('receiving');
    expect(step('example:milling')).toBe('https://example.com/milling');
  });

  it('is left without what its sender declares to be bookkeeping, but never without a standard field', () => {
    const found = read({
      ...document({ ...event, 'example:row': 7 }),
      'repository-x:ignoreFields': ['example:row', 'bizStep'],
      '@context': [
        CONTEXT,
        { 'repository-x': 'https://repository-x.example.com/', example: 'https://example.com/' },
      ],
    });
    const record = recordOf(found.events[0]);
    expect(record.eventHash).toBe(recordOf(read(document(event)).events[0]).eventHash);
    expect(record.data).not.toHaveProperty('example:row');
    expect(record.step).toBe('shipping');
  });
});

describe('transformations of single things', () => {
  const TANK = 'https://id.gs1.org/8004/9521234TANK';
  const LOT = 'https://id.gs1.org/01/09521234000884/10/A';
  const warningsOf = (
    ...sides: readonly [inputs: string[], outputs: string[], more?: object][]
  ): readonly string[] =>
    read(
      document(
        ...sides.map(([inputEPCList, outputEPCList, more], i) => ({
          ...{ type: 'TransformationEvent', eventTime: `2026-05-0${i + 1}T08:00:00Z` },
          ...{ eventTimeZoneOffset: '+00:00', inputEPCList, outputEPCList, ...more },
        })),
      ),
    ).warnings.filter((line) => line.includes('is one thing'));

  it('that is filled and emptied again and again are warned about', () => {
    expect(warningsOf([['urn:a:1'], [TANK]], [[TANK], ['urn:a:2']], [['urn:a:3'], [TANK]])).toEqual([
      '8004/9521234TANK is one thing, and is made by 2 events and used up by 1 event here; what is filled and emptied, such as a tank, belongs in an aggregation',
    ]);
    expect(warningsOf([[TANK], [TANK]])).toHaveLength(1);
  });

  it('are not, where each is made and used once, is a lot, or the event is told again or declared wrong', () => {
    expect(warningsOf([['urn:a:1'], [TANK]], [[TANK], ['urn:a:2']])).toEqual([]);
    expect(warningsOf([['urn:a:1'], [LOT]], [['urn:a:2'], [LOT]])).toEqual([]);
    const errorDeclaration = { declarationTime: '2026-05-09T08:00:00Z' };
    expect(warningsOf([['urn:a:1'], [TANK]], [['urn:a:2'], [TANK], { errorDeclaration }])).toEqual([]);
    const again = { eventTime: '2026-05-01T08:00:00Z' };
    expect(warningsOf([['urn:a:1'], [TANK]], [['urn:a:1'], [TANK], again])).toEqual([]);
  });
});

describe('the default domains', () => {
  it.each([
    ['shipping', {}, 'distribution'],
    ['retail_selling', {}, 'retail'],
    ['creating_class_instance', { action: 'ADD' }, 'production'],
    ['packing', {}, 'processing'],
    [undefined, { action: 'ADD' }, 'production'],
    [undefined, {}, 'distribution'],
    ['https://example.com/bizStep/milling', {}, 'distribution'],
    [
      'creating_class_instance',
      {
        type: 'TransformationEvent',
        action: undefined,
        epcList: undefined,
        inputEPCList: ['urn:a:b'],
        outputEPCList: ['urn:a:c'],
      },
      'processing',
    ],
  ])('%s %j goes to %s', (bizStep, more, domain) => {
    expect(domainOfFirst({ ...event, bizStep, ...more })).toBe(domain);
  });

  it.each([
    ['shipping', false],
    ['destroying', true],
    ['https://example.com/polishing', true],
  ])('are chosen for %s by the rule for all other events: %s', (bizStep, expected) => {
    const result = read(document({ ...event, bizStep })).events[0]?.result;
    expect(result).toMatchObject({ ok: true, domain: 'distribution', byRuleForOthers: expected });
  });

  it('are replaced by the rules of a configuration; an event that none fits is refused', () => {
    const rules = [{ steps: ['shipping'], domain: 'ports' }];
    const { events } = readEpcisFile(
      JSON.stringify(document(event, { ...event, bizStep: 'packing' })),
      'x',
      rules,
    );
    expect(events[0]?.result).toMatchObject({ ok: true, domain: 'ports' });
    expect(errorsOf(events[1])[0]).toContain('epcisBody.eventList[1].bizStep no capture rule');
  });
});

describe('a file', () => {
  it('loses only the events that are wrong, each with its field and place', () => {
    const text = JSON.stringify(document(event, { ...event, bizStep: 'shiping' }, event), null, 2);
    const { events } = readEpcisFile(text, 'x');
    expect(events.map(({ index, path, result }) => [index, path, result.ok])).toEqual([
      [0, 'epcisBody.eventList[0]', true],
      [1, 'epcisBody.eventList[1]', false],
      [2, 'epcisBody.eventList[2]', true],
    ]);
    const line = text.slice(0, text.indexOf('"shiping"')).split('\n').length;
    expect(errorsOf(events[1])).toEqual([
      `${line}:9 epcisBody.eventList[1].bizStep expected a business step of CBV 2.0, or a URI of your own vocabulary, found "shiping"`,
    ]);
    expect(events[1]?.line).toBeLessThan(line);
  });

  it('is refused as a whole where the document around the events is wrong', () => {
    const { events } = read({ ...document(event, event), schemaVersion: undefined });
    expect(events).toHaveLength(2);
    for (const found of events)
      expect(errorsOf(found)).toEqual(['1:1 schemaVersion is required but missing']);
    expect(errorsOf(read({ ...document(), colour: 'red' }).events[0])[0]).toMatch(
      /^\d+:3 colour is not a standard field/,
    );
  });

  it('may hold one event that stands alone', () => {
    const alone = { '@context': CONTEXT, ...event };
    const [found] = read(alone).events;
    expect(found).toMatchObject({ index: 0, path: '(root)', line: 1, column: 1 });
    expect(recordOf(found).data).toEqual(alone);
    expect(recordOf(found).eventHash).toBe(recordOf(read(document(event)).events[0]).eventHash);
  });

  it('may hold comments, which are told and left out at every depth', () => {
    const { events, warnings } = read({
      ...document({ ...event, _why: 1, 'example:x': { _y: 2, 'example:z': 3 } }),
      _comment: ['x'],
      ['__proto__x']: 1,
    });
    expect(recordOf(events[0]).data['example:x']).toEqual({ 'example:z': 3 });
    expect(warnings).toHaveLength(4);
    expect(warnings[0]).toMatch(/^_comment \(line \d+\) begins with _/);
    expect(warnings[2]).toMatch(/^epcisBody\.eventList\[0\]\._why \(line \d+\) begins with _/);
  });

  it.each([
    ['', 'is not JSON'],
    ['{', 'is not JSON'],
    ['{"type": "EPCISDocument",}', 'is not JSON'],
    ['// x\n{}', 'is not JSON'],
    ['[' + '['.repeat(100_000), 'nests deeper'],
    ['"/* " */' + '['.repeat(100_000), 'something follows its end'],
    ['"\n' + '['.repeat(100_000) + '"', 'nests deeper'],
    ['[1]', 'which is an object'],
    ['{"type":"EPCISDocument","type":"x"}', 'occurs twice'],
    [`{"type":"ObjectEvent","a":${'1'.repeat(400)}}`, 'too large'],
  ])('that is %j is refused: %s', (text, why) => {
    const { events } = readEpcisFile(text, 'x');
    expect(events).toHaveLength(1);
    expect(errorsOf(events[0]).join()).toContain(why);
  });

  it.each<readonly [string, object, string]>([
    ['a context of 65 kB', { '@context': [{ a: `urn:${'x'.repeat(65 * 1024)}` }] }, '65536 bytes'],
    ['101 contexts', { '@context': Array.from({ length: 101 }, (_, i) => `urn:${i}`) }, '100 contexts'],
    [
      '100,001 events',
      { epcisBody: { eventList: Array<object>(100_001).fill({}) } },
      'a file may have 100000',
    ],
  ])('is refused as a whole with %s', (_name, change, why) => {
    const { events } = readEpcisFile(JSON.stringify({ ...document(event), ...change }), 'x');
    expect(events.every(({ result }) => !result.ok)).toBe(true);
    expect(errorsOf(events[0]).join()).toContain(why);
  });

  it('counts comments beyond the first, and cuts long names of members', () => {
    const comments = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`_${i}`, 1]));
    const { warnings } = read({ ...document(event), [`x:${'n'.repeat(1000)}`]: comments });
    expect(warnings).toHaveLength(21);
    expect(warnings[0]?.length).toBeLessThan(200);
    expect(warnings[20]).toBe('10 more members begin with _ and are ignored');
  });

  it('reads a prefix as the event says, else as the document says', () => {
    const own = { ...event, '@context': [{ example: 'https://own.example/' }], 'example:a': 1 };
    const [inDocument, alone, other] = [
      read(document(own)).events[0],
      read({ ...own, '@context': [CONTEXT, { example: 'https://own.example/' }] }).events[0],
      read(document({ ...own, '@context': [] })).events[0],
    ].map((found) => recordOf(found).eventHash);
    expect(inDocument).toBe(alone);
    expect(other).not.toBe(alone);
  });

  it('is refused where it is too long to be read', () => {
    expect(errorsOf(readEpcisFile(' '.repeat(MAX_DOCUMENT_LENGTH + 1), 'x').events[0])[0]).toContain(
      'longer than',
    );
  });

  it('hands on a byte order mark as nothing', () => {
    expect(recordOf(readEpcisFile(`\ufeff${JSON.stringify(document(event))}`, 'x').events[0]).step).toBe(
      'shipping',
    );
  });

  it('has faults of its text in the event where they stand', () => {
    const lone = JSON.stringify(document(event, event)).replace('2017"]', '2017"],"example:x":"\\ud800"');
    const { events } = readEpcisFile(lone, 'x');
    expect(errorsOf(events[0]).join()).toContain(
      'epcisBody.eventList[0]["example:x"] holds a lone surrogate',
    );
    expect(events[1]?.result.ok).toBe(true);
  });

  it('refuses what claims to be a GS1 identifier and is none, and an event of too many identifiers', () => {
    const wrong = ['https://id.gs1.org/01/09521141012346', 'urn:epc:id:sgtin:0614141.10734.2017'];
    expect(errorsOf(read(document({ ...event, epcList: ['urn:a:b', ...wrong] })).events[0])).toEqual([
      expect.stringContaining(
        'epcisBody.eventList[0].epcList[1] identifier "https://id.gs1.org/01/09521141012346" has a wrong check digit',
      ),
      expect.stringContaining('epcList[2] identifier "urn:epc:id:sgtin:0614141.10734.2017"'),
    ]);
    const many = Array.from({ length: 1001 }, (_, i) => `urn:a:${i}`);
    expect(errorsOf(read(document({ ...event, epcList: many })).events[0]).join()).toContain(
      'names 1001 things, containers and lots; one event may name 1000',
    );
    expect(recordOf(read(document({ ...event, epcList: many.slice(1) })).events[0]).traces).toHaveLength(
      1000,
    );
  });

  it('may hold events of other types, but not standard fields of other shapes in them', () => {
    const own = { ...event, type: 'example:Inspection', 'example:grade': 'A', colour: 'red' };
    expect(recordOf(read(document(own)).events[0]).traces).toHaveLength(1);
    expect(errorsOf(read(document({ ...own, epcList: 'urn:a:b' })).events[0]).join()).toContain(
      'epcList expected an array',
    );
  });

  it('never makes the reader throw, whatever text it holds', () => {
    const start = JSON.stringify(document(event), null, 1);
    const change = fc.tuple(fc.nat(start.length), fc.nat(8), fc.string({ unit: 'binary', maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), (changes) => {
        const text = changes.reduce(
          (now, [from, cut, put]) => now.slice(0, from) + put + now.slice(from + cut),
          start,
        );
        for (const { result } of readEpcisFile(text, 'x').events) {
          if (result.ok) for (const { id } of result.record.traces) checkTraceId(id);
          else expect(result.errors.length).toBeGreaterThan(0);
        }
      }),
      { numRuns },
    );
  });
});
