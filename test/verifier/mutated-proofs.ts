import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGoVerifier } from '../verifier-go/go-verifier.js';
import { tryMutants, type SecondVerifier } from './trace-proof-mutants.js';
import { ProofWorld } from './trace-proof-scene.js';

const SEED = Number(process.env['COTRACE_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** The tests of so many mutations of honest proofs, in at most so many milliseconds; some 1 in 70 is not complete. */
export function testMutatedProofs(count: number, leastIncomplete: number, milliseconds?: number): void {
  const go = startGoVerifier();
  let world: ProofWorld;
  beforeAll(async () => {
    world = await ProofWorld.create();
  });
  afterAll(async () => {
    await go?.stop();
    await world.remove();
  });

  describe('a mutated trace proof', () => {
    it(
      'is refused, or not complete, or says what the honest one says; so says the verifier in Go',
      async () => {
        const second: SecondVerifier = async (texts) =>
          (await go?.verdicts(texts.map((proof) => ({ proof, trust: world.trustText })))) ?? null;
        const { refused, incomplete, wrong, disputed } = await tryMutants(world, count, SEED, second);
        expect({ seed: SEED, wrong, disputed }).toEqual({ seed: SEED, wrong: [], disputed: [] });
        expect(refused.size).toBeGreaterThan(10);
        expect(incomplete).toBeGreaterThanOrEqual(leastIncomplete);
      },
      milliseconds,
    );
  });
}
