import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { canonicalJson, isArray } from '@cotrace/core';
import type { answerJson } from '../../verifier/trace-proof/answer.js';
import type { verify } from '../../verifier/verify.js';
import { repository } from '../architecture/sources.js';
import { readVectors, type ProofVector } from './trace-proof-vectors.js';

interface Bundles {
  readonly BUNDLES: Readonly<Record<string, object>>;
  bundle(
    what: object,
  ): Promise<{ readonly bytes: Uint8Array; readonly inputs: Readonly<Record<string, unknown>> }>;
}
interface FirstLoad {
  readonly verify: typeof verify;
  readonly answerJson: typeof answerJson;
}

const scripts = (await import(join(repository, 'scripts/verifier-bundles.mjs'))) as Bundles;
/** What stands for all of the verifier. */
const LEFT = 'left to all of the verifier';
const folder = mkdtempSync(join(tmpdir(), 'cotrace-bundle-'));
let firstLoad: FirstLoad;
let paths: readonly string[];

async function bundleOf(name: string) {
  return scripts.bundle(scripts.BUNDLES[name] ?? {});
}

beforeAll(async () => {
  const { bytes, inputs } = await bundleOf('verify.js');
  paths = Object.keys(inputs);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'verify.js'), bytes);
  const inFull = `export const verify = () => { throw Object.assign(new Error(), { code: '${LEFT}' }); };`;
  writeFileSync(join(folder, 'verify-in-full.js'), inFull);
  firstLoad = (await import(pathToFileURL(join(folder, 'verify.js')).href)) as FirstLoad;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What the verifier of the first load says of a proof: its answer, or the code that it fails with. */
async function saidOf(proof: string, trust: string): Promise<string> {
  try {
    return firstLoad.answerJson(await firstLoad.verify(proof, trust));
  } catch (error) {
    return String((error as { code?: unknown }).code ?? error);
  }
}

/** Whether a proof holds, shows no envelopes, needs no transitions, and has no rows of other chaincodes. */
function isOrdinary({ proof, answer }: ProofVector): boolean {
  const { envelopes, transitions = [] } = JSON.parse(proof) as Record<string, unknown[]>;
  return (
    envelopes?.length === 0 &&
    transitions.length === 0 &&
    isArray(answer?.['foreign']) &&
    answer['foreign'].length === 0
  );
}

describe('the verifier that a page loads first', () => {
  it('says of a proof what all of the verifier says of it, or leaves it to that', async () => {
    const left: string[] = [];
    for (const { name, proof, trust, answer } of readVectors()) {
      const said = await saidOf(proof, trust);
      if (said === LEFT) left.push(name);
      else expect([name, said]).toEqual([name, answer && canonicalJson(answer)]);
    }
    const ordinary = readVectors().filter((vector) => isOrdinary(vector));
    expect(ordinary.length).toBeGreaterThan(20);
    expect(ordinary.map(({ name }) => name).filter((name) => left.includes(name))).toEqual([]);
  });
});

describe('the bundles of the verifier', () => {
  it('have no library for protocol buffers or curves', async () => {
    const { inputs } = await bundleOf('verify-in-full.js');
    for (const among of [paths, Object.keys(inputs)]) {
      expect(among.some((path) => path.startsWith('verifier/dist/lineage/'))).toBe(true);
      const libraries = among.filter((path) => /^node_modules\/(?!canonicalize\/)|\/dist\/gen\//.test(path));
      expect(libraries).toEqual([]);
    }
  });
});
