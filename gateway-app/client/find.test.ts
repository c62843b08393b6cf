import { create } from '@bufbuild/protobuf';
import { CotraceError } from '@cotrace/core';
import { type StateQuestion, verifyStates } from '@cotrace/verifier';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Master, type FindReply } from '../gen/cotrace/cotrace_pb.js';
import { ended, startFakeClock, took } from '../testing/fake-clock.js';
import { fakeConnections, unanswered, type MasterAnswers } from '../testing/fake-network.js';
import { addressed, honestAnswers } from '../testing/masters-in-process.js';
import { ProofScene } from '../testing/proof-scene.js';
import { withQuorum } from '../testing/proofs.js';
import { attestingMaster, masterOf } from '../testing/scene-masters.js';
import { put } from '../testing/transactions.js';
import type { Connections } from './connections.js';
import { findStates } from './find.js';

const QUESTIONS: readonly StateQuestion[] = [
  { domain: 'retail', key: 'noise' },
  { domain: 'retail', key: 'nothing' },
];

let scene: ProofScene;
/** What an honest master answers as of the newest block, and of the one before. */
let newest: FindReply;
let older: FindReply;

beforeAll(async () => {
  scene = await ProofScene.create();
  const { find } = honestAnswers(scene.network, masterOf(scene, 0));
  const keys = QUESTIONS.map((value) => ({ what: { case: 'state' as const, value } }));
  const ask = async () =>
    create(Master.method.find.output, (await find?.(create(Master.method.find.input, { keys }))) ?? {});
  older = await ask();
  scene.chain.add([put(scene.network, 'retail', { noise: 'last' })]);
  for (const master of scene.masters) await master.follow(scene.chain);
  newest = await ask();
});

afterAll(() => scene.close());

beforeEach(startFakeClock);

afterEach(() => {
  jest.useRealTimers();
});

/** A master that answers the question so. */
const master = (
  index: number,
  reply: () => Promise<FindReply> = () => Promise.resolve(newest),
  more: MasterAnswers = {},
  height?: () => bigint,
): MasterAnswers => attestingMaster(scene, index, { find: reply, ...more }, height);
/** Attestations whose signatures are not valid. */
const rubbish = (index: number): MasterAnswers => ({
  attestationsOf: ({ blockNums }) =>
    Promise.resolve({
      attestations: blockNums.map((block) => ({
        ...masterOf(scene, index).attestation(block),
        signature: Uint8Array.of(1),
      })),
    }),
});
const refusing = () => Promise.reject(new CotraceError('NOT_YOUR_ROLE', 'no'));

function connected(...masters: readonly MasterAnswers[]): Connections {
  const nodes = Object.fromEntries(masters.map((answers, i) => [`org${i + 1}.master`, answers]));
  return fakeConnections({ consortium: addressed(scene.network), nodes });
}
const named = ({ faults }: Connections) => faults.list().map(({ node, code }) => `${node} ${code}`);
const find = (connections: Connections, trust = scene.trust) => findStates(connections, QUESTIONS, trust);

