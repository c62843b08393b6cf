import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeRecordsProof, type RecordsProof } from '@cotrace/verifier';
import { codeOf } from '../testing/codes.js';
import { printed } from '../testing/printed.js';
import { ProofScene } from '../testing/proof-scene.js';
import { trustFile } from '../testing/proofs.js';
import { EXIT, Output } from './output.js';
import { verify } from './trace.js';

let scene: ProofScene;
let dir: string;

beforeAll(async () => {
  scene = await ProofScene.create();
  dir = mkdtempSync(join(tmpdir(), 'cotrace-verify-'));
  writeFileSync(join(dir, 'trust.json'), trustFile(scene.network));
});

afterAll(async () => {
  rmSync(dir, { recursive: true });
  await scene.close();
});

/** Exit code or code of the error of `cotrace verify`, and what it prints. */
async function verified(text: string | Uint8Array): Promise<readonly [number | string | null, string]> {
  writeFileSync(join(dir, 'proof.json'), text);
  let exit: number | null = null;
  let said = '';
  const code = await codeOf(async () => {
    const output = new Output(false);
    ({ code: exit, text: said } = await printed(() =>
      verify(join(dir, 'proof.json'), join(dir, 'trust.json'), output),
    ));
  });
  return [code ?? exit, said];
}

const askingFor = (traceId: string): RecordsProof => ({
  question: { traceId, direction: 'none' },
  blocks: [],
  transactions: [],
});

describe('a proof file', () => {
  it('that holds is said to hold, and what it proves is shown', async () => {
    const [exit, text] = await verified(writeRecordsProof(scene.honest));
    expect(exit).toBe(EXIT.done);
    expect(text).toMatch(/^the proof holds\nFLOUR: 4 events, upstream included\n/);
    expect(text).toContain('attested by Org1MSP, Org2MSP, Org3MSP;');
  });

  it.each<[string, string, RecordsProof]>([
    ['that proves no event', 'PROVES_NOTHING', askingFor('NONE')],
    [
      'whose question is a forged verdict',
      'BAD_PROOF',
      askingFor('x\nthe proof holds\nverified: every event'),
    ],
    ['whose question turns the line around', 'BAD_PROOF', askingFor('x\u202eetadilav')],
    ['whose question is an alias', 'BAD_PROOF', askingFor('urn:epc:id:sgtin:0614141.112345.400')],
  ])('%s is not said to hold: %s', async (_what, code, proof) => {
    expect(await verified(writeRecordsProof(proof))).toEqual([code, '']);
  });

  it('that is not text in UTF-8 is refused, and not read as something else', async () => {
    const bytes = Buffer.from(writeRecordsProof(scene.honest).replace('FLOUR', 'FLO\u00dcR'), 'latin1');
    expect(await verified(bytes)).toEqual(['BAD_UTF8', '']);
  });
});
