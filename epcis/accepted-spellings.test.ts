import { describe, expect, it } from '@jest/globals';
import { readEpcisFile } from './read-documents.js';
import type { ReadFile } from './read-file.js';

const event = {
  type: 'ObjectEvent',
  eventTime: '2026-04-17T09:26:42Z',
  eventTimeZoneOffset: '+00:00',
  action: 'OBSERVE',
  epcList: ['urn:epc:id:sgtin:0614141.107346.2017'],
};

const document = (events: readonly object[], more: object = {}): string =>
  JSON.stringify({
    '@context': ['https://ref.gs1.org/standards/epcis/epcis-context.jsonld'],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: '2026-04-17T16:20:07Z',
    ...more,
    epcisBody: { eventList: events },
  });

function errorsOf({ events }: ReadFile): string {
  return events
    .flatMap(({ result }) =>
      result.ok ? [] : result.errors.map(({ path, message }) => `${path} ${message}`),
    )
    .join('\n');
}

describe('what is refused is told with its accepted spelling', () => {
  it.each<[string, object, string]>([
    ['a step of CBV 1.2', { bizStep: 'urn:epcglobal:cbv:bizstep:shipping' }, 'write shipping'],
    ['a disposition of CBV 1.2', { disposition: 'urn:epcglobal:cbv:disp:in_transit' }, 'write in_transit'],
    ['a step in words', { bizStep: 'Void Shipping' }, 'write void_shipping'],
    ['a disposition in capitals', { disposition: 'In-Transit' }, 'write in_transit'],
    ['a step by an old address', { bizStep: 'https://ns.gs1.org/cbv/BizStep-shipping' }, 'write shipping'],
    [
      'a quantity as text',
      { quantityList: [{ epcClass: 'urn:epc:idpat:sgtin:4012345.066666.*', quantity: '220.5' }] },
      'write 220.5 without quotation marks',
    ],
    ['an offset Z', { eventTimeZoneOffset: 'Z' }, 'write +00:00'],
    [
      'an element string',
      { epcList: ['(21)A1(01)09521141012345'] },
      'write https://id.gs1.org/01/09521141012345/21/A1',
    ],
    ['a URI with white space around it', { epcList: ['urn:a:b\u00a0\n'] }, 'write urn:a:b'],
  ])('%s', (_name, more, spelling) => {
    expect(errorsOf(readEpcisFile(document([{ ...event, ...more }]), 'x'))).toContain(`; ${spelling}`);
  });

  it.each<[string, object, string]>([
    [
      'a version as a number',
      { schemaVersion: 2 },
      'schemaVersion expected a version, such as "2.0", found 2; write it in',
    ],
    [
      'an id that is no URI',
      { id: '_:document1' },
      'id expected a URI, found "_:document1"; write one such as urn:uuid:',
    ],
  ])('of a document, %s', (_name, more, message) => {
    expect(errorsOf(readEpcisFile(document([event], more), 'x'))).toContain(message);
  });

  it.each([
    ['a step that is no word', { bizStep: 'urn:epcglobal:cbv:bizstep:shiping' }],
    ['a quantity that is no number', { quantityList: [{ epcClass: 'urn:a:b', quantity: 'many' }] }],
    ['an element string that is none', { epcList: ['(01)09521141012346'] }],
    ['an element string without a key', { epcList: ['(10)A1'] }],
  ])('and none is made up for %s', (_name, more) => {
    const errors = errorsOf(readEpcisFile(document([{ ...event, ...more }]), 'x'));
    expect(errors).not.toBe('');
    expect(errors).not.toContain('; write');
  });
});

describe('numbers', () => {
  const read = (number: string): ReadFile =>
    readEpcisFile(document([{ ...event, 'example:n': 'N' }]).replace('"N"', number), 'x');

  it.each([
    '0',
    '-0',
    '0.0',
    '1.10',
    '100',
    '1e2',
    '1.5E-3',
    '0.1',
    '9007199254740993e0'.slice(0, 15),
    '1e300',
  ])('that a double keeps are taken: %s', (number) => expect(errorsOf(read(number))).toBe(''));

  it.each([
    ['100000000123456789012', '100000000123456780000'],
    ['9007199254740993', '9007199254740992'],
    ['0.12345678901234567890', '0.12345678901234568'],
    ['-9007199254740993', '-9007199254740992'],
    ['1e-400', '0'],
    ['1e400', 'too large'],
  ])('that it does not keep are refused: %s would be %s', (number, kept) => {
    const errors = errorsOf(read(number));
    expect(errors).toContain('cannot be kept to the digit');
    expect(errors).toContain(kept);
    expect(errors).toContain('write it as a text');
  });
});

describe('master data', () => {
  const places = (count: number) => ({
    type: 'urn:epcglobal:epcis:vtype:Location',
    vocabularyElementList: Array.from({ length: count }, (_, i) => ({ id: `urn:a:${i}` })),
  });
  const header = (...vocabularyList: readonly object[]) => ({
    epcisHeader: { epcisMasterData: { vocabularyList } },
  });

  it('is said not to be stored, once for a file', () => {
    const { warnings, events } = readEpcisFile(document([event, event], header(places(2), places(1))), 'x');
    expect(warnings).toEqual([expect.stringMatching(/^has 3 entries of master data .* does not store/)]);
    expect(events.every(({ result }) => result.ok)).toBe(true);
    const lines = [1, 2].map(() => document([event], header(places(1)))).join('\n');
    expect(readEpcisFile(lines, 'x').warnings).toEqual([
      expect.stringMatching(/^has 1 entry of master data/),
    ]);
  });

  it('is not spoken of where there is none', () => {
    expect(readEpcisFile(document([event], header(places(0))), 'x').warnings).toEqual([]);
  });
});
