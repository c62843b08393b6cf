import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nodeVerifier } from '@cotrace/network';
import { readTrust } from '../../verifier/proof/trust.js';
import { forgeries } from './trace-proof-forgeries.js';
import { ProofWorld, verdictOn } from './trace-proof-scene.js';

let world: ProofWorld;
beforeAll(async () => {
  world = await ProofWorld.create();
});
afterAll(async () => {
  await world.remove();
});

describe('a forged trace proof', () => {
  it('is refused with the code of its kind', async () => {
    const told: [string, string][] = [];
    const tried = forgeries(world);
    for (const { name, make } of tried) {
      const { proof, trust } = await make();
      told.push([name, verdictOn(proof, trust === undefined ? world.trust : readTrust(trust, nodeVerifier))]);
    }
    expect(told).toEqual(tried.map(({ name, code }) => [name, code]));
    expect(new Set(tried.map(({ name }) => name)).size).toBe(tried.length);
  });
});
