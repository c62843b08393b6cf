import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { eventHash } from './event-hash.js';
import { readEpcisFile } from './read-documents.js';
import type { ReadFile } from './read-file.js';
import { prefixesOf } from './testing/prefixes.js';
import { dataFolder } from './testing/test-data.js';

const CONTEXT = 'https://ref.gs1.org/standards/epcis/epcis-context.jsonld';
const ITEM = 'https://id.gs1.org/01/09521234000884/21/S1';
const LOT = 'https://id.gs1.org/01/09521234000884/10/L1';

function read(fields: object, context: readonly object[] = []): ReadFile {
  const event = {
    '@context': [CONTEXT, ...context],
    type: 'ObjectEvent',
    eventTime: '2026-05-03T08:00:00Z',
    eventTimeZoneOffset: '+00:00',
    action: 'OBSERVE',
    ...fields,
  };
  return readEpcisFile(JSON.stringify(event, null, 1), 'test.json');
}

/** Hash and identifiers of each event of a file, which are all valid; not the lots that are named beside them. */
function eventsOf(file: ReadFile): { readonly hash: string; readonly ids: readonly string[] }[] {
  return file.events.map(({ result }) => {
    if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.errors)}`);
    const { eventHash: hash, traces } = result.record;
    return { hash, ids: traces.filter(({ role }) => role !== 'lot').map(({ id }) => id) };
  });
}

function errorsOf(file: ReadFile): string[] {
  return file.events.flatMap(({ result }) =>
    result.ok ? [] : result.errors.map(({ path, message }) => `${path} ${message}`),
  );
}

describe('identifiers of an event', () => {
  it('have one text in the hash and in the record, prefixes expanded', () => {
    const written = ['urn:epc:id:sgtin:9521234.000088.S1', 'brand:S1', ITEM, `${ITEM}?21=S2`];
    const context = [{ base: 'https://brand.example/p/' }, { brand: 'base:01/9521234000884/21/' }];
    const found = written.flatMap((text) => eventsOf(read({ epcList: [text] }, context)));
    expect(new Set(found.map(({ hash }) => hash)).size).toBe(1);
    expect(found.map(({ ids }) => ids)).toEqual(written.map(() => [ITEM]));
  });

  it('are read by the context of the event alone, as a document around it says otherwise', () => {
    const own = [{ brand: 'https://id.gs1.org/01/09521234000884/21/' }];
    const inside = {
      ...{ type: 'ObjectEvent', eventTime: '2026-05-03T08:00:00Z', eventTimeZoneOffset: '+00:00' },
      action: 'OBSERVE',
    };
    const document = {
      '@context': [CONTEXT, ...own, { brand: 'urn:other:' }],
      type: 'EPCISDocument',
      schemaVersion: '2.0',
      creationDate: '2026-05-04T09:00:00Z',
      epcisBody: { eventList: [{ ...inside, '@context': own, epcList: ['brand:S1'], 'brand:x': 1 }] },
    };
    const file = readEpcisFile(JSON.stringify(document), 'x');
    const { result } = file.events[0] ?? {};
    if (result?.ok !== true) throw new Error('refused');
    expect(eventsOf(file)[0]?.ids).toEqual([ITEM]);
    // The record's data stands alone: read again, it is the same event.
    const { data, eventHash: hash } = result.record;
    expect(eventHash(data, prefixesOf(data['@context']))).toBe(hash);
  });

  it('are hashed inside an object by its own context', () => {
    const [outer, inner, plain] = [
      read({ epcList: [ITEM], 'a:x': { 'a:y': 'a:z' } }, [{ a: 'https://a.example/' }]),
      read({ epcList: [ITEM], 'a:x': { '@context': { a: 'https://b.example/' }, 'a:y': 'a:z' } }, [
        { a: 'https://a.example/' },
      ]),
      read({ epcList: [ITEM], 'https://a.example/x': 1, 'a:x': { 'b:y': 'https://b.example/z' } }, [
        { a: 'https://a.example/', b: 'https://b.example/' },
      ]),
    ].map((file) => eventsOf(file)[0]?.hash);
    const same = read({ epcList: [ITEM], 'a:x': { 'b:y': 'b:z' } }, [
      { a: 'https://a.example/', b: 'https://b.example/' },
    ]);
    expect(inner).toBe(eventsOf(same)[0]?.hash);
    expect(new Set([outer, inner, plain]).size).toBe(3);
  });

  it('case 32: a context that defines urn is refused', () => {
    const file = read({ epcList: ['urn:epc:id:sgtin:9521234.000088.S1'] }, [
      { urn: 'https://evil.example/' },
    ]);
    expect(errorsOf(file)).toEqual(['@context[1].urn is a scheme of URIs and cannot be a prefix']);
    const nested = read({ epcList: [ITEM], 'a:b': { '@context': { gs1: 'https://evil.example/' } } });
    expect(errorsOf(nested).join()).toContain('["a:b"].@context.gs1 is https://gs1.org/voc/ by the standard');
  });

  it.each([
    [
      'https://id.gs1.org/21/2018/01/09521234000600',
      'perhaps https://id.gs1.org/01/09521234000600/21/2018 is meant',
    ],
    ['https://id.gs1.org/./01/09521234000884/21/S1', `perhaps ${ITEM} is meant`],
    ['urn:epc:tag:sgtin-96:3.9521234.000088.S1', 'perhaps urn:epc:id:sgtin:9521234.000088.S1 is meant'],
    ['urn:epc:idpat:sgtin:9521234.*.*', 'just its last field is *'],
    ['urn:epc:id:sgtn:9521234.000088.S1', 'perhaps urn:epc:id:sgtin:9521234.000088.S1 is meant'],
  ])('%s is refused with the right spelling', (text, hint) => {
    expect(errorsOf(read({ epcList: [text] }))).toEqual([expect.stringContaining(hint)]);
  });
});

describe('what is odd', () => {
  it.each([
    [
      'a class in a list of EPCs',
      { epcList: ['https://id.gs1.org/01/09521234000884'] },
      ['epcList[0] (line 10) names a class'],
    ],
    [
      'a lot in a list of EPCs',
      { epcList: ['urn:epc:class:lgtin:9521234.000088.L1'] },
      ['epcList[0] (line 10) names a lot'],
    ],
    [
      'an item in a list of quantities',
      { quantityList: [{ epcClass: ITEM }] },
      ['quantityList[0].epcClass (line 11) names one thing'],
    ],
    [
      'an item in a query',
      { epcList: ['https://id.gs1.org/8010/9521234AB/8011/1', `${LOT.replace('/10/L1', '')}/235/A?21=S1`] },
      [`perhaps ${ITEM} is meant`],
    ],
    [
      'a wrong check digit elsewhere',
      { epcList: ['https://x.example/01/09521234000885'] },
      ['has a wrong check digit'],
    ],
    [
      'a prefix that nobody declared',
      { epcList: ['nobody:lot/7'] },
      ['begins with nobody:, a prefix that no context declares'],
    ],
    [
      'others’ classes among quantities',
      { quantityList: [{ epcClass: 'https://x.example/products/7' }, { epcClass: LOT }] },
      [],
    ],
  ])('%s is recorded, and said where it stands', (_, fields, warnings) => {
    const file = read(fields);
    expect(eventsOf(file)).toHaveLength(1);
    expect(file.warnings).toEqual(warnings.map((text) => expect.stringContaining(text)));
  });

  it('is said twenty times at most', () => {
    const lots = Array.from({ length: 30 }, (_, i) => `urn:epc:class:lgtin:9521234.000088.L${i}`);
    const { warnings } = read({ epcList: lots });
    expect(warnings).toHaveLength(21);
    expect(warnings[20]).toBe('10 more warnings about identifiers');
  });
});

const folder = dataFolder('cases');

(existsSync(folder) ? describe : describe.skip)(
  `cases of identity in ${folder.href} (skipped where it is missing)`,
  () => {
    const file = (name: string): ReadFile =>
      readEpcisFile(readFileSync(new URL(`${name}.json`, folder), 'utf8'), name);

    it.each([
      ['identity-lot-and-serial', 'identity-serial', 'https://id.gs1.org/01/09521234000884/21/S2'],
      ['identity-class-pattern', 'identity-class-link', 'https://id.gs1.org/01/09521234005568'],
    ])('%s and %s are one event of one identifier', (a, b, id) => {
      const [first, second] = [a, b].map((name) => eventsOf(file(name)));
      expect(second).toEqual(first);
      expect(first?.map(({ ids }) => ids)).toEqual([[id]]);
    });

    it('identity-one-item-three-spellings are three events of one item', () => {
      const events = eventsOf(file('identity-one-item-three-spellings'));
      expect(new Set(events.map(({ hash }) => hash)).size).toBe(3);
      expect(events.map(({ ids }) => ids)).toEqual([[ITEM], [ITEM], [ITEM]]);
    });

    it('qualifier-before-key is refused with the right spelling', () => {
      expect(errorsOf(file('qualifier-before-key'))).toEqual([
        expect.stringContaining('perhaps https://id.gs1.org/01/09521234000600/21/2018 is meant'),
      ]);
    });
  },
);
