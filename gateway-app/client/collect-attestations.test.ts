import type { MessageInitShape } from '@bufbuild/protobuf';
import { CotraceError } from '@cotrace/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { AttestationSchema } from '../gen/cotrace/cotrace_pb.js';
import { attest, withMembers } from '../testing/attestations.js';
import { ended, startFakeClock, took } from '../testing/fake-clock.js';
import { fakeConnections, unanswered, type MasterAnswers } from '../testing/fake-network.js';
import { addressed } from '../testing/masters-in-process.js';
import { ProofScene } from '../testing/proof-scene.js';
import type { TestMaster } from '../testing/test-master.js';
import { collectAttestations, completeAttestations } from './collect-attestations.js';
import type { Connections } from './connections.js';
import type { Gathered } from './gathered.js';

type Sent = MessageInitShape<typeof AttestationSchema>;

const BLOCKS = [1n, 2n];
let scene: ProofScene;

beforeAll(async () => {
  scene = await ProofScene.create();
});

afterAll(() => scene.close());

beforeEach(startFakeClock);

afterEach(() => {
  jest.useRealTimers();
});

function masterAt(index: number): TestMaster {
  const master = scene.masters[index];
  if (master === undefined) throw new RangeError(`there is no master ${index}`);
  return master;
}

/** A master that sends `sent`, by default what it attests, and says to be at `height`. */
function master(
  index: number,
  sent: (block: bigint) => readonly Sent[] = (block) => [masterAt(index).attestation(block)],
  height: () => bigint = () => scene.chain.height,
): MasterAnswers {
  return {
    attestationsOf: ({ blockNums }) =>
      Promise.resolve({ attestations: blockNums.flatMap((one) => sent(one)) }),
    status: () => Promise.resolve({ height: height(), ledgerHeight: 0n }),
  };
}
const nothing = () => [];

function connected(...masters: readonly (MasterAnswers | null)[]): Connections {
  const nodes = Object.fromEntries(masters.map((answers, i) => [`org${i + 1}.master`, answers ?? {}]));
  return fakeConnections({ consortium: addressed(scene.network), nodes });
}
const named = ({ faults }: Connections) => faults.list().map(({ node, code }) => `${node} ${code}`);
const gather = (connections: Connections, blocks: readonly bigint[] = BLOCKS) =>
  collectAttestations(connections, blocks, 'org1.master', scene.trust);
const counts = (gathered: Gathered) => gathered.blocks().map(({ attestations }) => attestations.length);

