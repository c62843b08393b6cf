import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { answerJson, readTraceProof, verifyTraceProof, writeTraceProof } from '@cotrace/verifier';
import type { ProofPart } from '../gen/cotrace/cotrace_pb.js';
import { startFakeClock, took } from '../testing/fake-clock.js';
import { fakeConnections, type MasterAnswers } from '../testing/fake-network.js';
import { addressed } from '../testing/masters-in-process.js';
import { ProofScene } from '../testing/proof-scene.js';
import { questionOf } from '../testing/proofs.js';
import { attestingMaster, masterOf, partsOf } from '../testing/scene-masters.js';
import type { Showing } from './ask-proof.js';
import { collectTrace } from './collect-trace.js';
import type { Connections } from './connections.js';
import { trace } from './trace.js';

const FLOUR = questionOf('FLOUR');
const ALL: Showing = { newest: null, envelopes: false, at: null };

let scene: ProofScene;
/** What an honest master sends: up to the newest block, and up to the one before it. */
let newest: readonly ProofPart[];
let older: readonly ProofPart[];
/** What it sends who is asked how many events there are. */
let countAlone: readonly ProofPart[];

beforeAll(async () => {
  scene = await ProofScene.create();
  newest = await partsOf(scene, FLOUR);
  countAlone = await partsOf(scene, FLOUR, 0);
  older = newest.map((part) => atBlock(part, scene.chain.height - 2n));
});

afterAll(() => scene.close());

beforeEach(startFakeClock);

afterEach(() => {
  jest.useRealTimers();
});

/** The same part, of another block where it says one. */
function atBlock({ part, ...rest }: ProofPart, blockNum: bigint): ProofPart {
  if (part.case !== 'start') return { ...rest, part };
  return { ...rest, part: { case: 'start', value: { ...part.value, blockNum } } };
}

/** A master that sends these parts; `asked` is called when it begins. */
const proving = (parts: () => readonly ProofPart[], asked: () => void = () => undefined): MasterAnswers => ({
  prove: async function* () {
    asked();
    yield* await Promise.resolve(parts());
  },
});

function master(index: number, more: MasterAnswers = {}, height?: () => bigint): MasterAnswers {
  return attestingMaster(scene, index, { ...proving(() => newest), ...more }, height);
}

function connected(...masters: readonly MasterAnswers[]): Connections {
  const nodes = Object.fromEntries(masters.map((answers, i) => [`org${i + 1}.master`, answers]));
  return fakeConnections({ consortium: addressed(scene.network), nodes });
}
const named = ({ faults }: Connections) => faults.list().map(({ node, code }) => `${node} ${code}`);

/** The answer to a question, and how long it took; on a fake clock. */
async function collected(connections: Connections, showing = ALL) {
  const answer = collectTrace(connections, FLOUR, showing, scene.trust);
  const waited = await took(answer);
  return { ...(await answer), waited };
}
const blocksOf = ({ answer }: Awaited<ReturnType<typeof collected>>) =>
  answer.events.map(({ block }) => block);

