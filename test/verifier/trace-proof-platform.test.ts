import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from '@cotrace/core';
import { codeOf } from '../../gateway-app/testing/codes.js';
import { answerJson } from '../../verifier/trace-proof/answer.js';
import { verify } from '../../verifier/verify.js';
import { readVectors } from './trace-proof-vectors.js';

const EVERY = process.env['CI_DEEP'] === '1' ? 1 : 6;

describe('a trace proof, verified in one call by WebCrypto', () => {
  it('has the answer or the code of its vector', async () => {
    const chosen = readVectors().filter((_, at) => at % EVERY === 0);
    const told: unknown[] = [];
    for (const { proof, trust } of chosen) {
      let answer = '';
      const code = await codeOf(async () => {
        const said = await verify(proof, trust);
        if ('asOf' in said) answer = answerJson(said);
      });
      told.push(code ?? answer);
    }
    expect(told).toEqual(chosen.map(({ code, answer }) => code ?? canonicalJson(answer)));
  });
});
