import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tryMutants } from './trace-proof-mutants.js';
import { ProofWorld } from './trace-proof-scene.js';

const SEED = Number(process.env['COTRACE_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** The tests of so many mutations of honest proofs, in at most so many milliseconds; some 1 in 70 is not complete. */
export function testMutatedProofs(count: number, leastIncomplete: number, milliseconds?: number): void {
  let world: ProofWorld;
  beforeAll(async () => {
    world = await ProofWorld.create();
  });
  afterAll(async () => {
    await world.remove();
  });

  describe('a mutated trace proof', () => {
    it(
      'is refused, or not complete, or says what the honest one says',
      async () => {
        const { refused, incomplete, wrong } = await tryMutants(world, count, SEED);
        expect({ seed: SEED, wrong }).toEqual({ seed: SEED, wrong: [] });
        expect(refused.size).toBeGreaterThan(10);
        expect(incomplete).toBeGreaterThanOrEqual(leastIncomplete);
      },
      milliseconds,
    );
  });
}
