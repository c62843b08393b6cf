import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TraceProof } from '@cotrace/verifier';
import type { MasterAnswers } from '../testing/fake-network.js';
import { LedgerScene, type SceneRecord } from '../testing/ledger-scene.js';
import type { Connections } from './connections.js';
import { watchQuestion, watchTrace } from './watch-trace.js';

const FIRST = 'org1.master';

/** Events of LOT or another identifier, told from others by their names. */
const events = (...labels: readonly string[]): SceneRecord[] =>
  labels.map((label) => ({
    label,
    domain: 'goods',
    traces: [{ id: label.startsWith('salt') ? 'SALT' : 'LOT', role: 'subject' }],
  }));

let scene: LedgerScene;
/** LOT with one event, and with three. */
let one: TraceProof;
let three: TraceProof;

beforeAll(async () => {
  scene = await LedgerScene.create(['goods'], events('a'));
  ({ proof: one } = await watched(null));
  for (const record of events('b', 'c')) await scene.add(record);
  ({ proof: three } = await watched(null));
});

afterAll(() => scene.close());

const watched = (
  earlier: TraceProof | null,
  connections: Connections = scene.connections(),
  traceId = 'LOT',
) =>
  watchTrace(
    connections,
    traceId,
    earlier === null ? null : { proof: earlier, path: 'kept.json' },
    scene.trust,
  );
/** A master that does not answer one method. */
const without = (answers: MasterAnswers, method: string): MasterAnswers =>
  Object.fromEntries(Object.entries(answers).filter(([name]) => name !== method));
const named = ({ faults }: Connections) => faults.list().map(({ node, code }) => `${node} ${code}`);

describe('a trace that is watched', () => {
  it('is known by how many events it has, and nothing of what they say', async () => {
    const { proof, answer, rewritten } = await watched(null);
    const [lot] = answer.identifiers;
    expect(lot?.organisations.map(({ mspId, count, shown }) => [mspId, count, shown])).toEqual([
      ['Org1MSP', 3, 0],
    ]);
    expect(proof.question).toEqual(watchQuestion('LOT'));
    expect([proof.records, answer.events, rewritten]).toEqual([[], [], null]);
  });

  it('holds where nothing has changed, and where events came, which a master proves', async () => {
    for (const earlier of [three, one]) {
      const connections = scene.connections();
      expect((await watched(earlier, connections)).rewritten).toBeNull();
      expect(named(connections)).toEqual([]);
    }
  });

  it('holds where one master proves what does not lead there, which is named', async () => {
    const { growth } = scene.honest[FIRST] ?? {};
    const lying: MasterAnswers = {
      ...scene.honest[FIRST],
      growth: async (request) => {
        const { proof = new Uint8Array() } = (await growth?.(request)) ?? {};
        return { proof: proof.map((byte) => byte ^ 1) };
      },
    };
    const connections = scene.connections({ nodes: { [FIRST]: lying } });
    expect((await watched(one, connections)).rewritten).toBeNull();
    expect(named(connections)).toEqual([`${FIRST} ROOT_MISMATCH`]);
  });

  it('that nobody had recorded may have any events since', async () => {
    const { proof } = await watched(null, scene.connections(), 'SALT');
    expect(proof.traces).toEqual([{ traceId: 'SALT', head: null }]);
    expect((await watched(proof, scene.connections(), 'SALT')).rewritten).toBeNull();
  });

  it('is not compared with a proof of something else, or one that does not hold', async () => {
    await expect(watched(three, scene.connections(), 'SALT')).rejects.toMatchObject({
      code: 'WRONG_QUESTION',
    });
    const unsigned = { ...three, root: { ...three.root, attestations: [] } };
    await expect(watched(unsigned)).rejects.toMatchObject({
      code: 'NO_QUORUM',
      detail: { path: 'kept.json' },
    });
  });

  it('has no answer where no master can prove its growth', async () => {
    const nodes = Object.fromEntries(
      Object.entries(scene.honest).map(([name, answers]) => [name, without(answers, 'growth')]),
    );
    await expect(watched(one, scene.connections({ nodes }))).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });
});

describe('a history that a quorum has changed', () => {
  /** What is found out on another ledger of the same organisations, of what was known before. */
  async function on(records: readonly SceneRecord[], earlier: TraceProof, traceId = 'LOT') {
    const fork = await scene.fork(`fork-${records.map(({ label }) => label).join('')}`, ['goods'], records);
    try {
      const connections = fork.connections();
      return { ...(await watched(earlier, connections, traceId)), named: named(connections) };
    } finally {
      await fork.close();
    }
  }

  it('is found out where events are gone', async () => {
    const { rewritten } = await on(events('a', 'b', 'salt1', 'salt2'), three);
    expect(rewritten).toMatchObject({ code: 'HEAD_ROLLED_BACK' });
  });

  it('is found out where events are others', async () => {
    const { rewritten } = await on(events('a', 'B', 'c'), three);
    expect(rewritten).toMatchObject({ code: 'HEAD_REWRITTEN' });
  });

  it('is found out where the heads alone do not show it: no master can prove that it grew', async () => {
    const { rewritten, named: faulty } = await on(events('A', 'b'), one);
    expect(rewritten).toMatchObject({
      code: 'HEAD_REWRITTEN',
      message: 'no master proves that the history of LOT extends the one that was known',
      detail: { masters: [FIRST, 'org2.master', 'org3.master'] },
    });
    expect(faulty).toEqual([1, 2, 3].map((i) => `org${i}.master ROOT_MISMATCH`));
  });

  it('is found out where a block that was known has an event more', async () => {
    const { proof: none } = await watched(null, scene.connections(), 'SALT');
    const { rewritten } = await on(events('a', 'salt', 'b', 'c'), none, 'SALT');
    expect(rewritten).toMatchObject({
      code: 'HEAD_REWRITTEN',
      message: 'block 3 has an event now that it did not have as of block 4',
    });
    expect((await on(events('a', 'b', 'c', 'salt'), none, 'SALT')).rewritten).toBeNull();
  });

  it('is of a ledger that is behind what is known', async () => {
    await expect(on(events('a', 'b'), three)).rejects.toMatchObject({
      code: 'BEHIND',
      message: 'answers as of block 3; block 4 is known already',
    });
  });
});
