import { canonicalTraceId } from '../trace-id/trace-id.js';
import { describe, expect, it } from '@jest/globals';
import { shortTraceId, typedTraceId } from './typed-trace-id.js';

const IDS = [
  'https://id.gs1.org/01/09521234001027/10/FLOUR-1',
  'https://id.gs1.org/8004/9521234mill-2',
  'https://id.gs1.org/00/195212345000000015',
  'https://example.com/lots/7',
  'urn:cotrace:account:planner',
  '24/0815',
  'lot 7',
];

describe('an identifier as a person types it', () => {
  it('may be what a trace has printed', () => {
    expect(shortTraceId('https://id.gs1.org/01/09521234001027/10/FLOUR-1')).toBe(
      '01/09521234001027/10/FLOUR-1',
    );
    for (const id of IDS.map(canonicalTraceId)) expect(typedTraceId(shortTraceId(id))).toBe(id);
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
