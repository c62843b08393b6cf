import { afterAll, describe, expect, it } from '@jest/globals';
import { isCotraceError, identify } from '@cotrace/core';
import { Chance } from '../../core/trace-id/testing/chance.js';
import { someSpelling } from '../../core/trace-id/testing/spellings.js';
import { ALL_KEYS, someThing } from '../../core/trace-id/testing/things.js';
import { startGoVerifier } from './go-verifier.js';
import { epcUrn, oddText, spoilt } from './odd-texts.js';

const TEXTS = process.env['CI_DEEP'] === '1' ? 1_000_000 : 500;
const SEED = Number(process.env['SEED'] ?? 1);

const go = startGoVerifier();
const describeWithGo = go === null ? describe.skip : describe;
afterAll(() => go?.stop());

/** What the code here reads, in the form in which the Go program answers. */
function readHere(text: string): string {
  try {
    const { traceId, nature } = identify(text);
    return `${nature} ${traceId}`;
  } catch (error) {
    if (isCotraceError(error)) return error.code;
    throw error;
  }
}

/** The texts that the two read differently, with both readings. */
async function differences(texts: readonly string[]): Promise<unknown[]> {
  const answers = (await go?.ask(texts.map((text) => ({ kind: 'trace-id', text })))) ?? [];
  expect(answers).toHaveLength(texts.length);
  return texts.flatMap((text, i) => {
    const { code, nature, traceId } = answers[i] ?? {};
    const there = code ?? `${String(nature)} ${String(traceId)}`;
    const here = readHere(text);
    return here === there ? [] : [{ text, here, there, says: answers[i]?.['message'] }];
  });
}

/** What chance seldom makes. */
const SELDOM = [
  '(01) 09521234000884 (21) S1 ',
  '(01)09521234000884(21)S1(21)S1',
  'urn:epc:id:sgtin:%39521234.000088.4',
  'urn:epc:id:sgtin:9521234.%300088.4',
  'urn:epc:id:cpi:9521234.A%0AB.4',
  'urn:epc:id:itip:4012345.011111.1.102.987',
  'urn:epc:id:itip:4012345.011111.01%30.2.987',
  'urn:epc:idpat:itip:4012345.012345.010.2.*',
  'https://example.com/01/09521234000884/21/...',
  'https://example.com/01/09521234000884/21/..',
  'id.gs1.org://x',
  '%%36%39d.gs1.org/01/09521234000884',
  'http\u017F://ID.gs1.org/01/09521234000884',
  'URN:UUID:\u017FA',
  'URN:\u212A:A',
];

describeWithGo('TraceIDs as the verifier in Go reads them', () => {
  it('are the same of texts that chance seldom makes', async () => {
    expect(await differences(SELDOM)).toEqual([]);
  });

  it.each([
    [
      'spellings of GS1 identifiers',
      (chance: Chance) => someSpelling(chance, someThing(chance, chance.of(ALL_KEYS))),
    ],
    [
      'spellings with something wrong',
      (chance: Chance) => spoilt(chance, someSpelling(chance, someThing(chance, chance.of(ALL_KEYS)))),
    ],
    ['EPC URNs of any fields', epcUrn],
    ['odd texts', oddText],
  ])(
    'are the same of %s',
    async (_, make) => {
      const chance = new Chance(SEED);
      for (let left = TEXTS; left > 0; left -= 10_000) {
        const texts = Array.from({ length: Math.min(left, 10_000) }, () => make(chance));
        expect((await differences(texts)).slice(0, 20)).toEqual([]);
      }
    },
    600_000,
  );
});
