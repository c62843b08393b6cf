import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isCotraceError } from '../errors.js';
import { canonicalTraceId } from '../trace-id/trace-id.js';
import { shortTraceId, typedTraceId } from './typed-trace-id.js';

const IDS = [
  'https://id.gs1.org/01/09521234001027/10/FLOUR-1',
  'https://id.gs1.org/8004/9521234mill-2',
  'https://id.gs1.org/00/195212345000000015',
  'https://example.com/lots/7',
  'urn:cotrace:account:planner',
  '24/0815',
  'lot 7',
  '01/09521234001027/10/FLOUR-1',
  '01/2026',
  '"01/2026"',
  '"',
  '""',
  'A,B',
];

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

describe('an identifier as a person types it', () => {
  it('may be what a trace has printed', () => {
    expect(shortTraceId('https://id.gs1.org/01/09521234001027/10/FLOUR-1')).toBe(
      '01/09521234001027/10/FLOUR-1',
    );
    for (const id of IDS.map(canonicalTraceId)) expect(typedTraceId(shortTraceId(id))).toBe(id);
  });

  it('is printed as no other TraceID is, whatever it looks like', () => {
    expect(shortTraceId('01/09521234001027/10/FLOUR-1')).toBe('"01/09521234001027/10/FLOUR-1"');
    const odd = ['lot 7', 'A,B', 'A;B', '"A"'];
    expect(odd.map(shortTraceId)).toEqual(['"lot 7"', '"A,B"', '"A;B"', '"""A"""']);
    const piece = fc.constantFrom('https://id.gs1.org/', '01/', '09521234001027', '10/', 'A', '"', ' ', ',');
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
        const traceId = traceIdOf(pieces.join(''));
        if (traceId !== null) expect(typedTraceId(shortTraceId(traceId))).toBe(traceId);
      }),
      { numRuns },
    );
  });

  it('may be in any form of GS1', () => {
    const link = 'https://id.gs1.org/01/09521234001027/10/FLOUR-1';
    expect(typedTraceId('urn:epc:class:lgtin:9521234.000102.FLOUR-1')).toBe(link);
    expect(typedTraceId('(01)09521234001027(10)FLOUR-1')).toBe(link);
    expect(typedTraceId('01/9521234001027/10/FLOUR-1')).toBe(link);
  });

  it('is refused where it is printed as an identifier of GS1 and is none', () => {
    expect(() => typedTraceId('01/09521234001028/10/FLOUR-1')).toThrow(
      expect.objectContaining({ code: 'BAD_TRACE_ID' }),
    );
  });
});

/** The TraceID of a text; null where it is none. */
function traceIdOf(text: string): string | null {
  try {
    return canonicalTraceId(text);
  } catch (error) {
    if (isCotraceError(error, 'BAD_TRACE_ID')) return null;
    throw error;
  }
}
