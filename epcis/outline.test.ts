import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readEpcisFile } from './read-documents.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const CONTEXT = 'https://ref.gs1.org/standards/epcis/epcis-context.jsonld';

const event = (name: string) => ({
  '@context': CONTEXT,
  type: 'ObjectEvent',
  eventTime: '2026-04-17T09:26:42Z',
  eventTimeZoneOffset: '+00:00',
  action: 'OBSERVE',
  epcList: [`urn:a:${name}`],
});
const envelope = {
  '@context': [CONTEXT],
  type: 'EPCISDocument',
  schemaVersion: '2.0',
  creationDate: '2026-04-17T16:20:07Z',
};
const document = (...names: readonly string[]) => ({
  ...envelope,
  epcisBody: { eventList: names.map(event) },
});

/** What is read: the identifier of each event, or the path and message of what is wrong with it; with its line. */
function read(text: string): string[] {
  return readEpcisFile(text, 'x').events.map(({ path, line, result }) => {
    const said = result.ok
      ? result.record.traces.map(({ id }) => id).join()
      : result.errors.map((error) => `${error.path} ${error.message}`).join();
    return `${line} ${path}: ${said}`;
  });
}

describe('a text of several values', () => {
  it('is an array of events', () => {
    expect(read(JSON.stringify([event('one'), event('two')], null, 1))).toEqual([
      '2 [0]: urn:a:one',
      '12 [1]: urn:a:two',
    ]);
    expect(read('[]')).toEqual([]);
  });

  it('is JSON Lines, of events and documents', () => {
    const values = [event('one'), document('two', 'three'), event('four')];
    const text = `${values.map((value) => JSON.stringify(value)).join('\n\n')}\n`;
    expect(read(text)).toEqual([
      '1 (root): urn:a:one',
      '3 epcisBody.eventList[0]: urn:a:two',
      '3 epcisBody.eventList[1]: urn:a:three',
      '5 (root): urn:a:four',
    ]);
  });

  it('loses what is wrong, and no more', () => {
    const wrong = { ...event('two'), action: 'EAT' };
    const without = { ...event('three'), '@context': undefined };
    expect(read(JSON.stringify([event('one'), wrong, without, document('four'), 7]))).toEqual([
      '1 [0]: urn:a:one',
      expect.stringContaining('[1]: [1].action expected one of'),
      expect.stringContaining(
        '[2]: [2].@context is required but missing: an event outside a document needs one',
      ),
      expect.stringContaining('[3]: [3] is a document in an array'),
      expect.stringContaining('[4]: [4] expected an EPCIS document or event'),
    ]);
    const lines = [document('one'), { ...document('two'), schemaVersion: 2 }];
    expect(read(lines.map((value) => JSON.stringify(value)).join('\n'))).toEqual([
      '1 epcisBody.eventList[0]: urn:a:one',
      expect.stringContaining('2 epcisBody.eventList[0]: schemaVersion expected'),
    ]);
  });

  it.each<[string, string]>([
    ['two values in a line', `${JSON.stringify(event('one'))} ${JSON.stringify(event('two'))}`],
    ['a line that is cut', `${JSON.stringify(event('one'))}\n${JSON.stringify(event('two')).slice(0, -1)}`],
    ['a comment between lines', `${JSON.stringify(event('one'))}\n// two\n${JSON.stringify(event('two'))}`],
    ['a comment at its end', `${JSON.stringify(event('one'))} // one`],
    ['a comma too many', `[${JSON.stringify(event('one'))},]`],
    ['an array that a brace closes', `[${JSON.stringify(event('one'))}}`],
    ['an array with something behind it', `[${JSON.stringify(event('one'))}]]`],
    ['an array that is not closed', `[${JSON.stringify(event('one'))}`],
    ['an event list that a brace closes', JSON.stringify(document('one')).replace('}]}}', '}}}}')],
    ['an event list with a comma too many', JSON.stringify(document('one')).replace('}]}}', '},]}}')],
  ])('is not JSON with %s, and nothing of it is read', (_name, text) => {
    expect(read(text)).toEqual([expect.stringMatching(/\(root\): \(root\) is not JSON/)]);
  });

  it('has at most 100,000 events', () => {
    expect(read('7\n'.repeat(100_002))[0]).toContain('a file may have 100000');
    expect(read(`[${'7,'.repeat(100_000)}7]`)).toEqual([expect.stringContaining('a file may have 100000')]);
    expect(read(`[${'7,'.repeat(99_999)}7]`)).toHaveLength(100_000);
  });
});