describe('what the ledger holds of keys', () => {
  it('is what the own master answers, proven, and nobody else is asked', async () => {
    let others = 0;
    const other = () => {
      others += 1;
      return Promise.resolve(newest);
    };
    const connections = connected(master(0), master(1, other), master(2, other));
    const answer = await find(connections);
    const { asOf, states } = verifyStates(QUESTIONS, answer, scene.trust);
    expect(asOf).toMatchObject({
      block: scene.chain.height - 1n,
      attestedBy: ['Org1MSP', 'Org2MSP'],
    });
    expect(states.map((state) => state?.entry.blockNum ?? null)).toEqual([scene.chain.height - 1n, null]);
    expect([others, named(connections)]).toEqual([0, []]);
  });

  it('is not as of a block before what a quorum has reached, by one block even', async () => {
    const connections = connected(
      master(0, () => Promise.resolve(older)),
      master(1),
      master(2),
    );
    expect((await find(connections)).blockNum).toBe(scene.chain.height - 1n);
    const [last, least] = [scene.chain.height - 2n, scene.chain.height - 1n];
    expect(connections.faults.list()).toMatchObject([
      {
        node: 'org1.master',
        code: 'BEHIND',
        message: `answers as of block ${last}, others have reached ${least}`,
      },
    ]);
  });

  it('may be as of the last block that a quorum has reached, whatever has come since', async () => {
    const height = () => scene.chain.height - 1n;
    const reply = () => Promise.resolve(older);
    const connections = connected(...[0, 1, 2].map((i) => master(i, reply, {}, height)));
    expect((await find(connections)).blockNum).toBe(scene.chain.height - 2n);
    expect(named(connections)).toEqual([]);
  });

  it('is asked of a master that is behind only once it has caught up', async () => {
    let height = scene.chain.height - 1n;
    const heights: bigint[] = [];
    const late = master(
      0,
      () => {
        heights.push(height);
        return Promise.resolve(newest);
      },
      {},
      () => height,
    );
    const connections = connected(late, master(1, refusing), master(2, refusing));
    setTimeout(() => (height += 1n), 300);
    const found = find(connections);
    expect(await took(found)).toBeLessThan(400);
    expect((await found).blockNum).toBe(scene.chain.height - 1n);
    expect(heights).toEqual([scene.chain.height]);
    expect(named(connections)).toEqual(['org2.master NOT_YOUR_ROLE', 'org3.master NOT_YOUR_ROLE']);
  });

  it('names a master that stays behind before it is given', async () => {
    const late = master(0, undefined, {}, () => scene.chain.height - 1n);
    const connections = connected(late, master(1), master(2));
    const found = find(connections);
    const waited = await took(found);
    expect([waited >= 500, waited <= 600]).toEqual([true, true]);
    expect(named(connections)).toEqual(['org1.master BEHIND']);
  });
});

describe('where no answer holds', () => {
  /** What goes wrong where all masters are so; on a fake clock. */
  async function errorWhere(does: (index: number) => MasterAnswers) {
    const connections = connected(...[0, 1, 2].map(does));
    const failed = find(connections).catch((error: unknown) => error as CotraceError);
    return { connections, error: (await ended(failed)) as CotraceError };
  }

  it('it is disproved by a false value, with what is wrong with every master', async () => {
    const found = newest.found.map((one) => ({ ...one, value: Uint8Array.of(1) }));
    const lie = { ...newest, found };
    const { connections, error } = await errorWhere((i) => master(i, () => Promise.resolve(lie)));
    expect(error).toMatchObject({
      code: 'ANSWER_DISPROVED',
      detail: { faults: connections.faults.list() },
      cause: { code: 'WRONG_VALUE' },
    });
    expect(named(connections)).toEqual([1, 2, 3].map((i) => `org${i}.master WRONG_VALUE`));
  });

  it('it is disproved where attestations are', async () => {
    const { error } = await errorWhere((i) => master(i, undefined, rubbish(i)));
    expect(error).toMatchObject({ code: 'ANSWER_DISPROVED', cause: { code: 'NO_QUORUM' } });
  });

  it('it is disproved where one master’s attestation is, and all are needed', async () => {
    const nodes = {
      'org1.master': master(0),
      'org2.master': master(1, refusing, rubbish(1)),
      'org3.master': master(2, refusing),
    };
    const connections = fakeConnections({ consortium: addressed(scene.network), nodes });
    await expect(ended(find(connections, withQuorum(scene.trust, 3)))).rejects.toMatchObject({
      code: 'ANSWER_DISPROVED',
      cause: { code: 'NO_QUORUM', detail: { refused: [{ node: 'org2.master' }] } },
    });
  });

  it('it is not disproved by masters that are behind', async () => {
    const { error } = await errorWhere((i) => master(i, () => Promise.resolve(older)));
    expect(error.code).toBe('BEHIND');
  });

  it('it is not disproved where too few attest', async () => {
    const without: MasterAnswers = {
      attestationsOf: () => Promise.resolve({ attestations: [] }),
      status: () => Promise.resolve({ height: 0n, ledgerHeight: 0n }),
    };
    const { error } = await errorWhere((i) => (i === 0 ? master(0) : master(i, undefined, without)));
    expect(error.code).toBe('NO_QUORUM');
  });

  it('it is not disproved by masters that refuse, or say nothing', async () => {
    expect((await errorWhere((i) => master(i, refusing))).error.code).toBe('NOT_YOUR_ROLE');
    const silent = connected(...[0, 1, 2].map((i) => master(i, unanswered)));
    const failed = expect(find(silent)).rejects.toMatchObject({ code: 'UNREACHABLE' });
    await took(failed);
    await failed;
  });
});
