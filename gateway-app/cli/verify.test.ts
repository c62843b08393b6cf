import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TraceProof, writeTraceProof } from '@cotrace/verifier';
import { codeOf } from '../testing/codes.js';
import { printed } from '../testing/printed.js';
import { ProofScene } from '../testing/proof-scene.js';
import { questionOf, traceProof, trustFile } from '../testing/proofs.js';
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
async function verified(
  text: string | Uint8Array,
  json = false,
): Promise<readonly [number | string | null, string]> {
  writeFileSync(join(dir, 'proof.json'), text);
  let exit: number | null = null;
  let said = '';
  const code = await codeOf(async () => {
    ({ code: exit, text: said } = await printed(() =>
      verify(join(dir, 'proof.json'), join(dir, 'trust.json'), new Output(json)),
    ));
  });
  return [code ?? exit, said];
}

const askingFor = (traceId: string): TraceProof => ({ ...scene.honest, question: questionOf(traceId) });

/** The honest proof without the events of a trace: none of them is listed. */
function withoutEventsOf(traceId: string): TraceProof {
  const traces = scene.honest.traces.map((trace) =>
    trace.traceId === traceId && trace.head !== null
      ? { ...trace, trees: trace.trees.map((tree) => ({ ...tree, events: [], path: new Uint8Array() })) }
      : trace,
  );
  return { ...scene.honest, traces };
}

describe('a proof file', () => {
  it('that holds is said to hold, and what it proves is shown', async () => {
    const [exit, text] = await verified(writeTraceProof(scene.honest));
    expect(exit).toBe(EXIT.done);
    expect(text).toMatch(/^the proof holds\nFLOUR: 4 events, upstream included\n/);
    expect(text).toContain('\nas of block 6, attested by Org1MSP, Org2MSP, Org3MSP at ');
    expect(text).toMatch(/\ncomplete: .*\n$/);
  });

  it('that holds is shown as JSON where that is wanted', async () => {
    const [exit, text] = await verified(writeTraceProof(scene.honest), true);
    expect(exit).toBe(EXIT.done);
    expect(JSON.parse(text)).toMatchObject({
      question: { traceId: 'FLOUR', direction: 'up' },
      complete: true,
      asOf: { block: '6', attestedBy: ['Org1MSP', 'Org2MSP', 'Org3MSP'] },
    });
  });

  it('that proves that there is no record says so, and fails', async () => {
    const absent = await traceProof(scene.network, scene.masters, questionOf('NONE'));
    const [exit, text] = await verified(writeTraceProof(absent));
    expect([exit, text]).toEqual([
      EXIT.failed,
      expect.stringMatching(
        /^the proof holds\nno record of NONE \(a name, neither a URI nor an identifier of GS1\)\n/,
      ),
    ]);
  });

  it('that holds and is not complete says what is missing, and fails', async () => {
    const count = await traceProof(scene.network, scene.masters, questionOf('FLOUR'), { newest: 0 });
    const [exit, text] = await verified(writeTraceProof(count));
    expect(exit).toBe(EXIT.failed);
    expect(text).toMatch(/\nNOT COMPLETE:\n- not shown: 3 events of FLOUR\n$/);
  });

  it.each<[string, string, () => TraceProof]>([
    ['that shows nothing of what it is asked', 'PROVES_NOTHING', () => askingFor('NONE')],
    ['that leaves out what its records are of', 'BAD_PROOF', () => withoutEventsOf('FLOUR')],
    [
      'whose question is a forged verdict',
      'BAD_PROOF',
      () => askingFor('x\nthe proof holds\ncomplete: every event'),
    ],
    ['whose question turns the line around', 'BAD_PROOF', () => askingFor('x\u202eetadilav')],
    ['whose question is an alias', 'BAD_PROOF', () => askingFor('urn:epc:id:sgtin:0614141.112345.400')],
  ])('%s is not said to hold: %s', async (_what, code, proof) => {
    expect(await verified(writeTraceProof(proof()))).toEqual([code, '']);
  });

  it('of records, as they were before, is said to be one', async () => {
    expect(await verified('{"format":"cotrace.records-proof.v1"}')).toEqual(['NOT_SUPPORTED', '']);
  });

  it('that is not text in UTF-8 is refused, and not read as something else', async () => {
    const bytes = Buffer.from(writeTraceProof(scene.honest).replace('FLOUR', 'FLO\u00dcR'), 'latin1');
    expect(await verified(bytes)).toEqual(['BAD_UTF8', '']);
  });
});
