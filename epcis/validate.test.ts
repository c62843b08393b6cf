import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { BUSINESS_STEPS, type JsonValue } from '@cotrace/core';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { formatPath } from './fault.js';
import { isArray, isObject } from './json.js';
import { dataFolder } from './testing/test-data.js';
import { isValid, validateEpcis } from './testing/validate.js';
import * as vocabulary from './vocabulary.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const folders = { valid: dataFolder('epcis-valid'), invalid: dataFolder('epcis-invalid') };
const schema = new URL('EPCIS-JSON-Schema.json', dataFolder('epcis-schema'));
const present = [folders.valid, folders.invalid, schema].every((url) => existsSync(url));

function parse(text: string): JsonValue {
  return JSON.parse(text) as JsonValue;
}

function documents(folder: URL): { name: string; value: JsonValue }[] {
  return readdirSync(folder).map((name) => ({
    name,
    value: parse(readFileSync(new URL(name, folder), 'utf8')),
  }));
}

/** What `validateEpcis` finds, as texts. */
function faultsOf(value: JsonValue): string[] {
  return texts(validateEpcis(value));
}

function texts({ envelope, events }: ReturnType<typeof validateEpcis>): string[] {
  return [envelope, ...events.map(({ faults }) => faults)].flatMap(({ list }) =>
    list.map(({ path, message }) => `${formatPath(path)}: ${message}`),
  );
}

type Keys = readonly (string | number)[];

/** The places of all members and items in `value`, but none inside an extension: those are free. */
function places(value: JsonValue, keys: Keys = []): Keys[] {
  const inside = (key: string | number, item: JsonValue): Keys[] => {
    const here = [...keys, key];
    return String(key).includes(':') ? [here] : [here, ...places(item, here)];
  };
  if (isArray(value)) return value.flatMap((item, i) => inside(i, item));
  return isObject(value) ? Object.entries(value).flatMap(([name, item]) => inside(name, item)) : [];
}

function get(value: JsonValue | undefined, keys: Keys): JsonValue {
  const found = keys.reduce<JsonValue | undefined>((inner, key) => {
    if (isArray(inner)) return inner[Number(key)];
    return isObject(inner) ? inner[key] : undefined;
  }, value);
  if (found === undefined) throw new Error(`nothing at ${keys.join('.')}`);
  return found;
}

/** `value` with another value at `keys`; without it where the other is undefined. */
function change(value: JsonValue, [key, ...rest]: Keys, other: JsonValue | undefined): JsonValue {
  if (key === undefined) return other ?? null;
  const changed = (inner: JsonValue | undefined): JsonValue | undefined =>
    rest.length === 0 ? other : change(inner ?? null, rest, other);
  if (isArray(value)) {
    const [at, item] = [Number(key), changed(value[Number(key)])];
    return item === undefined ? value.toSpliced(at, 1) : value.with(at, item);
  }
  if (!isObject(value)) throw new Error('neither an object nor an array');
  const { [key]: before, ...others } = value;
  const member = changed(before);
  return member === undefined ? others : { ...others, [key]: member };
}

const WORDS = new Set<JsonValue>([...BUSINESS_STEPS, ...Object.values(vocabulary).flat()]);
const OTHER_VALUES: readonly JsonValue[] = [
  '',
  'not a uri',
  'example:x',
  'urn:epcglobal:cbv:bizstep:receiving',
  'https://ref.gs1.org/cbv/BizStep-receiving',
  'http://ns.gs1.org/cbv/x',
  'https://gs1.org/voc/Temperature',
  '2026-02-29T00:00:00Z',
  '2026-04-17T09:26:42',
  'ADD',
  'DELETE',
  7,
  true,
  null,
  [],
  {},
  ['urn:a:b', 'urn:a:b'],
  [{}],
];

