import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, type ClientRecord, isCotraceError, rowsAndMarks } from '@cotrace/core';
import { recordCheck } from './check-record.js';
import { decodeRefusal, type RefusalBody } from '../refusal.js';
import { adminCertificate } from './testing/certificates.js';
import { MemoryLedger } from './testing/memory-ledger.js';
import { hashOf, mill, noHint, sampleRecord, subject, traceRef } from './testing/samples.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 300;
const check = recordCheck(mill);
const ledger = new MemoryLedger();

beforeAll(async () => {
  await ledger.submit(hashOf('define'), 'define', [JSON.stringify(mill)], { certificate: adminCertificate });
});

/** Why the contract refuses a record; null where it takes it. */
async function refusedByContract(
  record: ClientRecord,
  hints = hintsFor(record),
): Promise<RefusalBody | null> {
  try {
    await ledger.simulate(hashOf('tx'), 'capture', [canonicalJson(record), hints]);
    return null;
  } catch (error) {
    const refusal = error instanceof Error ? decodeRefusal(error.message) : null;
    if (refusal === null) throw error;
    return refusal;
  }
}

/** Hints that the contract takes, for a record that has identifiers. */
function hintsFor(record: ClientRecord): string {
  try {
    return JSON.stringify(rowsAndMarks(record).rows.map(noHint));
  } catch {
    return '[]';
  }
}

function refusedByCheck(record: ClientRecord): Pick<RefusalBody, 'code' | 'detail'> | null {
  try {
    check(record);
    return null;
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return { code: error.code, detail: error.detail } as Pick<RefusalBody, 'code' | 'detail'>;
  }
}

/** One for each code of a refusal. */
const WRONG: readonly (readonly [keyof ClientRecord, unknown])[] = [
  ['eventTime', '2026-01-01T00:00:00Z'],
  ['traces', Array.from({ length: 21 }, (_, i) => subject(`lot-${i}`))],
  ['traces', [traceRef('e\u0301', 'input')]],
  ['step', 'shipping'],
  ['data', { weight: -1 }],
];
const ODD = [
  ...[null, '', 'x', 'packing', 'urn:epcglobal:cbv:bizstep:packing', 'urn:x:y', 17, 1e300, true, [], {}],
  ...[[subject('lot-1'), subject('lot-1')], [subject('')], [traceRef('A', 'parent')], ['urn:a', 'urn:a']],
  ...[{ weight: 1, other: 2 }, { weight: 1, tags: ['x'.repeat(5000)] }, 'aggregation', 'add', 'empty'],
];
const change = fc.oneof(
  fc.constantFrom(...WRONG),
  fc.tuple(fc.constantFrom(...Object.keys(sampleRecord()), 'other'), fc.constantFrom(...ODD)),
);

describe('what is checked of a record without a ledger', () => {
  it('is refused with the code and the detail of the contract, whatever is wrong', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 3 }), async (changes) => {
        const record = { ...sampleRecord(), ...Object.fromEntries(changes) };
        const own = refusedByCheck(record);
        const contract = await refusedByContract(record);
        const { code, detail } = contract ?? {};
        expect(own).toEqual(contract === null ? null : { code, detail });
        seen.add(code ?? 'taken');
      }),
      { numRuns: RUNS },
    );
    const codes = ['BAD_DATA', 'BAD_RECORD', 'BAD_TRACE_ID', 'TOO_LARGE', 'UNKNOWN_STEP'];
    expect([...seen].sort()).toEqual([...codes, 'taken']);
  });

  it('is in an order that does not change: form, then hints, then step, then data', async () => {
    const code = async (...args: Parameters<typeof refusedByContract>) =>
      (await refusedByContract(...args))?.code;
    const data = { weight: -1 };
    const step = 'shipping';
    expect(await code(sampleRecord({ eventHash: '', step, data }), '[')).toBe('BAD_RECORD');
    expect(await code(sampleRecord({ step, data }), '[')).toBe('BAD_HINTS');
    expect(await code(sampleRecord({ step, data }))).toBe('UNKNOWN_STEP');
    expect(await code(sampleRecord({ data }))).toBe('BAD_DATA');
  });
});