describe('the events of a document', () => {
  it('are found however the names on the way to them are spelled, and wherever the type stands', () => {
    const { type, ...rest } = document('one');
    const text = JSON.stringify({ ...rest, type }).replace('"epcisBody"', '"\\u0065pcisBody"');
    expect(read(text)).toEqual(['1 epcisBody.eventList[0]: urn:a:one']);
  });

  it('are those of the list that the type of the document names', () => {
    const results = { queryName: 'q', resultsBody: { eventList: [event('two')] } };
    const both = { epcisBody: { eventList: [event('one')], queryResults: results } };
    expect(read(JSON.stringify({ ...envelope, ...both }))).toEqual(['1 epcisBody.eventList[0]: urn:a:one']);
    expect(
      read(
        JSON.stringify({
          '@context': [CONTEXT],
          type: 'EPCISQueryDocument',
          epcisBody: { queryResults: results },
        }),
      ),
    ).toEqual(['1 epcisBody.queryResults.resultsBody.eventList[0]: urn:a:two']);
  });

  it('are not those of a member with dots in its name, nor of one inside an array', () => {
    const odd = { ...envelope, 'epcisBody.eventList': [event('one')] };
    expect(read(JSON.stringify(odd)).join()).toContain('epcisBody is required but missing');
    const inArray = { ...envelope, epcisBody: [{ eventList: [event('one')] }] };
    expect(read(JSON.stringify(inArray)).join()).toContain('epcisBody expected an object');
  });

  it.each(['eventList', 'epcisBody', 'type'])('are refused where %s occurs twice', (name) => {
    const text = JSON.stringify(document('one'));
    const twice = {
      eventList: text.replace('"eventList":', '"eventList":[],"eventList":'),
      epcisBody: `${text.slice(0, -1)},"epcisBody":{"eventList":[]}}`,
      type: text.replace('"type":"EPCISDocument"', '"type":"EPCISDocument","type":"EPCISDocument"'),
    }[name];
    expect(read(twice ?? '').join()).toContain('occurs twice');
  });

  it('have the places that they have in the file, behind a list too', () => {
    const text = JSON.stringify({ ...document('one', 'two'), colour: 'red' }, null, 2);
    const line = text.slice(0, text.indexOf('"colour"')).split('\n').length;
    const [first] = readEpcisFile(text, 'x').events;
    expect(first?.result).toMatchObject({ ok: false, errors: [{ path: 'colour', line, column: 3 }] });
  });

  it('are read wherever JSON.parse reads the text, and nothing is where it does not', () => {
    const start = JSON.stringify(document('one', 'two'));
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '/',
      '/*',
      '//',
      '1',
      'e',
      ' ',
      '\n',
      '\u2028',
      '{}',
      'null',
    );
    const change = fc.tuple(fc.nat(start.length), fc.nat(3), pieces);
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const text = changes.reduce(
          (now, [from, cut, put]) => now.slice(0, from) + put + now.slice(from + cut),
          start,
        );
        const isJson = canParse(text) || text.split('\n').every((line) => canParse(line));
        expect(read(text).some((line) => line.includes('(root) is not JSON'))).toBe(!isJson);
      }),
      { numRuns },
    );
  });
});

function canParse(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