/** The changes that the acceptance names, and every other value at every place. */
function* mutants(document: JsonValue): Generator<{ what: string; value: JsonValue }> {
  for (const keys of places(document)) {
    const where = keys.join('.');
    const here = get(document, keys);
    yield { what: `without ${where}`, value: change(document, keys, undefined) };
    if (typeof here === 'string' && WORDS.has(here)) {
      yield { what: `misspelt ${where}`, value: change(document, keys, `${here}x`) };
      yield { what: `upper-case ${where}`, value: change(document, keys, here.toUpperCase()) };
    }
    if (isObject(here)) {
      yield { what: `standard field in ${where}`, value: change(document, [...keys, 'colour'], 'red') };
      yield { what: `extension in ${where}`, value: change(document, [...keys, 'example:colour'], 'red') };
      yield { what: `ilmd in ${where}`, value: change(document, [...keys, 'ilmd'], {}) };
    }
    for (const other of OTHER_VALUES) {
      yield { what: `${JSON.stringify(other)} at ${where}`, value: change(document, keys, other) };
    }
  }
  yield { what: 'standard field in the document', value: change(document, ['colour'], 'red') };
}

(present ? describe : describe.skip)(
  `against the standard's own schema and documents in ${folders.valid.href} (skipped where they are missing)`,
  () => {
    const ajv = new Ajv({ strict: false });
    addFormats.default(ajv);
    const oracle = present ? ajv.compile(parse(readFileSync(schema, 'utf8')) as object) : () => false;
    const valid = present ? documents(folders.valid) : [];

    function disagreements(value: JsonValue, what: string): string[] {
      const found = validateEpcis(value);
      const faults = texts(found);
      const valid = faults.length === 0;
      const wrong =
        isValid(found) === valid ? [] : [`${what}: isValid is ${!valid} with ${faults.length} faults`];
      return oracle(value) === valid ? wrong : [...wrong, `${what}: ${faults.join('; ') || 'accepted'}`];
    }

    it('accepts every valid document', () => {
      for (const { name, value } of valid) expect([name, ...faultsOf(value)]).toEqual([name]);
    });

    it.each([
      ['ObjectEvent_with_non_standard_bizStep', ['eventList[0].bizStep']],
      ['ObjectEvent_with_non_standard_disposition', ['eventList[0].disposition']],
      ['ObjectEvent_with_ilmd_field_without_namespace', ['eventList[0].ilmd.materialType']],
      ['ObjectEvent_with_unknown_field_in_quantityList', ['eventList[0].quantityList[0].weight']],
      ['ObjectEvent_without_identifier_list', ['eventList[0].epcList']],
      [
        'ObjectEvent_with_invalid_certificationInfo',
        ['eventList[0].certificationInfo[0]', 'certificationInfo[1]'],
      ],
      [
        'Combination_of_non_standard_bizStep_and_disposition',
        ['eventList[0].bizStep', 'eventList[1].disposition'],
      ],
      [
        'Combination_of_events_with_missing_mandatory_fields',
        ['eventList[0].action', 'eventList[1].eventTimeZoneOffset', 'eventList[1].action'],
      ],
    ])('refuses %s, naming the fields', (name, fields) => {
      const faults = faultsOf(parse(readFileSync(new URL(`${name}.json`, folders.invalid), 'utf8')));
      for (const field of fields) {
        expect(faults.filter((fault) => fault.split(': ')[0]?.endsWith(field))).toHaveLength(1);
      }
      expect(faults).toHaveLength(fields.length);
    });

    it('knows all of the invalid documents', () => {
      for (const { name, value } of documents(folders.invalid))
        expect([name, faultsOf(value)]).not.toEqual([name, []]);
      expect(readdirSync(folders.invalid)).toHaveLength(8);
    });

    it.each(valid.map(({ name }) => name))('agrees on every mutant of %s', (name) => {
      const document = valid.find((entry) => entry.name === name)?.value ?? null;
      const wrong: string[] = [];
      for (const { what, value } of mutants(document)) wrong.push(...disagreements(value, what));
      expect(wrong).toEqual([]);
    });

    it('agrees on single events and on query documents', () => {
      for (const { name, value } of valid) {
        if (!isObject(value) || !isObject(value['epcisBody'])) throw new Error(`${name} is no document`);
        const context = value['@context'] ?? null;
        const body = value['epcisBody'];
        const results = { queryName: 'q', resultsBody: { eventList: body['eventList'] ?? null } };
        const query = {
          '@context': context,
          type: 'EPCISQueryDocument',
          epcisBody: { queryResults: results },
        };
        expect([name, ...faultsOf(query)]).toEqual([name]);
        const found = [...mutants(query)].flatMap((mutant) => disagreements(mutant.value, mutant.what));
        expect(found).toEqual([]);
        const events = isArray(body['eventList']) ? body['eventList'] : [];
        for (const event of events) {
          if (!isObject(event)) throw new Error('no event');
          const single = { '@context': context, ...event };
          expect(faultsOf(single)).toEqual([]);
          for (const { what, value: mutant } of [
            { what: 'alone', value: single },
            { what: 'without context', value: event },
            { what: 'of own type', value: { ...single, type: 'example:Event' } },
            { what: 'of unknown type', value: { ...single, type: 'QuantityEvent' } },
            { what: 'without type', value: change(single, ['type'], undefined) },
          ]) {
            expect(disagreements(mutant, `${name} ${what}`)).toEqual([]);
          }
        }
      }
    });

    it('agrees on documents with several random changes', () => {
      const pieces = valid.flatMap(({ value }) => places(value).map((keys) => get(value, keys)));
      const document = fc.constantFrom(...(valid.length > 0 ? valid.map(({ value }) => value) : [null]));
      const piece = fc.oneof(
        fc.constantFrom(...(pieces.length > 0 ? pieces : [null])),
        fc.constantFrom(...OTHER_VALUES),
      );
      const changes = fc.array(fc.tuple(fc.nat(), piece, fc.boolean()), { minLength: 1, maxLength: 4 });
      fc.assert(
        fc.property(document, changes, (start, steps) => {
          const mutant = steps.reduce<JsonValue>((value, [pick, other, remove]) => {
            const all = places(value);
            const keys = all[pick % Math.max(all.length, 1)];
            return keys === undefined ? value : change(value, keys, remove ? undefined : other);
          }, start);
          expect(disagreements(mutant, 'mutant')).toEqual([]);
        }),
        { numRuns },
      );
    });

    it('agrees on what a URI is', () => {
      const text = fc.oneof(
        fc.webUrl({ withQueryParameters: true, withFragments: true }),
        fc
          .tuple(
            fc.constantFrom('a:', 'urn:', 'http://', 'x+1.-:/', '1:', ''),
            fc.array(
              fc.constantFrom(
                'a',
                'Z',
                '0',
                ':',
                '/',
                '?',
                '#',
                '@',
                '%41',
                '%',
                ' ',
                '"',
                '[',
                ']',
                'é',
                '.',
                '*',
                '[::1]',
                '|',
              ),
              {
                maxLength: 6,
              },
            ),
          )
          .map(([head, tail]) => head + tail.join('')),
        fc.ipV6().map((ip) => `http://[${ip}]:80/`),
      );
      fc.assert(
        fc.property(text, (eventID) => {
          const event = {
            '@context': [],
            type: 'ObjectEvent',
            eventTime: '2026-04-17T09:26:42Z',
            eventTimeZoneOffset: '+00:00',
            action: 'OBSERVE',
            epcList: [],
            eventID,
          };
          expect(disagreements(event, eventID)).toEqual([]);
        }),
        { numRuns: 10 * numRuns },
      );
    });
  },
);

