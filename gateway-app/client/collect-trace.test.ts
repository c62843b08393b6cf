import type { MessageInitShape } from '@bufbuild/protobuf';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ProvenTransactionSchema } from '../gen/cotrace/cotrace_pb.js';
import { startFakeClock, took } from '../testing/fake-clock.js';
import { fakeConnections, type MasterAnswers } from '../testing/fake-network.js';
import { addressed } from '../testing/masters-in-process.js';
import { ProofScene } from '../testing/proof-scene.js';
import { attestingMaster, masterOf } from '../testing/scene-masters.js';
import { collectTrace } from './collect-trace.js';
import type { Connections } from './connections.js';
import { trace } from './trace.js';

type Sent = MessageInitShape<typeof ProvenTransactionSchema>;

const FLOUR = { traceId: 'FLOUR', direction: 'none' } as const;

let scene: ProofScene;

beforeAll(async () => {
  scene = await ProofScene.create();
});

afterAll(() => scene.close());

beforeEach(startFakeClock);

afterEach(() => {
  jest.useRealTimers();
});

/** Transaction 1 of a block of the scene, as a master sends it. */
function sent(block: bigint, domain = 'goods'): Sent {
  const { txNum, envelope, inclusionProof } = scene.transaction(block, 1);
  return { blockNum: block, txNum, envelope, inclusionProof: [...inclusionProof], domain };
}

/** A master that walks so, by default through all records of FLOUR: two of goods, one of retail. */
function master(index: number, more: MasterAnswers = {}, height?: () => bigint): MasterAnswers {
  return attestingMaster(
    scene,
    index,
    { trace: walking(() => [sent(4n), sent(3n), sent(5n, 'retail')]), ...more },
    height,
  );
}
/** A walk that sends so; `asked` is called when it begins. */
const walking = (all: () => readonly Sent[], asked: () => void = () => undefined) =>
  async function* () {
    asked();
    yield* await Promise.resolve(all());
  };
/** What a master says of its height, and that the newest records of any identifier are in these blocks. */
const heads = (height: () => bigint, ...blocks: readonly bigint[]): MasterAnswers => ({
  traceHeads: ({ traceIds }) =>
    Promise.resolve({
      height: height(),
      traces: traceIds.map((traceId) => ({
        traceId,
        heads: blocks.map((blockNum) => ({ domain: 'goods', blockNum, txNum: 1 })),
      })),
    }),
});

function connected(...masters: readonly MasterAnswers[]): Connections {
  const nodes = Object.fromEntries(masters.map((answers, i) => [`org${i + 1}.master`, answers]));
  return fakeConnections({ consortium: addressed(scene.network), nodes });
}
const named = ({ faults }: Connections) => faults.list().map(({ node, code }) => `${node} ${code}`);
/** The answer to a question, and how long it took; on a fake clock. */
async function collected(connections: Connections) {
  const answer = collectTrace(connections, FLOUR, scene.trust);
  const waited = await took(answer);
  return { ...(await answer), waited };
}
const blocksOf = ({ proof }: Awaited<ReturnType<typeof collected>>) =>
  proof.transactions.map(({ block }) => block);

describe('what answers a question', () => {
  it('is what one master sends, with the attestations of as many as must agree, block by block', async () => {
    const connections = connected(master(0), master(1), master(2));
    const answer = await collected(connections);
    expect(blocksOf(answer)).toEqual([4n, 3n, 5n]);
    expect(answer.proof.blocks.map(({ block, attestations }) => [block, attestations.length])).toEqual([
      [3n, 2],
      [4n, 2],
      [5n, 2],
    ]);
    expect(answer.verified.records.map(({ block }) => block)).toEqual([3n, 4n, 5n]);
    expect([answer.wrongHints, named(connections)]).toEqual([[], []]);
  });

  it('may be asked for in any GS1 form of the identifier', async () => {
    const asked: string[] = [];
    const first = master(0, {
      trace: async function* ({ traceId }) {
        asked.push(traceId);
        yield* await Promise.resolve([]);
      },
    });
    const traceId = 'urn:epc:class:lgtin:9521234.000102.FLOUR-1';
    const answer = trace(connected(first, master(1), master(2)), { traceId, direction: 'none' }, scene.trust);
    await took(answer);
    const canonical = 'https://id.gs1.org/01/09521234001027/10/FLOUR-1';
    expect((await answer).verified.question).toEqual({ traceId: canonical, direction: 'none' });
    expect(asked).toEqual([canonical]);
  });

  it('is not what leaves out the newest record that a quorum name', async () => {
    const height = () => scene.chain.height;
    const newest = heads(height, 4n);
    const first = master(0, { ...newest, trace: walking(() => [sent(3n)]) });
    const connections = connected(first, master(1, newest), master(2, newest));
    expect(blocksOf(await collected(connections))).toEqual([4n, 3n, 5n]);
    expect(connections.faults.list()).toMatchObject([
      { node: 'org1.master', code: 'INCOMPLETE', message: 'leaves out the newest record of FLOUR' },
    ]);
  });

  it('need not have a record of a block that the master had not reached when it was asked', async () => {
    const before = heads(() => 4n, 3n, 4n);
    const walk = walking(() => [sent(3n)]);
    const connections = connected(...[0, 1, 2].map((i) => master(i, { ...before, trace: walk })));
    expect(blocksOf(await collected(connections))).toEqual([3n]);
    expect(named(connections)).toEqual([]);
  });

  it('is asked of a master that is behind only once it has caught up, and of that one last', async () => {
    let height = scene.chain.height - 1n;
    const asked: string[] = [];
    const nothing = (name: string) => ({
      trace: walking(
        () => [],
        () => asked.push(name),
      ),
      ...heads(() => scene.chain.height, 4n),
    });
    const first = master(
      0,
      {
        ...heads(() => height, 4n),
        trace: walking(
          () => [sent(4n), sent(3n)],
          () => asked.push(`org1 at ${height}`),
        ),
      },
      () => height,
    );
    const connections = connected(first, master(1, nothing('org2')), master(2, nothing('org3')));
    setTimeout(() => (height += 1n), 300);
    const answer = await collected(connections);
    expect(blocksOf(answer)).toEqual([4n, 3n]);
    expect(asked).toEqual(['org2', 'org3', `org1 at ${scene.chain.height}`]);
    expect(named(connections)).toEqual(['org2.master INCOMPLETE', 'org3.master INCOMPLETE']);
  });

  it('names a master that stays behind before it is given', async () => {
    const connections = connected(
      master(0, {}, () => scene.chain.height - 1n),
      master(1),
      master(2),
    );
    const { waited } = await collected(connections);
    expect([waited >= 500, waited <= 600]).toEqual([true, true]);
    expect(named(connections)).toEqual(['org1.master BEHIND']);
  });
});

