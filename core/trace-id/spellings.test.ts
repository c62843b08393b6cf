import { describe, expect, it } from '@jest/globals';
import { errorOf } from '../testing/error-of.js';
import { Chance } from './testing/chance.js';
import { someSpelling } from './testing/spellings.js';
import { ALL_KEYS, expectedLot, expectedTraceId, someThing, type Thing } from './testing/things.js';
import { checkTraceId, hashTextOf, identify } from './index.js';

const SPELLINGS = process.env['CI_DEEP'] === '1' ? 100_000 : 100;

/** Keys that CBV 2.0 does not list: the event hash leaves their links as they are written. */
const NOT_HASHED = new Set(['410', '411', '412', '413', '415', '416', '8013']);

/** A location extension of 0 is part of the hash and not of the identity. */
function hasZeroExtension({ ai, qualifiers }: Thing): boolean {
  return ai === '414' && qualifiers.some(([name, value]) => name === '254' && value === '0');
}

describe.each(ALL_KEYS)('the spellings of key %s', (ai) => {
  it('are one identity with one hash text, and the contract takes one of them', () => {
    const seed = Number(process.env['SEED'] ?? 1) * 1_000_003 + Number(ai);
    const chance = new Chance(seed);
    const traceIds = new Map<string, string>();
    for (let i = 0; i < SPELLINGS; i++) {
      const thing = someThing(chance, ai);
      const text = someSpelling(chance, thing);
      const { traceId, hashText, lot } = identify(text);
      const context = `seed ${seed}, ${JSON.stringify(text)}`;

      if (traceId !== expectedTraceId(thing))
        expect([context, traceId]).toEqual([context, expectedTraceId(thing)]);
      if (!NOT_HASHED.has(ai) && !hasZeroExtension(thing))
        expect([context, hashText]).toEqual([context, traceId]);
      if (hashText !== hashTextOf(text)) expect([context, hashTextOf(text)]).toEqual([context, hashText]);
      const saysLot = !/^\s*urn/i.test(text);
      if (saysLot && expectedLot(thing) !== null)
        expect([context, lot]).toEqual([context, expectedLot(thing)]);

      // Equal hash texts are equal identities.
      expect(traceIds.get(hashText) ?? traceId).toBe(traceId);
      traceIds.set(hashText, traceId);

      checkTraceId(traceId);
      if (text !== traceId) expect(errorOf(() => checkTraceId(text)).detail['canonical']).toBe(traceId);
    }
  });
});
