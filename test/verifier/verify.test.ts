import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { utf8 } from '@cotrace/core';
import { verify, writeRecordsProof } from '@cotrace/verifier';
import { codeOf } from '../../gateway-app/testing/codes.js';
import { ProofScene } from '../../gateway-app/testing/proof-scene.js';
import { trustFile } from '../../gateway-app/testing/proofs.js';
import { verdictOf } from '../../gateway-app/testing/verdict.js';
import { judgedProofs } from './proof-texts.js';

const DEEP = process.env['CI_DEEP'] === '1';
const SEED = Number(process.env['COTRACE_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

let scene: ProofScene;
let trust: string;
let honest: string;

beforeAll(async () => {
  scene = await ProofScene.create();
  trust = trustFile(scene.network);
  honest = writeRecordsProof(scene.honest);
});

afterAll(async () => {
  await scene.close();
});

describe('a proof file, verified in one call', () => {
  it(
    'says what the verifier that does not wait says, of proofs, forgeries and altered proofs',
    async () => {
      const proofs = await judgedProofs(scene, DEEP ? 10_000 : 200, SEED);
      const said: string[] = [];
      for (const { text } of proofs) said.push(await verdictOf(() => verify(text, trust)));
      expect(proofs.map(({ title }, i) => [title, said[i]])).toEqual(
        proofs.map(({ title, verdict }) => [title, verdict]),
      );
      expect(said.filter((verdict) => verdict.startsWith('{')).length).toBeGreaterThan(1);
      expect(new Set(said).size).toBeGreaterThan(8);
    },
    DEEP ? 900_000 : 60_000,
  );

  it('may be text or bytes, and so may the trust file', async () => {
    const shown = await verify(honest, trust);
    expect(await verify(utf8(honest), utf8(trust))).toEqual(shown);
    expect(shown.attestedBy).toEqual(['Org1MSP', 'Org2MSP', 'Org3MSP']);
  });

  it('is refused where it is not UTF-8, or is of a format that nobody knows', async () => {
    expect(await codeOf(() => verify(Uint8Array.of(0x7b, 0xff, 0x7d), trust))).toBe('BAD_UTF8');
    expect(await codeOf(() => verify(honest, Uint8Array.of(0xc0, 0x80)))).toBe('BAD_UTF8');
    expect(await codeOf(() => verify('[]', trust))).toBe('BAD_PROOF');
    expect(await codeOf(() => verify('{"format":"toString"}', trust))).toBe('BAD_PROOF');
    const other = honest.replace('cotrace.records-proof.v1', 'cotrace.records-proof.v2');
    await expect(verify(other, trust)).rejects.toMatchObject({
      code: 'BAD_PROOF',
      message: 'proof: format must be "cotrace.records-proof.v1", not "cotrace.records-proof.v2"',
    });
  });

  it('is not looked at where the trust file is wrong', async () => {
    expect(await codeOf(() => verify('no proof', trust.slice(0, -4)))).toBe('BAD_JSON');
    expect(await codeOf(() => verify('no proof', '{}'))).toBe('BAD_TRUST');
  });
});