describe('validation', () => {
  it.each([
    ['2026-04-17T09:26:42Z', true],
    ['2026-04-17t09:26:42.123456789+05:30', true],
    ['2028-02-29T00:00:00Z', true],
    ['2026-12-31T23:59:60Z', true],
    ['2027-01-01T00:59:60+01:00', true],
    ['2026-12-31T22:59:60Z', false],
    ['2026-02-29T00:00:00Z', false],
    ['2026-13-01T00:00:00Z', false],
    ['2026-04-17T24:00:00Z', false],
    ['2026-04-17T09:26:42', false],
    ['2026-04-17', false],
  ])('takes the time %s: %s', (eventTime, valid) => {
    const event = {
      '@context': 'https://ref.gs1.org/standards/epcis/epcis-context.jsonld',
      type: 'ObjectEvent',
      eventTime,
      eventTimeZoneOffset: '+00:00',
      action: 'OBSERVE',
      epcList: ['urn:a:b'],
    };
    expect(isValid(validateEpcis(event))).toBe(valid);
  });

  it('tells a bounded number of faults however many there are', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`field${i}`, i]));
    const { envelope } = validateEpcis({ type: 'ObjectEvent', ...many });
    expect(envelope.count).toBeGreaterThan(5000);
    expect(envelope.list).toHaveLength(20);
  });

  it.each([[null], [7], [[]], [{}], [{ type: 7 }]])('refuses %j as a document', (value: JsonValue) => {
    expect(isValid(validateEpcis(value))).toBe(false);
  });
});