describe('the attestations of blocks', () => {
  it('come from as many masters as it needs, the one that named the blocks first', async () => {
    const last: MasterAnswers = { attestationsOf: unanswered };
    const connections = connected(master(0), master(1), last);
    const gathered = await ended(gather(connections));
    expect([counts(gathered), gathered.missing(), named(connections)]).toEqual([[2, 2], [], []]);
  });

  it('come from one master alone where it has kept those of others', async () => {
    const all = (block: bigint) => [0, 1, 2].map((i) => masterAt(i).attestation(block));
    const alone = connected(master(0, all), null, null);
    const gathered = gather(alone);
    expect(await took(gathered)).toBe(0);
    expect([counts(await gathered), (await gathered).missing(), named(alone)]).toEqual([[3, 3], [], []]);
  });

  it('come from others for the blocks alone of which they are missing', async () => {
    const asked: (readonly bigint[])[] = [];
    const some = (block: bigint) =>
      [0, ...(block === 1n ? [2] : [])].map((i) => masterAt(i).attestation(block));
    const noting: MasterAnswers = {
      ...master(1),
      attestationsOf: ({ blockNums }) => {
        asked.push(blockNums);
        return Promise.resolve({ attestations: blockNums.map((one) => masterAt(1).attestation(one)) });
      },
    };
    const gathered = await ended(gather(connected(master(0, some), noting, null)));
    expect([asked, gathered.missing()]).toEqual([[[2n]], []]);
  });

  it('are enough without a master that is away or silent, which is named', async () => {
    const away = connected(null, master(1), master(2));
    expect(counts(await ended(gather(away)))).toEqual([2, 2]);
    expect(named(away)).toEqual(['org1.master UNREACHABLE']);
    const silent = connected({ attestationsOf: unanswered }, master(1), master(2));
    const gathered = gather(silent);
    expect(await took(gathered)).toBe(500);
    expect([counts(await gathered), named(silent)]).toEqual([[2, 2], ['org1.master UNREACHABLE']]);
  });

  it('are asked for at most 500 at a time', async () => {
    const sizes: number[] = [];
    const counting: MasterAnswers = {
      ...master(0, nothing, () => 0n),
      attestationsOf: ({ blockNums }) => {
        sizes.push(blockNums.length);
        return Promise.resolve({ attestations: [] });
      },
    };
    const blocks = Array.from({ length: 1001 }, (_, i) => BigInt(i));
    await took(gather(connected(counting), blocks));
    expect(sizes.splice(0).slice(0, 4)).toEqual([500, 500, 1, 500]);
    await took(gather(connected(counting), blocks.slice(0, 1000)));
    expect(sizes.slice(0, 3)).toEqual([500, 500, 500]);
  });

  it.each([
    [
      'of a block that was not asked for',
      () => [masterAt(1).attestation(3n)],
      'block 3 that was not asked for',
    ],
    [
      'of a block twice',
      (block: bigint) => [masterAt(1).attestation(block), masterAt(1).attestation(block)],
      'not asked for',
    ],
  ] as const)('are not taken from a master that sends one %s', async (_title, sent, message) => {
    const connections = connected(master(0), master(1, sent), master(2));
    expect(counts(await ended(gather(connections)))).toEqual([2, 2]);
    expect(connections.faults.list()).toMatchObject([
      { node: 'org2.master', code: 'BAD_ANSWER', message: expect.stringContaining(message) as unknown },
    ]);
  });

  it('of a master that states something else than a quorum name it', async () => {
    const other = (block: bigint) => {
      const { identity } = masterAt(1);
      return [
        attest(identity, withMembers(masterAt(1).attestation(block).body, { dataHash: new Uint8Array(32) })),
      ];
    };
    const connections = connected(master(0), master(1, other), master(2));
    await ended(gather(connections));
    expect(named(connections)).toEqual(['org2.master ATTESTS_OTHERWISE']);
  });

  it('are dropped, all of them, where one does not hold, and the master is not asked again', async () => {
    let asked = 0;
    const rubbish = (block: bigint) => {
      asked += 1;
      const { body, mspId } = masterAt(1).attestation(block);
      return [{ body, mspId, signature: Uint8Array.of(1) }];
    };
    const connections = connected(master(0), master(1, rubbish), master(2));
    const gathered = await ended(gather(connections));
    expect(gathered.hasDropped('org2.master')).toBe(true);
    expect(counts(gathered)).toEqual([2, 2]);
    const before = asked;
    await ended(completeAttestations(connections, gathered, 'org1.master'));
    expect(asked).toBe(before);
    expect(connections.faults.list()).toHaveLength(1);
  });
});

