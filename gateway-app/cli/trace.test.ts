import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerJson, readTraceProof, type TraceQuestion, verifyTraceProof } from '@cotrace/verifier';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { MasterAnswers } from '../testing/fake-network.js';
import { LedgerScene, type SceneOptions, type SceneRecord } from '../testing/ledger-scene.js';
import { FALSEHOODS } from '../testing/false-master.js';
import { falseAnswers } from '../testing/masters-in-process.js';
import { spoken } from '../testing/printed.js';
import { EXIT, Output } from './output.js';
import { REASON_TEXTS } from './reason-text.js';
import { trace } from './trace.js';

const day = (number: number) => `2026-01-0${number}T00:00:00.000Z`;

/** Grain of a field, of which nothing is known, is milled; the flour is packed, and what was said of its sale is withdrawn. */
const RECORDS: readonly SceneRecord[] = [
  {
    label: 'harvest',
    domain: 'goods',
    step: 'harvesting',
    eventTime: day(1),
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
    eventTime: day(2),
    traces: [
      { id: 'GRAIN', role: 'input' },
      { id: 'FLOUR', role: 'output' },
    ],
  },
  {
    label: 'packing',
    domain: 'goods',
    step: 'packing',
    eventTime: day(3),
    change: 'add',
    traces: [
      { id: 'SACK', role: 'parent' },
      { id: 'FLOUR', role: 'child' },
    ],
  },
  {
    label: 'shipping',
    domain: 'goods',
    step: 'shipping',
    eventTime: day(4),
    traces: [{ id: 'SACK', role: 'subject' }],
  },
  {
    label: 'sale',
    domain: 'goods',
    step: 'retail_selling',
    eventTime: day(5),
    traces: [{ id: 'FLOUR', role: 'subject' }],
  },
  {
    label: 'no sale',
    domain: 'goods',
    step: 'retail_selling',
    eventTime: day(5),
    event: 'sale',
    corrects: ['urn:event:sale'],
    data: {
      errorDeclaration: {
        ...{ declarationTime: day(6), reason: 'urn:epcglobal:cbv:er:did_not_occur' },
        correctiveEventIDs: ['urn:event:harvest', 'urn:event:none'],
      },
    },
    traces: [{ id: 'FLOUR', role: 'subject' }],
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
    readonly direction?: TraceQuestion['direction'];
    readonly newest?: number;
    readonly proof?: string;
    readonly json?: boolean;
  }

  function traced(traceId: string, asking: Asking = {}) {
    const { direction = 'up', newest = null, proof: path, json = false, ...options } = asking;
    const question = { traceId, direction, newest, trust: scene.trustPath, proof: path };
    return spoken(() => trace(scene.connections(options), question, new Output(json)));
  }

  /** What all masters answer, changed. */
  const changed = (change: (honest: MasterAnswers) => MasterAnswers) =>
    Object.fromEntries(Object.entries(scene.honest).map(([name, honest]) => [name, change(honest)]));

  it('shows events, containers, corrections and what is proven, and where the proof is, which proves them', async () => {
    const { code, text, said } = await traced('FLOUR', { direction: 'both', proof });
    expect([code, said]).toEqual([EXIT.done, '']);
    const [first, , , ...lines] = text.split('\n');
    expect(first).toBe('FLOUR: 5 events, upstream and downstream included');
    expect(lines.map((line) => line.replace(/, attested by .*/, ''))).toEqual([
      '   2026-01-01 00:00  harvesting      goods   2/0       Org1MSP  GRAIN from FIELD',
      '   2026-01-02 00:00  milling         goods   3/0       Org1MSP  FLOUR from GRAIN',
      '   2026-01-03 00:00  packing         goods   4/0       Org1MSP  FLOUR in SACK',
      '   2026-01-04 00:00  shipping        goods   5/0       Org1MSP  SACK',
      '?  2026-01-05 00:00  retail selling  goods   6/0       Org1MSP  FLOUR',
      '',
      '? undecided: 1 event, 0 identifiers; a recall counts them as affected',
      `? WITHDRAWN, 6/0: ${REASON_TEXTS.WITHDRAWN}`,
      '',
      'Org1MSP declared wrong: retail selling of 2026-01-05 00:00 (6/0) (2026-01-06 00:00, did not occur); corrected by urn:event:harvest (2/0 in goods by Org1MSP), urn:event:none (not recorded)',
      'FLOUR in SACK since 2026-01-03 00:00, no unpacking recorded',
      'no record of origin: FIELD',
      'as of block 7',
      expect.stringMatching(/^complete: /),
      `proof written to ${proof}; check it with: cotrace verify ${proof} --trust FILE`,
      '',
    ]);
    const held = readTraceProof(readFileSync(proof, 'utf8'));
    expect(verifyTraceProof(held, scene.trust, null)).toMatchObject({ complete: true });
  });

  it('shows all as JSON: the answer of the verifier, how the identifier was understood, and faults', async () => {
    const { code, text } = await traced('FLOUR', { json: true, proof });
    expect(code).toBe(EXIT.done);
    const { understood, faults, corrections, ...answer } = JSON.parse(text) as Record<string, unknown>;
    expect([understood, faults, corrections]).toEqual([
      { traceId: 'FLOUR', nature: 'instance', lot: null, elements: null, warnings: [] },
      [],
      [
        {
          eventID: 'urn:event:harvest',
          places: [{ domain: 'goods', organisation: 'Org1MSP', block: '2', txNum: 0 }],
        },
        { eventID: 'urn:event:none', places: [] },
      ],
    ]);
    const held = readTraceProof(readFileSync(proof, 'utf8'));
    expect(answer).toEqual(JSON.parse(answerJson(verifyTraceProof(held, scene.trust, null))));
  });

  it('names what corrects an event without its place where no master says it', async () => {
    const nodes = changed((honest) => falseAnswers(honest, FALSEHOODS['with the state after block 0']));
    const { code, text } = await traced('FLOUR', { nodes });
    expect(code).toBe(EXIT.done);
    expect(text).toMatch(/; corrected by urn:event:harvest, urn:event:none\n/);
    expect(text).toMatch(/\nnote: org1\.master: .*\(BEHIND\)\n/);
  });

  it('says nothing of a proof where none is wanted', async () => {
    const { code, text } = await traced('GRAIN', { direction: 'none' });
    expect([code, text]).toEqual([EXIT.done, expect.stringMatching(/^GRAIN: 2 events\n/)]);
    expect(text).toMatch(/\ncomplete: .*\.\n$/);
  });

  it('says first what a scan was understood as, and answers what could be several things with how to write it', async () => {
    const { text, said } = await traced(']C1010952123454321310A');
    expect(said).toMatch(
      /^understood as 01\/09521234543213\/10\/A \(lot\), from \(01\)09521234543213\(10\)A\n/,
    );
    expect(text).toMatch(/^no record of .*\/10\/A\n/);
    await expect(traced('9521234543213')).rejects.toMatchObject({ code: 'BAD_TRACE_ID' });
  });

  it('shows the newest events alone, or how many there are, and says that the others are not shown', async () => {
    const newest = await traced('FLOUR', { direction: 'none', newest: 1 });
    expect(newest.code).toBe(EXIT.done);
    expect(newest.text).toMatch(/\nNOT COMPLETE:\n- not shown: \d events of FLOUR\n$/);
    const none = await traced('FLOUR', { direction: 'none', newest: 0 });
    expect(none.code).toBe(EXIT.done);
    expect(none.text).toMatch(/^FLOUR: \d events, none of them shown\nas of block/);
    const unknown = await traced('SALT', { direction: 'none', newest: 0 });
    expect([unknown.code, unknown.text]).toEqual([
      EXIT.failed,
      expect.stringMatching(/^no record of SALT \(a name, neither a URI nor an identifier of GS1\)\n/),
    ]);
  });

  it('says that there is no record, proves it, and fails', async () => {
    const { code, text } = await traced('SALT', { proof, nodes: { 'org3.master': null } });
    expect([code, text]).toEqual([
      EXIT.failed,
      expect.stringMatching(
        /^no record of SALT \(a name, neither a URI nor an identifier of GS1\)\nas of block .*\ncomplete: .*\nnote: org3\.master: .*\(UNREACHABLE\)\nproof written/,
      ),
    ]);
    const held = readTraceProof(readFileSync(proof, 'utf8'));
    expect(verifyTraceProof(held, scene.trust, null)).toMatchObject({ complete: true, events: [] });
  });

  it('names masters that do not answer', async () => {
    const { code, text } = await traced('FLOUR', { nodes: { 'org1.master': null } });
    expect(code).toBe(EXIT.done);
    expect(text).toMatch(/\nnote: org1\.master: .*\(UNREACHABLE\)\n$/);
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
    expect([code, text]).toEqual([EXIT.failed, expect.stringMatching(/^FLOUR: \d events/)]);
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
