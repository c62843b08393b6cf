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

describeWithGo('TraceIDs as the verifier in Go reads them', () => {
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