describe('a quorum that is not there yet', () => {
  it('is waited for without a master that is silent', async () => {
    const from = performance.now() + 1000;
    const late = master(2, (block) => (performance.now() < from ? [] : [masterAt(2).attestation(block)]));
    const silent: MasterAnswers = { ...master(0), attestationsOf: unanswered };
    const connections = connected(silent, master(1), late);
    expect(await took(gather(connections))).toBeLessThan(1200);
    expect(named(connections)).toEqual(['org1.master UNREACHABLE']);
  });

  it('is waited for without asking a master again whose attestations were refused', async () => {
    let asked = 0;
    const rubbish = (block: bigint) => {
      asked += 1;
      return [{ ...masterAt(1).attestation(block), signature: Uint8Array.of(1) }];
    };
    const from = performance.now() + 300;
    const late = master(2, (block) => (performance.now() < from ? [] : [masterAt(2).attestation(block)]));
    expect((await ended(gather(connected(master(0), master(1, rubbish), late)))).missing()).toEqual([]);
    expect(asked).toBe(BLOCKS.length);
  });

  /**
   * Masters of which the second and third attest once the clock is there, and take `thinking` milliseconds to say how far they
   * are.
   */
  function lateBy(milliseconds: number, thinking = 0): Connections {
    const from = performance.now() + milliseconds;
    const late = (index: number) => (block: bigint) =>
      performance.now() < from ? [] : [masterAt(index).attestation(block)];
    const slow = (index: number): MasterAnswers => ({
      ...master(index, late(index)),
      status: () => new Promise((resolve) => setTimeout(resolve, thinking, { height: scene.chain.height })),
    });
    return connected(master(0), slow(1), slow(2));
  }

  it('is waited for where another master knows of the block', async () => {
    const gathering = gather(lateBy(3000));
    expect(await took(gathering)).toBe(3000);
    expect((await gathering).missing()).toEqual([]);
  });

  it('is waited for where those that know of the block were at fault just now', async () => {
    const connections = lateBy(3000, 10);
    for (const name of ['org2.master', 'org3.master']) {
      connections.faults.add(name, new CotraceError('UNREACHABLE', 'away'));
    }
    const gathering = gather(connections);
    expect(await took(gathering)).toBeGreaterThanOrEqual(3000);
    expect((await gathering).missing()).toEqual([]);
  });

  it('is not asked of anybody once it is there', async () => {
    const silent: MasterAnswers = { attestationsOf: unanswered };
    const gathered = await ended(gather(connected(master(0), master(1), master(2))));
    const complete = completeAttestations(connected(silent, silent, silent), gathered, 'org1.master');
    expect(await took(complete)).toBe(0);
  });

  it('is not waited for beyond ten seconds', async () => {
    const gathering = gather(lateBy(20_000));
    // They are asked once more after that.
    expect(await took(gathering)).toBe(10_100);
    expect((await gathering).missing()).toEqual(BLOCKS);
  });

  it.each([
    ['nobody but the master that named the blocks knows of them', 0n, 0n],
    ['others are exactly before them', 2n, 0n],
    ['their peers are exactly before them', 0n, 2n],
  ])('is waited for shortly where %s', async (_title, height, ledgerHeight) => {
    const before = { ...master(1, nothing), status: () => Promise.resolve({ height, ledgerHeight }) };
    const connections = connected(master(0), before, before);
    expect(await took(gather(connections))).toBe(800);
  });

  it('is waited for where the peer of another master knows of the block', async () => {
    const behind: MasterAnswers = {
      ...master(1, nothing),
      status: () => Promise.resolve({ height: 0n, ledgerHeight: 3n }),
    };
    expect(await took(gather(connected(master(0), behind, behind)))).toBeGreaterThan(9900);
  });

  it('is waited for shortly where too few masters answer, whatever they know', async () => {
    expect(await took(gather(connected(master(0), null, null)))).toBe(800);
  });

  it('is waited for shortly where too few masters attest, though others know of the block', async () => {
    const refusing: MasterAnswers = {
      ...master(1),
      attestationsOf: () => Promise.reject(new CotraceError('DISPUTED', 'stopped')),
    };
    expect(await took(gather(connected(master(0), refusing, refusing)))).toBe(800);
  });

  it('is waited for where just as many masters as it needs are there, or one alone knows of the block', async () => {
    const nobody = connected(master(0), master(1, nothing), null);
    expect(await took(gather(nobody))).toBe(10_100);
    const one = connected(
      master(0),
      master(1, nothing),
      master(2, nothing, () => 0n),
    );
    expect(await took(gather(one))).toBe(10_100);
  });

  it('is not asked of masters again that have sent theirs', async () => {
    let requests = 0;
    let asked = 0;
    const counted: MasterAnswers = {
      ...master(0),
      attestationsOf: ({ blockNums }) => {
        requests += 1;
        asked += blockNums.length;
        return Promise.resolve({ attestations: blockNums.map((block) => masterAt(0).attestation(block)) });
      },
    };
    await took(
      gather(
        connected(
          counted,
          master(1, nothing, () => 0n),
          master(2, nothing, () => 0n),
        ),
      ),
    );
    expect([requests, asked]).toEqual([1, BLOCKS.length]);
  });
});