describe('attestations that do not hold', () => {
  /** Attestations of which those of block 3 have a signature that is not valid. */
  const rubbish = (index: number): MasterAnswers => ({
    attestationsOf: ({ blockNums }) =>
      Promise.resolve({
        attestations: blockNums.map((block) => {
          const honest = masterOf(scene, index).attestation(block);
          return block === 3n ? { ...honest, signature: Uint8Array.of(1) } : honest;
        }),
      }),
  });

  it('are dropped where a quorum is missing for them, and the others’ asked for', async () => {
    let asked = 0;
    const late: MasterAnswers = {
      attestationsOf: (request) => {
        asked += 1;
        return asked === 1
          ? Promise.resolve({ attestations: [] })
          : (master(2).attestationsOf?.(request) ?? Promise.reject(new RangeError('it attests')));
      },
    };
    const connections = connected(master(0), master(1, rubbish(1)), master(2, late));
    const { proof } = await collected(connections);
    expect(proof.blocks.map(({ attestations }) => attestations.map(({ mspId }) => mspId))).toEqual(
      new Array(3).fill(['Org1MSP', 'Org3MSP']),
    );
    expect(named(connections)).toEqual(['org2.master ATTESTATION_SIGNATURE']);
  });

  it('are not blamed for transactions that do not hold', async () => {
    const forged = walking(() => [{ ...sent(4n), inclusionProof: [] }, sent(3n)]);
    // Beside a quorum of good ones.
    const all: MasterAnswers = {
      attestationsOf: async (request) => {
        const answers = [attestingMaster(scene, 0), attestingMaster(scene, 1), rubbish(2)];
        const lists = answers.map(
          async ({ attestationsOf }) => (await attestationsOf?.(request))?.attestations,
        );
        return { attestations: (await Promise.all(lists)).flatMap((list) => list ?? []) };
      },
    };
    const connections = connected(master(0, { ...all, trace: forged }), master(1, all), master(2));
    expect(blocksOf(await collected(connections))).toEqual([4n, 3n, 5n]);
    expect(named(connections)).toEqual(['org1.master BAD_PROOF_LENGTH']);
  });

  it('leave no answer where too few are left, and then no other master is asked for one', async () => {
    const asked: number[] = [];
    const counted = (index: number): MasterAnswers => ({
      ...rubbish(index),
      trace: walking(
        () => [sent(3n)],
        () => asked.push(index),
      ),
    });
    const connections = connected(...[0, 1, 2].map((i) => master(i, counted(i))));
    await expect(collected(connections)).rejects.toMatchObject({ code: 'NO_QUORUM', detail: { block: 3n } });
    expect(asked).toEqual([0]);
  });

  it('are not the reason where too few attest at all', async () => {
    const silent: MasterAnswers = {
      attestationsOf: () => Promise.resolve({ attestations: [] }),
      status: () => Promise.resolve({ height: 0n, ledgerHeight: 0n }),
    };
    const connections = connected(master(0), master(1, silent), master(2, silent));
    await expect(collected(connections)).rejects.toMatchObject({ code: 'NO_QUORUM' });
    expect(named(connections)).toEqual([1, 2, 3].map((i) => `org${i}.master NO_QUORUM`));
  });
});
