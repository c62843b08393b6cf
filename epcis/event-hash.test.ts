import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { eventHash, preHash } from './event-hash.js';
import { readEpcisFile } from './read-documents.js';
import { prefixesOf } from './testing/prefixes.js';
import { dataFolder } from './testing/test-data.js';

const folder = dataFolder('event-hash');

describe('the event hash of CBV 2.0', () => {
  const none = prefixesOf({});
  const base = {
    type: 'ObjectEvent',
    eventTime: '2026-04-17T09:26:42-04:00',
    eventTimeZoneOffset: '-04:00',
    action: 'OBSERVE',
    epcList: ['https://id.gs1.org/00/340123451111111111'],
  };

  it('follows the canonical order, not that of the document', () => {
    const reversed = Object.fromEntries(Object.entries(base).reverse());
    expect(eventHash(reversed, none)).toBe(eventHash(base, none));
    expect(preHash(base, none)).toBe(
      'eventType=ObjectEventeventTime=2026-04-17T13:26:42.000ZeventTimeZoneOffset=-04:00' +
        'epcListepc=https://id.gs1.org/00/340123451111111111action=OBSERVE',
    );
  });

  it('leaves out what identifies, corrects or comments on the event', () => {
    const more = {
      ...base,
      '@context': ['https://ref.gs1.org/standards/epcis/epcis-context.jsonld'],
      eventID: 'urn:uuid:4898a223-216a-4f46-9e18-338ccf6fa3ba',
      recordTime: '2026-04-17T09:26:43-04:00',
      errorDeclaration: { declarationTime: '2026-04-18T09:26:42-04:00', 'example:by': 'me' },
      'rdfs:comment': 'seen',
    };
    expect(eventHash(more, none)).toBe(eventHash(base, none));
  });

  it('changes with every field that says what happened', () => {
    const fields = {
      certificationInfo: ['https://a.example/1'],
      parentID: 'urn:a:b',
      bizStep: 'shipping',
      disposition: 'in_transit',
      persistentDisposition: { set: ['recalled'] },
      readPoint: { id: 'urn:a:b', 'example:dock': '7' },
      bizLocation: { id: 'urn:a:b' },
      bizTransactionList: [{ bizTransaction: 'urn:a:b' }],
      sourceList: [{ type: 'location', source: 'urn:a:b' }],
      destinationList: [{ type: 'location', destination: 'urn:a:b' }],
      quantityList: [{ epcClass: 'urn:a:b', quantity: 1 }],
      sensorElementList: [{ sensorReport: [{ type: 'Temperature', bizRules: 'urn:a:b' }] }],
      ilmd: { 'example:lot': 'A' },
      'example:note': true,
    };
    const hashes = Object.entries(fields).map(([name, value]) => eventHash({ ...base, [name]: value }, none));
    expect(new Set([eventHash(base, none), ...hashes]).size).toBe(hashes.length + 1);
    expect(new Set(hashes.map((hash) => /^ni:\/\/\/sha-256;[0-9a-f]{64}\?ver=CBV2\.0$/.test(hash)))).toEqual(
      new Set([true]),
    );
  });

  it('writes sensor data, transactions and extensions as the standard orders them', () => {
    const event = {
      ...base,
      'b:z': 1,
      'a:list': ['2.50', 1e-7, { 'a:inner': null, 'a:deep': '+007' }],
      sensorElementList: [
        {
          'a:x': 'y',
          sensorReport: [{ uom: 'CEL', value: 4.0, type: 'gs1:Temperature' }, { type: 'Speed' }],
        },
      ],
      bizTransactionList: [
        { bizTransaction: 'urn:epc:id:gdti:4012345.55555.98', type: 'po' },
        { bizTransaction: 'urn:x:1' },
      ],
    };
    const text = preHash(
      event,
      prefixesOf([{ a: 'https://a.example/' }, { b: { '@id': 'https://b.example/' } }]),
    );
    expect(text.slice(text.indexOf('action=OBSERVE'))).toBe(
      'action=OBSERVE' +
        'bizTransactionListbizTransaction=urn:x:1' +
        'type=https://ref.gs1.org/cbv/BTT-pobizTransaction=https://id.gs1.org/253/401234555555498' +
        'sensorElementListsensorElementsensorReporttype=https://gs1.org/voc/Speed' +
        'sensorReporttype=https://gs1.org/voc/Temperaturevalue=4uom=CEL{https://a.example/}x=y' +
        '{https://a.example/}list=0.0000001{https://a.example/}list=2.5' +
        '{https://a.example/}list{https://a.example/}deep=7{https://b.example/}z=1',
    );
  });

  it('rounds times at the fourth decimal, over the second and the day too', () => {
    const at = (eventTime: string): string => preHash({ ...base, eventTime }, none).slice(21, 55);
    expect(at('2023-02-02T11:04:03.1415Z')).toContain('eventTime=2023-02-02T11:04:03.142Z');
    expect(at('2023-02-02T11:04:03.14149Z')).toContain('eventTime=2023-02-02T11:04:03.141Z');
    expect(at('2023-12-31T23:59:59.9995Z')).toContain('eventTime=2024-01-01T00:00:00.000Z');
  });

  it('constrains GS1 identifiers to their finest level', () => {
    const epc = (text: string): string => preHash({ ...base, epcList: [text] }, none).split('epc=')[1] ?? '';
    expect(epc('https://example.com/01/09521141012345/22/V/10/L/21/S?17=260101')).toBe(
      'https://id.gs1.org/01/09521141012345/21/Saction=OBSERVE',
    );
    expect(epc('urn:epc:idpat:sgtin:4054739.099914.*')).toBe(
      'https://id.gs1.org/01/04054739999148action=OBSERVE',
    );
    expect(epc("urn:epc:id:upui:1234567.098765.51qIgY)%3C%26Jp3*j7'SDB")).toBe(
      "https://id.gs1.org/01/01234567987651/235/51qIgY%29%3C%26Jp3%2Aj7'SDBaction=OBSERVE",
    );
  });
});

const vectors = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonld')) : [];
(vectors.length > 0 ? describe : describe.skip)(
  `event hashes of ${folder.href} (skipped where it is missing)`,
  () => {
    const lines = (name: string): string[] =>
      readFileSync(new URL(name, folder), 'utf8')
        .split('\n')
        .filter((line) => line !== '');

    it.each(vectors.length > 0 ? vectors : ['none'])('%s', (name) => {
      const { events } = readEpcisFile(readFileSync(new URL(name, folder), 'utf8'), name);
      const hashes = events.map(({ result }) => (result.ok ? result.record.eventHash : result.errors));
      expect(hashes).toEqual(lines(name.replace('.jsonld', '.hashes')));
    });

    it('computes the hash again from the data of the record alone', () => {
      for (const name of vectors) {
        const { events } = readEpcisFile(readFileSync(new URL(name, folder), 'utf8'), name);
        for (const { result } of events) {
          if (!result.ok) throw new Error(`${name} was refused`);
          const { data, eventHash: hash } = result.record;
          expect(eventHash(data, prefixesOf(data['@context']))).toBe(hash);
        }
      }
    });
  },
);
