import { afterAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, type JsonValue } from '@cotrace/core';
import { startGoVerifier } from './go-verifier.js';

const VECTORS = join(import.meta.dirname, '../vectors/trace-proof');

const go = startGoVerifier();
const describeWithGo = go === null ? describe.skip : describe;
afterAll(() => go?.stop());

interface Vector {
  readonly name: string;
  readonly proof: string;
  readonly trust?: string;
  readonly answer?: JsonValue;
  readonly code?: string;
}

describeWithGo('trace proofs as the verifier in Go reads them', () => {
  const trust = readFileSync(join(VECTORS, 'trust.json'), 'utf8');
  const vectors = readdirSync(VECTORS)
    .filter((file) => file !== 'trust.json')
    .map((file) => JSON.parse(readFileSync(join(VECTORS, file), 'utf8')) as Vector);

  it('have the answers and codes of the vectors', async () => {
    const told = await go?.verdicts(vectors.map(({ proof, trust: own }) => ({ proof, trust: own ?? trust })));
    expect(vectors.length).toBeGreaterThan(100);
    vectors.forEach(({ name, answer, code }, i) => {
      const here = code ?? (answer === undefined ? null : canonicalJson(answer));
      expect([name, told?.[i]]).toEqual([name, here]);
    });
  });
});
