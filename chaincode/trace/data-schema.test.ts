import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@cotrace/core';
import { compileDataSchema } from './data-schema.js';
import { refused } from './testing/refused.js';

const check = compileDataSchema({
  type: 'object',
  properties: {
    lots: { type: 'array', items: { type: 'object', properties: { 'a/b': { type: 'number' } } } },
    toString: { type: 'number' },
  },
  required: ['toString'],
  additionalProperties: false,
});

describe('the schema of data', () => {
  it('takes what it describes', () => {
    expect(() => check({ lots: [{ 'a/b': 1 }], toString: 2 })).not.toThrow();
  });

  it.each<readonly [string, string, JsonObject]>([
    ['record.data.lots[1].a/b', 'must be number', { lots: [{}, { 'a/b': 'x' }], toString: 1 }],
    ['record.data.toString', 'is missing', { lots: [] }],
    ['record.data.extra', 'is not in the schema', { toString: 1, extra: true }],
    [
      'record.data.__proto__',
      'is not in the schema',
      JSON.parse('{"toString":1,"__proto__":{}}') as JsonObject,
    ],
  ])('says that %s %s', (field, what, data) => {
    const refusal = refused('BAD_DATA', () => check(data));
    expect(refusal.detail['field']).toBe(field);
    expect(refusal.message).toBe(`${field} ${what}`);
  });

  it.each<readonly [string, JsonObject]>([
    ['an unknown keyword', { type: 'object', propertis: {} }],
    ['an unknown type', { type: 'objekt' }],
    ['a required member that it does not describe', { type: 'object', required: ['a'] }],
    ['members of no type', { properties: { a: {} } }],
    ['several types', { type: ['string', 'number'] }],
    ['a list of items of any length', { type: 'array', items: [{ type: 'string' }] }],
    [
      'a member described twice',
      {
        type: 'object',
        properties: { a: { type: 'string' } },
        patternProperties: { a: { type: 'string' } },
      },
    ],
    ['then without if', { type: 'string', then: {} }],
    ['a schema elsewhere', { $ref: 'https://example.org/schema.json' }],
    ['a format', { type: 'object', properties: { a: { type: 'string', format: 'date' } } }],
    ['a pattern that is none', { type: 'object', properties: { a: { type: 'string', pattern: '(' } } }],
    ['an asynchronous schema', { $async: true, type: 'object' }],
  ])('is refused with %s', (_name, schema) => {
    expect(refused('BAD_DEFINITION', () => compileDataSchema(schema)).detail['field']).toBe(
      'definition.dataSchema',
    );
  });

  it('refuses data with more values than may be held against its parts', () => {
    const parts = Array.from({ length: 1000 }, (_, i) => i);
    const checkList = compileDataSchema({
      type: 'object',
      properties: { a: { type: 'array', items: { enum: parts } } },
    });
    expect(() => checkList({ a: Array<number>(9000).fill(999) })).not.toThrow();
    const refusal = refused('TOO_LARGE', () => checkList({ a: Array<number>(10_000).fill(999) }));
    expect(refusal.detail['field']).toBe('record.data');
  });

  it.each(['^(a+)+$', '^(a|a)*$'])('matches %s in time linear in the text', (pattern) => {
    const properties = { a: { type: 'string', pattern } };
    for (const schema of [
      { type: 'object', properties },
      { type: 'object', patternProperties: { [pattern]: { type: 'null' } } },
    ]) {
      const checkText = compileDataSchema(schema);
      // An engine that goes back takes seconds for 28 letters, and twice as long for each one more.
      const text = `${'a'.repeat(28)}!`;
      const before = process.cpuUsage();
      if ('properties' in schema) refused('BAD_DATA', () => checkText({ a: text }));
      else expect(() => checkText({ [text]: 1 })).not.toThrow();
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1000).toBeLessThan(500);
    }
  });
});
