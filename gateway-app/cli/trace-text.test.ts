import { describe, expect, it } from '@jest/globals';
import type { VerifiedRecord } from '@cotrace/verifier';
import { toText } from './trace-text.js';

const gs1 = (path: string) => `https://id.gs1.org/${path}`;

function record(
  place: { readonly block: bigint; readonly eventTime: string },
  traces: Readonly<Record<string, readonly string[]>>,
  more: Partial<VerifiedRecord> = {},
): VerifiedRecord {
  return {
    ...place,
    txNum: 0,
    domain: 'processing',
    txId: '',
    recordId: '',
    step: 'packing',
    eventID: null,
    traces: Object.entries(traces).flatMap(([role, ids]) =>
      ids.map((id) => ({ id, role, ver: 1, preTraceTxId: null })),
    ),
    data: {},
    ...more,
  };
}

/** Text of the trace of `records`, a line each. */
function linesOf(...records: VerifiedRecord[]): string[] {
  const question = { traceId: 'lot', direction: 'none' as const };
  return toText({ question, records, identifiers: [], attestedBy: ['Org1MSP', 'Org2MSP'] });
}

/** What the only event of a trace is said to be. */
function whatOf(traces: Readonly<Record<string, readonly string[]>>, data = {}): string | null {
  const lines = linesOf(record({ block: 1n, eventTime: '2026-05-01T08:00:00.000Z' }, traces, { data }));
  return lines[3]?.split(/ {2,}/)[5] ?? null;
}

describe('the text of a trace', () => {
  it('tells events in the order in which they happened, in UTC, not in that of the ledger', () => {
    const lines = linesOf(
      record({ block: 4n, eventTime: '2026-05-03T00:30:00.000+02:00' }, { subject: ['lot'] }),
      record({ block: 5n, eventTime: '2026-05-02T23:00:00.000Z' }, { subject: ['lot'] }),
      record({ block: 6n, eventTime: '2026-05-01T08:00:00.000Z' }, { subject: ['lot'] }),
    );
    expect(lines[0]).toBe('lot: 3 events');
    expect(lines.slice(2, 6)).toEqual([
      '  TIME (UTC)        STEP     DOMAIN      BLOCK/TX  WHAT',
      '  2026-05-01 08:00  packing  processing  6/0       lot',
      '  2026-05-02 22:30  packing  processing  4/0       lot',
      '  2026-05-02 23:00  packing  processing  5/0       lot',
    ]);
  });

  it('leaves events of the same time in the order of the ledger', () => {
    const eventTime = '2026-05-01T08:00:00.000Z';
    const lines = linesOf(
      record({ block: 4n, eventTime: '2026-05-01T10:00:00.000+02:00' }, { subject: ['lot'] }),
      record({ block: 5n, eventTime }, { subject: ['lot'] }),
      record({ block: 6n, eventTime }, { subject: ['lot'] }),
    );
    expect(lines.slice(3, 6).map((line) => line.split(/ {2,}/)[4])).toEqual(['4/0', '5/0', '6/0']);
  });

  it('tells what became of what', () => {
    expect(whatOf({ output: ['b', 'c'], input: [gs1('01/09521234500018/10/A')] })).toBe(
      'b, c from 01/09521234500018/10/A',
    );
    expect(whatOf({ input: ['a'] })).toBe('from a');
    expect(whatOf({ parent: ['pallet'], child: ['a', 'b'] })).toBe('a, b in pallet');
    expect(whatOf({ parent: ['pallet'], child: ['a'] }, { action: 'DELETE' })).toBe('a out of pallet');
    expect(whatOf({ parent: ['order'], subject: ['a'] })).toBe('a in order');
    expect(whatOf({ output: ['b'], input: ['a'], subject: ['c'] })).toBe('b from a; c');
  });

  it('names a few of many identifiers', () => {
    expect(whatOf({ subject: ['a', 'b', 'c', 'd'] })).toBe('a, b, c, d');
    expect(whatOf({ subject: ['a', 'b', 'c', 'd', 'e'] })).toBe('a, b, c, d and 1 more');
    expect(whatOf({ subject: ['a', 'b', 'c', 'd', 'e', 'f'] })).toBe('a, b, c, d and 2 more');
  });

  it('writes steps as words', () => {
    const steps = ['creating_class_instance', 'https://example.com/steps/hulling', 'urn:x:roasting', null];
    const lines = linesOf(
      ...steps.map((step) => record({ block: 1n, eventTime: '2026' }, { subject: ['lot'] }, { step })),
    );
    expect(lines.slice(3, 7).map((line) => line.split(/ {2,}/)[2])).toEqual([
      'creating class instance',
      'hulling',
      'roasting',
      '(no step)',
    ]);
  });

  it('says what it is about, what has no origin, and what is proven', () => {
    const lines = toText({
      question: { traceId: gs1('01/09521234500018/10/A'), direction: 'up' },
      records: [record({ block: 1n, eventTime: '2026-05-01T08:00:00.000Z' }, { subject: ['lot'] })],
      identifiers: [
        { id: gs1('01/09521234500018/10/A'), records: 1, lacksOrigin: false },
        { id: gs1('01/09521234500025/10/B'), records: 1, lacksOrigin: true },
      ],
      attestedBy: ['Org1MSP', 'Org3MSP'],
    });
    const text = lines.join('\n');
    expect(text).toMatch(/^https:\/\/id\.gs1\.org\/01\/09521234500018\/10\/A: 1 event, upstream included\n/);
    expect(text.match(/^no record of origin .*$/gm)).toEqual([
      'no record of origin in this proof: 01/09521234500025/10/B',
    ]);
    expect(text).toContain('attested by Org1MSP, Org3MSP;');
    expect(text).toContain('\nno event is missing between the first and the newest one shown');
    expect(text).toContain('not shown by this proof: that there are no newer events.');
  });
});
