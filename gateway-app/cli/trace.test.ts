import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRecordsProof, verifyRecords, type Direction } from '@cotrace/verifier';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { MasterAnswers } from '../testing/fake-network.js';
import { LedgerScene, type SceneOptions, type SceneRecord } from '../testing/ledger-scene.js';
import { falseAnswers } from '../testing/masters-in-process.js';
import { spoken } from '../testing/printed.js';
import { EXIT, Output } from './output.js';
import { trace } from './trace.js';

/** Grain of a field, of which nothing is known, is milled. */
const RECORDS: readonly SceneRecord[] = [
  {
    label: 'harvest',
    domain: 'goods',
    step: 'harvesting',
    eventID: 'urn:event:harvest',
    traces: [
      { id: 'FIELD', role: 'input' },
      { id: 'GRAIN', role: 'output' },
    ],
  },
  {
    label: 'milling',
    domain: 'goods',
    step: 'milling',
    traces: [
      { id: 'GRAIN', role: 'input' },
      { id: 'FLOUR', role: 'output' },
    ],
  },
];

describe('cotrace trace', () => {
  let scene: LedgerScene;
  let proof: string;

  beforeAll(async () => {
    scene = await LedgerScene.create(['goods'], RECORDS);
  });

  afterAll(() => scene.close());

  beforeEach(() => {
    proof = join(mkdtempSync(join(scene.network.dir, 'trace-')), 'proof.json');
  });

  interface Asking extends SceneOptions {
    readonly direction?: Direction;
    readonly proof?: string;
    readonly json?: boolean;
  }

  function traced(traceId: string, { direction = 'up', proof: path, json = false, ...options }: Asking = {}) {
    const question = { traceId, direction, trust: scene.trustPath, proof: path };
    return spoken(() => trace(scene.connections(options), question, new Output(json)));
  }

  /** What all masters answer, changed. */
  const changed = (change: (honest: MasterAnswers) => MasterAnswers) =>
    Object.fromEntries(Object.entries(scene.honest).map(([name, honest]) => [name, change(honest)]));

  it('shows the events, and says where the proof is, which proves them', async () => {
    const { code, text, said } = await traced('FLOUR', { proof });
    expect([code, said]).toEqual([EXIT.done, '']);
    expect(text).toMatch(/^FLOUR: 2 events, upstream included\n/);
    expect(text.split('\n').slice(-2)).toEqual([
      `proof written to ${proof}; check it with: cotrace verify ${proof} --trust FILE`,
      '',
    ]);
    const { records } = verifyRecords(readRecordsProof(readFileSync(proof, 'utf8')), scene.trust);
    expect(records.map(({ step }) => step)).toEqual(['harvesting', 'milling']);
  });

  it('says nothing of a proof where none is wanted', async () => {
    const { code, text } = await traced('GRAIN', { direction: 'none' });
    expect([code, text]).toEqual([EXIT.done, expect.stringMatching(/^GRAIN: 2 events\n/)]);
    expect(text).toMatch(/that there are no newer events\.\n$/);
  });

  it('shows all as JSON', async () => {
    const { code, text } = await traced('FLOUR', { json: true });
    expect(code).toBe(EXIT.done);
    const { events, ...rest } = JSON.parse(text) as { events: readonly object[] };
    expect(events).toHaveLength(2);
    expect(events[0]).toEqual({
      ...{ domain: 'goods', block: '2', txNum: 0, step: 'harvesting', eventTime: '2026-01-01T00:00:00.000Z' },
      ...{ eventID: 'urn:event:harvest', proof: 'checked', data: { label: 'harvest' } },
      txId: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      recordId: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      traces: [
        { id: 'FIELD', role: 'input', ver: 1 },
        { id: 'GRAIN', role: 'output', ver: 1 },
      ],
    });
    expect(rest).toEqual({
      ...{ traceId: 'FLOUR', direction: 'up', verified: true, attestedBy: ['Org1MSP', 'Org2MSP', 'Org3MSP'] },
      identifiers: expect.arrayContaining([{ id: 'FIELD', records: 1, lacksOrigin: true }]) as unknown,
      ...{ withoutOrigin: ['FIELD'], wrongHints: [], faults: [] },
      understood: { traceId: 'FLOUR', nature: 'instance', lot: null, elements: null, warnings: [] },
    });
  });

  it('says first what a scan was understood as, and answers what could be several things with how to write it', async () => {
    const { text, said } = await traced(']C1010952123454321310A');
    expect(said).toMatch(
      /^understood as 01\/09521234543213\/10\/A \(lot\), from \(01\)09521234543213\(10\)A\n/,
    );
    expect(text).toMatch(/^no record of .*\/10\/A\n/);
    await expect(traced('9521234543213')).rejects.toMatchObject({ code: 'BAD_TRACE_ID' });
  });

  it('is verified where there is a single event', async () => {
    const { text } = await traced('FLOUR', { direction: 'none', json: true });
    expect(JSON.parse(text)).toMatchObject({ verified: true, events: [{ step: 'milling' }] });
  });

  it('says that there is no record, and writes no proof of that', async () => {
    const { code, text } = await traced('SALT', { proof, nodes: { 'org3.master': null } });
    expect([code, text]).toEqual([
      EXIT.failed,
      expect.stringMatching(/^no record of SALT\nnote: org3\.master: .*\(UNREACHABLE\)\n$/),
    ]);
    expect(existsSync(proof)).toBe(false);
    const json = JSON.parse((await traced('SALT', { json: true })).text) as object;
    expect(json).toMatchObject({ traceId: 'SALT', verified: false, events: [] });
  });

  it('names masters that do not answer', async () => {
    const { code, text } = await traced('FLOUR', { nodes: { 'org1.master': null } });
    expect(code).toBe(EXIT.done);
    expect(text).toMatch(/\nnote: org1\.master: .*\(UNREACHABLE\)\n$/);
  });

  it('says which records carry a wrong hint', async () => {
    const nodes = changed((honest) =>
      falseAnswers(honest, {
        trace: async function* (ask) {
          for await (const one of ask()) yield { ...one, wrongHint: one.blockNum === 3n };
        },
      }),
    );
    const { code, text } = await traced('FLOUR', { nodes });
    expect(code).toBe(EXIT.done);
    expect(text).toMatch(/\nnote: transaction 0 of block 3 carries a wrong hint; .* by transaction id\n$/);
    const { wrongHints } = JSON.parse((await traced('FLOUR', { nodes, json: true })).text) as {
      wrongHints: unknown;
    };
    expect(wrongHints).toEqual([{ block: '3', txNum: 0 }]);
  });

  it('asks nobody where the proof could not be written afterwards', async () => {
    let asked = 0;
    const nodes = changed((honest) =>
      falseAnswers(honest, {
        unary: (_method, ask) => {
          asked += 1;
          return ask();
        },
      }),
    );
    const path = join(proof, 'none');
    await expect(traced('FLOUR', { proof: path, nodes })).rejects.toMatchObject({
      code: 'NO_FILE',
      detail: { path },
    });
    expect(asked).toBe(0);
  });

  it('shows the answer where the proof cannot be written after all, and fails', async () => {
    const nodes = changed((honest) =>
      falseAnswers(honest, {
        unary: (_method, ask) => {
          mkdirSync(proof, { recursive: true });
          return ask();
        },
      }),
    );
    const { code, text, said } = await traced('FLOUR', { proof, nodes });
    expect([code, text]).toEqual([EXIT.failed, expect.stringMatching(/^FLOUR: 2 events/)]);
    expect(text).not.toContain('proof written');
    expect(said).toMatch(/^cotrace: \[NO_FILE\] .*proof\.json cannot be written/);
    // The folder is there by now: asked again, it is refused at once.
    await expect(traced('FLOUR', { proof })).rejects.toMatchObject({ code: 'NO_FILE' });
  });

  it('prints its error as JSON where that is wanted', async () => {
    const nodes = changed((honest) =>
      falseAnswers(honest, {
        unary: (_method, ask) => {
          mkdirSync(proof, { recursive: true });
          return ask();
        },
      }),
    );
    const { said } = await traced('FLOUR', { proof, nodes, json: true });
    expect(JSON.parse(said)).toMatchObject({ error: { code: 'NO_FILE', detail: { path: proof } } });
  });
});
