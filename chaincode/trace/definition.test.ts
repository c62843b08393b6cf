import { describe, expect, it } from '@jest/globals';
import { MAX_DEFINITION_BYTES, parseDefinition, parseStanding } from './definition.js';
import { refused } from './testing/refused.js';
import { mill } from './testing/samples.js';

describe('a definition', () => {
  it('is taken as it is', () => {
    expect(parseDefinition(JSON.stringify(mill))).toEqual(mill);
  });

  it('is for direct calls where it does not say who may call', () => {
    const { called, ...rest } = mill;
    expect(parseDefinition(JSON.stringify(rest)).called).toBe(called);
    const open = { ...mill, called: 'by chaincodes' };
    expect(parseDefinition(JSON.stringify(open)).called).toBe('by chaincodes');
  });

  it('has a version on the ledger, and nowhere else', () => {
    const standing = { ...mill, version: 7 };
    expect(parseStanding(JSON.stringify(standing))).toEqual(standing);
    refused('BAD_DEFINITION', () => parseDefinition(JSON.stringify(standing)));
    for (const version of [0, 1.5, 100_000_000, undefined]) {
      refused('BAD_DEFINITION', () => parseStanding(JSON.stringify({ ...mill, version })));
    }
  });

  it.each<readonly [string, unknown]>([
    ['definition', null],
    ['definition.records', { ...mill, records: 1 }],
    ['definition.records', { ...mill, records: 3 }],
    ['definition.called', { ...mill, called: 'by anybody' }],
    ['definition', { ...mill, extra: 1 }],
    ['definition.name', { ...mill, name: '_lifecycle' }],
    ['definition.name', { ...mill, name: 'a/b' }],
    ['definition.steps', { ...mill, steps: ['packing'] }],
    ['definition.steps.words[1]', { ...mill, steps: { ...mill.steps, words: ['a', ''] } }],
    ['definition.steps.words', { ...mill, steps: { ...mill.steps, words: ['a', 'a'] } }],
    ['definition.steps.uris', { ...mill, steps: { ...mill.steps, uris: 1 } }],
    ['definition.dataSchema', { ...mill, dataSchema: true }],
    ['definition.limits.identifiers', { ...mill, limits: { ...mill.limits, identifiers: 1001 } }],
    ['definition.limits.identifiers', { ...mill, limits: { ...mill.limits, identifiers: 0 } }],
    ['definition.limits.recordBytes', { ...mill, limits: { ...mill.limits, recordBytes: 1.5 } }],
    ['definition.limits.recordBytes', { ...mill, limits: { ...mill.limits, recordBytes: 2 ** 20 + 1 } }],
  ])('is refused, naming %s', (field, value) => {
    expect(refused('BAD_DEFINITION', () => parseDefinition(JSON.stringify(value))).detail['field']).toBe(
      field,
    );
  });

  it('is refused where it is too large', () => {
    refused('TOO_LARGE', () => parseDefinition(`"${'x'.repeat(MAX_DEFINITION_BYTES)}"`));
  });
});
