import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { canonicalJson } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import { readTrust, type Trust } from '../../verifier/proof/trust.js';
import { forgeries } from './trace-proof-forgeries.js';
import { ProofWorld, verdictOn } from './trace-proof-scene.js';
import { kinds, readVectors, writeVectors } from './trace-proof-vectors.js';

let world: ProofWorld;
beforeAll(async () => {
  world = await ProofWorld.create();
  if (process.env['UPDATE_VECTORS'] === '1') await writeVectors(world);
});
afterAll(async () => {
  await world.remove();
});

describe('the vectors of trace proofs', () => {
  it('have the answers, and are refused with the codes, that they had when they were written', () => {
    const known = new Map<string, Trust>();
    const told = readVectors().map(({ name, proof, trust }): [string, string] => {
      const read = known.get(trust) ?? readTrust(trust, nodeVerifier);
      known.set(trust, read);
      return [name, verdictOn(proof, read)];
    });
    const wanted = readVectors().map(({ name, code, answer }) => [name, code ?? canonicalJson(answer)]);
    expect(told).toEqual(wanted);
  });

  it('are of every kind and every forgery', () => {
    const names = [...Object.keys(kinds(world)), ...forgeries(world).map(({ name }) => name)];
    expect(
      readVectors()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(names.sort());
  });
});
