import { describe, expect, it } from '@jest/globals';
import type { ClientRecord } from '@cotrace/core';
import type { RefusalCode } from '../refusal.js';
import { parseRecord } from './parse-record.js';
import { refused } from './testing/refused.js';
import { eventHashOf, hashOf, sampleRecord, traceRef } from './testing/samples.js';

const limits = { identifiers: 3, recordBytes: 2000 };

function parse(value: unknown): ClientRecord {
  return parseRecord(JSON.stringify(value), limits);
}

describe('a record', () => {
  it('is taken with every member set, and with null where null is allowed', () => {
    const full = sampleRecord({ eventID: 'urn:uuid:1', corrects: ['urn:uuid:0', eventHashOf('0')] });
    expect(parse(full)).toEqual(full);
    const least = sampleRecord({ step: null, change: null, traces: [] });
    expect(parse(least)).toEqual(least);
  });

  it.each(Object.keys(sampleRecord()))('is refused without %s', (member) => {
    const rest = Object.fromEntries(Object.entries(sampleRecord()).filter(([name]) => name !== member));
    const { detail } = refused('BAD_RECORD', () => parse(rest));
    expect(detail).toEqual({ field: 'record', member });
  });

  const trace = traceRef('lot-1', 'input');
  it.each<readonly [string, RefusalCode, string, unknown]>([
    ['a member that nobody knows', 'BAD_RECORD', 'record', { ...sampleRecord(), extra: 1 }],
    ['a text for a record', 'BAD_RECORD', 'record', 'record'],
    ['an array for a record', 'BAD_RECORD', 'record', [sampleRecord()]],
    ['a step that is a number', 'BAD_RECORD', 'record.step', { ...sampleRecord(), step: 1 }],
    ['an empty step', 'BAD_RECORD', 'record.step', sampleRecord({ step: '' })],
    [
      'a time without an offset',
      'BAD_RECORD',
      'record.eventTime',
      sampleRecord({ eventTime: '2026-01-01T00:00:00' }),
    ],
    ['traces that are an object', 'BAD_RECORD', 'record.traces', { ...sampleRecord(), traces: {} }],
    [
      'an unknown role',
      'BAD_RECORD',
      'record.traces[1].role',
      { ...sampleRecord(), traces: [trace, { ...trace, role: 'x' }] },
    ],
    [
      'an id that is a number',
      'BAD_RECORD',
      'record.traces[0].id',
      { ...sampleRecord(), traces: [{ ...trace, id: 1 }] },
    ],
    [
      'a version from the client',
      'BAD_RECORD',
      'record.traces[0]',
      { ...sampleRecord(), traces: [{ ...trace, ver: 9 }] },
    ],
    [
      'an identifier twice in one role',
      'BAD_RECORD',
      'record.traces[1]',
      { ...sampleRecord(), traces: [trace, trace] },
    ],
    [
      'an identifier that is not canonical',
      'BAD_TRACE_ID',
      'record.traces[0].id',
      { ...sampleRecord(), traces: [traceRef('e\u0301', 'input')] },
    ],
    [
      'a lot beside a serial number',
      'BAD_TRACE_ID',
      'record.traces[0].id',
      {
        ...sampleRecord(),
        traces: [traceRef('https://id.gs1.org/01/09521234000884/10/L1/21/S2', 'input')],
      },
    ],
    [
      'a pattern',
      'BAD_TRACE_ID',
      'record.traces[0].id',
      { ...sampleRecord(), traces: [traceRef('urn:epc:idpat:sgtin:9521234.000556.*', 'input')] },
    ],
    [
      'a character that nobody sees',
      'BAD_TRACE_ID',
      'record.traces[0].id',
      { ...sampleRecord(), traces: [traceRef('lot\u3164', 'input')] },
    ],
    [
      'an empty identifier',
      'BAD_TRACE_ID',
      'record.traces[0].id',
      { ...sampleRecord(), traces: [traceRef('', 'input')] },
    ],
    ['data that is an array', 'BAD_RECORD', 'record.data', { ...sampleRecord(), data: [] }],
    ['no event hash', 'BAD_RECORD', 'record.eventHash', { ...sampleRecord(), eventHash: null }],
    ['an event id with a line feed', 'BAD_RECORD', 'record.eventID', sampleRecord({ eventID: 'urn:a\n' })],
    ['an event id that is no URI', 'BAD_RECORD', 'record.eventID', sampleRecord({ eventID: '17' })],
    ['an event id beyond ASCII', 'BAD_RECORD', 'record.eventID', sampleRecord({ eventID: 'urn:ü' })],
    [
      'an event id of 513 characters',
      'BAD_RECORD',
      'record.eventID',
      sampleRecord({ eventID: `urn:${'x'.repeat(509)}` }),
    ],
    ['nothing that it corrects', 'BAD_RECORD', 'record.corrects', sampleRecord({ corrects: [] })],
    [
      'a correction of what is no URI',
      'BAD_RECORD',
      'record.corrects[1]',
      sampleRecord({ corrects: ['urn:a', 'b'] }),
    ],
    [
      'a repeated correction',
      'BAD_RECORD',
      'record.corrects',
      sampleRecord({ corrects: ['urn:a', 'urn:a'] }),
    ],
    ['a text for corrections', 'BAD_RECORD', 'record.corrects', { ...sampleRecord(), corrects: 'a' }],
    [
      'more bytes than the domain takes',
      'TOO_LARGE',
      'record',
      sampleRecord({ data: { a: 'x'.repeat(2000) } }),
    ],
  ])('is refused with %s', (_name, code, field, value) => {
    expect(refused(code, () => parse(value)).detail['field']).toBe(field);
  });

  it.each([
    hashOf(''),
    `ni:///sha-256;${hashOf('')}`,
    `ni:///sha-256;${hashOf('').toUpperCase()}?ver=CBV2.0`,
    `ni:///sha-256;${hashOf('').slice(1)}?ver=CBV2.0`,
    `ni:///sha-256;${hashOf('')}0?ver=CBV2.0`,
    `NI:///sha-256;${hashOf('')}?ver=CBV2.0`,
    `ni:///sha-256;${hashOf('')}?ver=CBV2.1`,
    `ni:///sha-256;${hashOf('')}?ver=cbv2.0`,
    `ni:///sha-256;${hashOf('')}?ver=CBV2.0&x`,
    `ni://example.org/sha-256;${hashOf('')}?ver=CBV2.0`,
    '',
  ])('is refused with its event hash in another form, %s', (eventHash) => {
    const { detail } = refused('BAD_RECORD', () => parse(sampleRecord({ eventHash })));
    expect(detail['field']).toBe('record.eventHash');
  });

  it('is refused as a text that JSON readers would not read alike', () => {
    const twice = JSON.stringify(sampleRecord()).replace('{', '{"step":"packing",');
    expect(refused('BAD_RECORD', () => parseRecord(twice, limits)).cause).toMatchObject({
      code: 'DUPLICATE_MEMBER',
    });
    refused('BAD_RECORD', () => parseRecord('', limits));
  });

  it('may name as many distinct identifiers as the domain takes, in every role, and no more', () => {
    const ids = ['a', 'b', 'c'];
    const traces = ids.flatMap((id) => [traceRef(id, 'input'), traceRef(id, 'output')]);
    expect(parse(sampleRecord({ traces })).traces).toHaveLength(6);
    const tooMany = sampleRecord({ traces: [...traces, traceRef('d', 'input')] });
    expect(refused('TOO_LARGE', () => parse(tooMany)).detail).toEqual({
      field: 'record.traces',
      max: 3,
      identifiers: 4,
    });
  });

  it('may have as many identifiers with a mark beside them, and no more', () => {
    const rows = ['a', 'b', 'c'].map((id) => traceRef(id, 'input'));
    const marks = ['p', 'q', 'r'].map((id) => traceRef(id, 'process'));
    expect(parse(sampleRecord({ traces: [...rows, ...marks] })).traces).toHaveLength(6);
    const more = [...marks, traceRef('s', 'process')];
    for (const traces of [more, [...rows, ...more]]) {
      const { detail } = refused('TOO_LARGE', () => parse(sampleRecord({ traces })));
      expect(detail).toMatchObject({ field: 'record.traces', identifiers: traces.length });
    }
  });

  it('keeps a member named __proto__ in its data', () => {
    const text = JSON.stringify(sampleRecord()).replace('"weight"', '"__proto__":{"x":1},"weight"');
    expect(Object.keys(parseRecord(text, limits).data)).toEqual(['__proto__', 'weight']);
  });
});
