import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { canonicalJson } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import { codeOf } from '../../gateway-app/testing/codes.js';
import { answerJson } from '../../verifier/trace-proof/answer.js';
import { verify } from '../../verifier/verify.js';
import { readTrust, type Trust } from '../../verifier/proof/trust.js';
import { forgeries } from './trace-proof-forgeries.js';
import { ProofWorld, verdictOn } from './trace-proof-scene.js';
import { kinds, readVectors, writeVectors, type ProofVector } from './trace-proof-vectors.js';

const EVERY = process.env['CI_DEEP'] === '1' ? 1 : 8;

let world: ProofWorld;
beforeAll(async () => {
  world = await ProofWorld.create();
  if (process.env['UPDATE_VECTORS'] === '1') await writeVectors(world);
});
afterAll(async () => {
  await world.remove();
});

/** A verifier that decides with WebCrypto, in one call. */
async function askedOf({ proof, trust }: ProofVector): Promise<string> {
  let answer = '';
  const code = await codeOf(async () => {
    const said = await verify(proof, trust);
    if ('asOf' in said) answer = answerJson(said);
  });
  return code ?? answer;
}

// Every later release must verify these files: they are written anew only with another version of the format.
describe('the vectors of trace proofs', () => {
  it('have in this release the answers and codes that they had when they were written', () => {
    const known = new Map<string, Trust>();
    const told = readVectors().map(({ name, proof, trust }): [string, string] => {
      const read = known.get(trust) ?? readTrust(trust, nodeVerifier);
      known.set(trust, read);
      return [name, verdictOn(proof, read)];
    });
    const wanted = readVectors().map(({ name, code, answer }) => [name, code ?? canonicalJson(answer)]);
    expect(told).toEqual(wanted);
  });

  it('have them by WebCrypto as well: those with other signers, and some of the others', async () => {
    const chosen = readVectors().filter(
      ({ proof }, at) => proof.includes('"transitions"') || at % EVERY === 0,
    );
    const told: string[] = [];
    for (const vector of chosen) told.push(await askedOf(vector));
    expect(told).toEqual(chosen.map(({ code, answer }) => code ?? canonicalJson(answer)));
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
