import { describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '@cotrace/core';
import fc from 'fast-check';
import { epcisData } from '../domains/epcis-data.js';
import { compileDataSchema } from './data-schema.js';
import { judgeSchema } from './judge-schema.js';
import { refused } from './testing/refused.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

/** `count` levels, each of which refers to the next one twice: 2^count parts. */
function doubling(count: number): JsonObject {
  const level = (i: number): JsonValue => ({ $ref: `#/definitions/d${i}` });
  const definitions = Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `d${i}`,
      i + 1 < count ? { allOf: [level(i + 1), level(i + 1)] } : { type: 'number' },
    ]),
  );
  return { type: 'object', properties: { a: level(0) }, definitions };
}

function nested(levels: number): JsonObject {
  let schema: JsonObject = { type: 'object' };
  for (let i = 0; i < levels; i++) schema = { not: schema };
  return schema;
}

const text = (pattern: string): JsonObject => ({
  type: 'object',
  properties: { a: { type: 'string', pattern } },
});
const list = (rest: JsonObject): JsonObject => ({
  type: 'object',
  properties: { a: { type: 'array', uniqueItems: true, ...rest } },
});

describe('a schema', () => {
  it.each<readonly [string, JsonObject]>([
    ['the one of EPCIS events', epcisData],
    ['references to the same definition', doubling(7)],
    ['64 levels', nested(64)],
    ['2,000 alternatives', { enum: Array.from({ length: 2000 }, (_, i) => i) }],
    ['a list of distinct texts', list({ items: { type: 'string' } })],
    ['a short list of distinct objects', list({ maxItems: 100 })],
    ['a pattern as ECMAScript spells it', text('^caf\\u00e9\\/\\d{4}$')],
    ['a property named like a keyword', { type: 'object', properties: { pattern: { type: 'string' } } }],
  ])('is taken with %s', (_name, schema) => {
    expect(() => judgeSchema(schema)).not.toThrow();
  });

  it.each<readonly [string, JsonObject, string]>([
    ['a pattern with a back reference', text('(a)\\1'), '.properties.a.pattern'],
    ['a pattern that looks ahead', text('a(?=b)'), '.properties.a.pattern'],
    ['a pattern with a huge repetition', text('(a{100}){100}'), '.properties.a.pattern'],
    ['a pattern of 1,025 characters', text('a'.repeat(1025)), '.properties.a.pattern'],
    [
      'a pattern for names that is none',
      { type: 'object', patternProperties: { '(': {} } },
      '.patternProperties',
    ],
    [
      'many large patterns',
      { allOf: Array.from({ length: 5 }, () => ({ type: 'string', pattern: '^.{500}$' })) },
      '.allOf',
    ],
    ['references that double 18 times', doubling(18), '.definitions.'],
    ['65 levels', nested(65), '.not'.repeat(65)],
    ['2,048 items in a list', { enum: Array.from({ length: 2048 }, (_, i) => i) }, '.enum'],
    [
      'a reference to itself',
      { type: 'object', definitions: { a: { $ref: '#/definitions/a' } } },
      '.definitions.a',
    ],
    ['a reference to the whole', { type: 'object', properties: { a: { $ref: '#' } } }, '.properties.a'],
    ['a reference to what is not there', { $ref: '#/definitions/b', definitions: { a: {} } }, ''],
    ['an $id', { $id: 'urn:x', type: 'object' }, ''],
    ['a list of distinct values of any type', list({}), '.properties.a'],
    ['a long list of distinct objects', list({ maxItems: 101 }), '.properties.a'],
    ['a list of distinct objects', list({ items: { type: 'object' } }), '.properties.a'],
  ])('is refused with %s', (_name, schema, place) => {
    expect(refused('BAD_DEFINITION', () => compileDataSchema(schema)).detail).toMatchObject({
      field: 'definition.dataSchema',
      place: expect.stringMatching(new RegExp(`^${place.replaceAll('.', '\\.')}`)),
    });
  });

  it('is refused at its depth through references, too, in whichever order they are met', () => {
    const definitions = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [
        `d${i}`,
        i === 0 ? { type: 'number' } : { not: { $ref: `#/definitions/d${i - 1}` } },
      ]),
    );
    for (const entries of [Object.entries(definitions), Object.entries(definitions).reverse()]) {
      const schema = { type: 'object', definitions: Object.fromEntries(entries) };
      refused('BAD_DEFINITION', () => judgeSchema(schema));
    }
  });

  it('matches patterns as their author means them', () => {
    const check = compileDataSchema(text('^caf\\u00e9\\/\\d{4}$'));
    expect(() => check({ a: 'café/2026' })).not.toThrow();
    expect(refused('BAD_DATA', () => check({ a: 'cafe/2026' })).detail['field']).toBe('record.data.a');
  });

  it('never ends in anything but a verdict', () => {
    const keyword = fc.constantFrom(
      'type',
      'properties',
      'items',
      '$ref',
      'pattern',
      'definitions',
      'enum',
      'a',
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('object', 'string', '#/definitions/a', '^(a+)+$', '(', 1, true, null),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(keyword, tie('any'), { maxKeys: 4 }),
      ),
    })).any as fc.Arbitrary<JsonValue>;
    fc.assert(
      fc.property(fc.dictionary(keyword, value, { maxKeys: 5 }), (schema) => {
        try {
          judgeSchema(schema);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_DEFINITION' });
        }
      }),
      { numRuns: RUNS },
    );
  });
});
