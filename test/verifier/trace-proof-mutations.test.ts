import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ProofWorld } from './trace-proof-scene.js';
import { tryMutants } from './trace-proof-mutants.js';

const COUNT = 100;
const SEED = Number(process.env['COTRACE_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

let world: ProofWorld;
beforeAll(async () => {
  world = await ProofWorld.create();
});
afterAll(async () => {
  await world.remove();
});

describe('a mutated trace proof', () => {
  it('is refused, or not complete, or says what the honest one says', async () => {
    const { refused, incomplete, wrong } = await tryMutants(world, COUNT, SEED);
    expect({ seed: SEED, wrong }).toEqual({ seed: SEED, wrong: [] });
    expect(refused.size).toBeGreaterThan(10);
    expect(incomplete).toBeGreaterThan(0);
  });
});
