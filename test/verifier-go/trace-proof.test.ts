import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, type JsonValue } from '@cotrace/core';
import { prove } from '../../verifier/trace-proof/testing/prove.js';
import { Random } from '../faults/random.js';
import { writeTraceProof } from '../../verifier/trace-proof/proof-file.js';
import { mutated } from '../verifier/trace-proof-mutations.js';
import { ProofWorld, QUORUM, verdictOn } from '../verifier/trace-proof-scene.js';
import { A, chain, corrected, makings, X, Y } from '../verifier/trace-proof-scenes.js';
import { startGoVerifier } from './go-verifier.js';

const MUTANTS = process.env['CI_DEEP'] === '1' ? 100_000 : 100;
const BATCH = 500;
const SEED = Number(process.env['COTRACE_SEED'] ?? 1);

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
    const lines = await go?.lines(
      vectors.map((vector) => ({
        kind: 'trace-proof',
        proof: vector.proof,
        trust: vector.trust ?? trust,
      })),
    );
    expect(vectors.length).toBeGreaterThan(100);
    vectors.forEach(({ name, answer, code }, i) => {
      const line = lines?.[i] ?? '';
      const there = (JSON.parse(line) as { code?: string }).code ?? line;
      const here = code ?? (answer === undefined ? null : canonicalJson(answer));
      expect([name, there]).toEqual([name, here]);
    });
  });

  describe('when they are mutated', () => {
    let world: ProofWorld;
    beforeAll(async () => {
      world = await ProofWorld.create();
    });
    afterAll(async () => {
      await world.remove();
    });

    it('are refused by the same codes, or have the same answers', async () => {
      const random = new Random(SEED);
      const honest = await Promise.all(
        (
          [
            [chain(world), Y, 'up'],
            [chain(world), X, 'both'],
            [makings(world), X, 'up'],
            [corrected(world), A, 'down'],
          ] as const
        ).map(async ([ledger, traceId, direction]) => ({
          ledger,
          proof: await prove(ledger, { traceId, direction, attestedBy: QUORUM }),
        })),
      );
      for (let left = MUTANTS; left > 0; left -= BATCH) {
        const texts: string[] = [];
        while (texts.length < Math.min(BATCH, left)) {
          const { ledger, proof } = random.one(honest);
          const isShape = random.integer(0, 4) === 0;
          texts.push(
            isShape ? reshaped(writeTraceProof(proof), random) : await mutated(proof, ledger, random),
          );
        }
        const lines = await go?.lines(
          texts.map((proof) => ({ kind: 'trace-proof', proof, trust: world.trustText })),
        );
        texts.forEach((text, i) => {
          const line = lines?.[i] ?? '';
          const there = (JSON.parse(line) as { code?: string }).code ?? line;
          const here = verdictOn(text, world.trust).trim();
          if (here !== there) expect([SEED, text, there]).toEqual([SEED, text, here]);
        });
      }
    }, 14_400_000);
  });
});

const ODD: readonly JsonValue[] = [null, true, 0, 1.5, '', 'AA', [], {}];

/** JSON in which a member or an item, mostly one near the top, is left out, there twice, or of another kind. */
function reshaped(text: string, random: Random): string {
  const whole = JSON.parse(text) as JsonValue;
  let holder = whole;
  for (;;) {
    if (holder === null || typeof holder !== 'object') return JSON.stringify(whole);
    const parts = holder as Record<string, JsonValue>;
    const names = Object.keys(parts);
    if (names.length === 0) return JSON.stringify(whole);
    const name = random.one(names);
    const next = parts[name];
    if (next !== null && typeof next === 'object' && random.integer(0, 5) > 0) {
      holder = next;
      continue;
    }
    const kind = random.integer(0, 4);
    if (kind > 1) parts[name] = random.one(ODD);
    else if (!Array.isArray(holder)) Reflect.deleteProperty(parts, name);
    else holder.splice(Number(name), kind, ...(kind === 0 && next !== undefined ? [next] : []));
    return JSON.stringify(whole);
  }
}
