import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readTraceProof, verifyTraceProof } from '@cotrace/verifier';
import type { Connections } from '../client/connections.js';
import { LedgerScene, type SceneRecord } from '../testing/ledger-scene.js';
import { spoken } from '../testing/printed.js';
import { EXIT, Output } from './output.js';
import { watch, watchFolder } from './watch.js';

/** Events of LOT, told from others by their names. */
const events = (...labels: readonly string[]): SceneRecord[] =>
  labels.map((label) => ({ label, domain: 'goods', traces: [{ id: 'LOT', role: 'subject' }] }));

let scene: LedgerScene;
let folder: string;

beforeAll(async () => {
  scene = await LedgerScene.create(['goods'], events('a', 'b'));
});

afterAll(() => scene.close());

beforeEach(() => {
  folder = join(mkdtempSync(join(scene.network.dir, 'watch-')), 'kept');
});

interface Watching {
  readonly connections?: Connections;
  readonly every?: number | null;
  readonly json?: boolean;
}

function watched(traceIds: readonly string[], { connections, every = null, json = false }: Watching = {}) {
  const options = { trust: scene.trustPath, folder, every };
  return spoken(() => watch(connections ?? scene.connections(), traceIds, options, new Output(json)));
}
/** The proofs in the folder. */
const kept = () => readdirSync(folder).map((name) => join(folder, name));

describe('cotrace watch', () => {
  it('keeps a small proof of each identifier, and says what is new the next time', async () => {
    const first = await watched(['LOT', 'SALT']);
    expect([first.code, first.said]).toEqual([EXIT.done, '']);
    expect(first.text).toBe(
      'LOT: 2 events (Org1MSP 2) as of block 3; watched from now on\n' +
        'SALT: no record as of block 3; watched from now on\n',
    );
    expect(kept()).toHaveLength(2);
    for (const path of kept()) {
      const proof = readTraceProof(readFileSync(path, 'utf8'));
      expect([proof.records, verifyTraceProof(proof, scene.trust, null).events]).toEqual([[], []]);
    }
    for (const record of events('c', 'd')) await scene.add(record);
    const again = await watched(['LOT']);
    expect([again.code, again.text]).toEqual([
      EXIT.done,
      'LOT: 4 events (Org1MSP 4) as of block 5; 2 new since block 3, nothing before it changed\n',
    ]);
    expect(kept()).toHaveLength(2);
    const third = await watched(['LOT']);
    expect(third.text).toContain('0 new since block 5, nothing before it changed');
  });

  it('shows the same as JSON, with the masters that are at fault', async () => {
    await watched(['LOT']);
    const connections = scene.connections({ nodes: { 'org1.master': null } });
    const { code, text } = await watched(['LOT'], { json: true, connections });
    expect(code).toBe(EXIT.done);
    const block = String(scene.chain.height - 1n);
    expect(JSON.parse(text)).toEqual({
      ...{ traceId: 'LOT', block, before: block, more: 0 },
      organisations: [{ mspId: 'Org1MSP', count: expect.any(Number) as unknown }],
      faults: [{ node: 'org1.master', code: 'UNREACHABLE', message: expect.any(String) as unknown }],
    });
  });

  it('finds out that a history was rewritten, and keeps both proofs', async () => {
    await watched(['LOT']);
    const [path = ''] = kept();
    const known = readFileSync(path, 'utf8');
    const fork = await scene.fork('fork', ['goods'], events('A', 'B', 'C', 'D', 'E'));
    try {
      const { code, text, said } = await watched(['LOT'], { connections: fork.connections() });
      const contradicting = path.replace('.json', '.block-6.json');
      expect([code, text]).toEqual([EXIT.disproved, '']);
      expect(said).toMatch(
        /^cotrace: \[HEAD_REWRITTEN\] .* show it; keep both, and give them to the other organisations <- /,
      );
      expect(said).toContain(`${path} and ${contradicting} show it`);
      expect(kept().sort()).toEqual([path, contradicting].sort());
      expect(readFileSync(path, 'utf8')).toBe(known);
      const other = readTraceProof(readFileSync(contradicting, 'utf8'));
      expect(verifyTraceProof(other, scene.trust, null).asOf.block).toBe(6n);
      const json = await watched(['LOT'], { connections: fork.connections(), json: true });
      expect(JSON.parse(json.said)).toMatchObject({
        error: { code: 'HEAD_REWRITTEN', detail: { known: path, contradicting } },
      });
    } finally {
      await fork.close();
    }
  });

  it('says what is wrong with one identifier, shows the others, and ends with the worst code', async () => {
    await watched(['LOT']);
    const [path = ''] = kept();
    writeFileSync(path, '{}');
    const { code, text, said } = await watched(['LOT', 'SALT']);
    expect([code, text]).toEqual([
      EXIT.failed,
      expect.stringMatching(/^SALT: no record as of block \d+; watched/),
    ]);
    expect(said).toMatch(
      /^cotrace: \[BAD_PROOF\] .* is not a proof that was kept there; move it away, and watching begins again <- \[BAD_PROOF\] proof: format /,
    );
  });

  it('names the proof that does not hold since the network was replaced, why, and what to do', async () => {
    await watched(['LOT']);
    const [path = ''] = kept();
    const replaced = await LedgerScene.create(['goods'], events('a'));
    try {
      const options = { trust: replaced.trustPath, folder, every: null };
      const look = () => watch(replaced.connections(), ['LOT'], options, new Output(false));
      const { code, said } = await spoken(look);
      expect(code).toBe(EXIT.failed);
      expect(said).toContain(`the last proof of LOT, kept in ${path}, does not hold by the trust file`);
      expect(said).toContain('if the network was replaced, move that file away, and watching begins again');
      expect(said).toMatch(/ <- \[NO_QUORUM\] .* <- \[ATTESTATION_/);
      rmSync(path);
      expect((await spoken(look)).text).toMatch(/^LOT: 1 event .*; watched from now on/);
    } finally {
      await replaced.close();
    }
  });

  it('reads identifiers before it asks, in any form', async () => {
    await expect(watched(['LOT', '9521234543213'])).rejects.toMatchObject({ code: 'BAD_TRACE_ID' });
    const { text, said } = await watched(['(01)09521234543213(10)A']);
    expect(said).toBe('understood as 01/09521234543213/10/A (lot)\n');
    expect(text).toMatch(/^https:\/\/id\.gs1\.org\/01\/09521234543213\/10\/A: no record/);
  });

  it('looks again and again until Ctrl-C', async () => {
    let looks = 0;
    const first = scene.honest['org1.master'] ?? {};
    const connections = scene.connections({
      nodes: {
        'org1.master': {
          ...first,
          traceHeads: async (request) => {
            looks += 1;
            if (looks === 3) process.emit('SIGINT');
            return (await first.traceHeads?.(request)) ?? {};
          },
        },
      },
    });
    const { code, text } = await watched(['LOT'], { connections, every: 0.001 });
    expect(code).toBe(EXIT.done);
    expect(text.split('\n').filter((line) => line.startsWith('LOT: '))).toHaveLength(3);
  });

  it('keeps proofs in the folder of the network', () => {
    expect(watchFolder('/somewhere')).toBe('/somewhere/watch');
  });
});