describe('what answers a question', () => {
  it('is what one master proves, with attestations of a quorum of the block of its root', async () => {
    const connections = connected(master(0), master(1), master(2));
    const answer = await collected(connections);
    expect(blocksOf(answer)).toEqual([3n, 4n, 5n]);
    expect(answer.proof.root.block).toBe(scene.chain.height - 1n);
    expect(answer.proof.root.attestations.length).toBeGreaterThanOrEqual(2);
    expect([answer.answer.complete, named(connections)]).toEqual([true, []]);
    const again = verifyTraceProof(readTraceProof(writeTraceProof(answer.proof)), scene.trust, FLOUR);
    expect(answerJson(again)).toBe(answerJson(answer.answer));
  });

  it('may be asked for in any GS1 form of the identifier, with recorders in any order', async () => {
    const asked: unknown[] = [];
    const first = master(0, {
      prove: async function* ({ traceId, direction, recorders, newest: most, envelopes, blockNum }) {
        asked.push([traceId, direction, recorders?.mspIds, most, envelopes, blockNum]);
        yield* await Promise.resolve([]);
      },
    });
    const wish = {
      traceId: 'urn:epc:class:lgtin:9521234.000102.FLOUR-1',
      direction: 'none',
      recorders: ['b', 'a', 'b'],
    } as const;
    await took(trace(connected(first, master(1), master(2)), wish, scene.trust).catch(() => undefined));
    const canonical = 'https://id.gs1.org/01/09521234001027/10/FLOUR-1';
    expect(asked).toEqual([[canonical, 'none', ['a', 'b'], undefined, false, undefined]]);
  });

  it('is not what leaves out an event, though a quorum attests the root', async () => {
    const connections = connected(
      master(
        0,
        proving(() => countAlone),
      ),
      master(1),
      master(2),
    );
    expect(blocksOf(await collected(connections))).toEqual([3n, 4n, 5n]);
    expect(connections.faults.list()).toMatchObject([
      { node: 'org1.master', code: 'INCOMPLETE', message: 'leaves out what the question needs of FLOUR' },
    ]);
  });

  it('is not complete, and says so, where all masters leave something out', async () => {
    const lying = proving(() => countAlone);
    const connections = connected(master(0, lying), master(1, lying), master(2, lying));
    const { answer } = await collected(connections);
    expect([answer.complete, answer.open]).toEqual([
      false,
      [{ traceId: 'FLOUR', missing: 'events', events: 3 }],
    ]);
    expect(named(connections)).toEqual([1, 2, 3].map((i) => `org${i}.master INCOMPLETE`));
  });

  it('has no answer where all masters show fewer of the newest events than were asked for', async () => {
    const lying = proving(() => countAlone);
    const connections = connected(master(0, lying), master(1, lying), master(2, lying));
    await expect(collected(connections, { ...ALL, newest: 2 })).rejects.toMatchObject({ code: 'INCOMPLETE' });
  });

  it('may leave events out where the newest alone are asked for, and no others', async () => {
    const none = connected(
      master(
        0,
        proving(() => countAlone),
      ),
      master(1),
      master(2),
    );
    expect(blocksOf(await collected(none, { ...ALL, newest: 0 }))).toEqual([]);
    expect(named(none)).toEqual([]);
    const two = connected(
      master(
        0,
        proving(() => countAlone),
      ),
      master(1),
      master(2),
    );
    expect(blocksOf(await collected(two, { ...ALL, newest: 2 }))).toEqual([3n, 4n, 5n]);
    expect(two.faults.list()).toMatchObject([
      {
        node: 'org1.master',
        code: 'INCOMPLETE',
        message: 'leaves out some of the newest 2 events of FLOUR',
      },
    ]);
  });

  it('is not of a block before what a quorum of masters has reached', async () => {
    const connections = connected(
      master(
        0,
        proving(() => older),
      ),
      master(1),
      master(2),
    );
    expect(blocksOf(await collected(connections))).toEqual([3n, 4n, 5n]);
    expect(connections.faults.list()).toMatchObject([
      { node: 'org1.master', code: 'BEHIND', message: 'answers as of block 5, others have reached 6' },
    ]);
  });

  it('is of the block that was asked for', async () => {
    const connections = connected(master(0), master(1), master(2));
    await expect(collected(connections, { ...ALL, at: 4n })).rejects.toMatchObject({
      code: 'BAD_ANSWER',
      message: expect.stringContaining('answers as of block 6, not of block 4') as unknown,
    });
  });

  it('is asked of a master that is behind only once it has caught up, and of that one last', async () => {
    let height = scene.chain.height - 1n;
    const asked: string[] = [];
    const lying = (name: string) =>
      proving(
        () => countAlone,
        () => asked.push(name),
      );
    const first = master(
      0,
      proving(
        () => newest,
        () => asked.push(`org1 at ${height}`),
      ),
      () => height,
    );
    const connections = connected(first, master(1, lying('org2')), master(2, lying('org3')));
    setTimeout(() => (height += 1n), 300);
    expect(blocksOf(await collected(connections))).toEqual([3n, 4n, 5n]);
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

describe('how far the masters say that the ledger has come', () => {
  it('is asked of each once, however many answers are checked', async () => {
    const asked: number[] = [];
    const leavingOut = proving(() => countAlone);
    const counted = (index: number, more: MasterAnswers = {}) => {
      const { freshness, ...answers } = master(index, more);
      return {
        ...answers,
        freshness: (...request: Parameters<NonNullable<typeof freshness>>) => {
          asked.push(index);
          return freshness?.(...request) ?? Promise.resolve({});
        },
      };
    };
    const connections = connected(counted(0, leavingOut), counted(1, leavingOut), counted(2));
    const { answer } = await collected(connections);
    expect([answer.complete, answer.tips?.block]).toEqual([true, scene.chain.height - 1n]);
    expect(asked).toEqual([0, 1, 2]);
  });
});

describe('attestations that do not hold', () => {
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

  it('are dropped where a quorum is missing for them, and the others’ asked for', async () => {
    const connections = connected(master(0), master(1, rubbish(1)), master(2));
    const { proof } = await collected(connections);
    expect(proof.root.attestations.map(({ mspId }) => mspId)).toEqual(['Org1MSP', 'Org3MSP']);
    expect(named(connections)).toEqual(['org2.master ATTESTATION_SIGNATURE']);
  });

  it('are not blamed for a proof that does not hold', async () => {
    const otherRoot = proving(() => newest.map((part) => withOtherNode(part)));
    const connections = connected(master(0, otherRoot), master(1, rubbish(1)), master(2));
    expect(blocksOf(await collected(connections))).toEqual([3n, 4n, 5n]);
    expect(named(connections)).toContain('org1.master ROOT_MISMATCH');
  });

  it('leave no answer where too few are left, and then no other master is asked for one', async () => {
    const asked: number[] = [];
    const counted = (index: number): MasterAnswers => ({
      ...rubbish(index),
      ...proving(
        () => newest,
        () => asked.push(index),
      ),
    });
    const connections = connected(...[0, 1, 2].map((i) => master(i, counted(i))));
    await expect(collected(connections)).rejects.toMatchObject({ code: 'NO_QUORUM', detail: { block: 6n } });
    expect(asked).toEqual([0]);
  });

  it('are not needed of others where one live master has kept what a quorum attested', async () => {
    const kept: MasterAnswers = {
      attestationsOf: ({ blockNums }) =>
        Promise.resolve({
          attestations: blockNums.flatMap((block) => [...scene.attestations(block).attestations]),
        }),
    };
    const alone = connected(master(0, kept));
    const { answer } = await collected(alone);
    expect(answer.complete).toBe(true);
    expect(answer.asOf.attestedBy.length).toBeGreaterThanOrEqual(2);
    expect(named(alone)).toEqual(['org2.master UNREACHABLE', 'org3.master UNREACHABLE']);
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

/** A part whose nodes have another last byte. */
function withOtherNode({ part, ...rest }: ProofPart): ProofPart {
  if (part.case !== 'nodes') return { ...rest, part };
  const pieces = part.value.pieces.map((piece) => {
    const bytes = Uint8Array.from(piece.bytes);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    return { ...piece, bytes };
  });
  return { ...rest, part: { case: 'nodes', value: { ...part.value, pieces } } };
}
