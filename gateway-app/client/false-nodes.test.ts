import { eventIdKey, fromUtf8, toHex } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import {
  answerJson,
  readTraceProof,
  readTrust,
  verifyTraceProof,
  writeTraceProof,
  type Trust,
} from '@cotrace/verifier';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf } from '../testing/codes.js';
import { fakeConnections, type MasterAnswers } from '../testing/fake-network.js';
import { FALSEHOODS } from '../testing/false-master.js';
import { addressed, falseAnswers, honestAnswers } from '../testing/masters-in-process.js';
import { questionOf, trustFile } from '../testing/proofs.js';
import { capture } from '../testing/records.js';
import { TestChain } from '../testing/test-chain.js';
import { TestMaster } from '../testing/test-master.js';
import { TestNetwork } from '../testing/test-network.js';
import { definition, put } from '../testing/transactions.js';
import { collectTrace } from './collect-trace.js';
import type { Connections } from './connections.js';
import { findStates } from './find.js';
import { trace } from './trace.js';

/** Far below the time-outs of calls, in milliseconds, and room for a busy machine. */
const IN_TIME_MS = 4500;
const FIRST = 'org1.master';
const KEY = eventIdKey('urn:event:1', 'Org1MSP');
const LOT = questionOf('LOT');
const ALL = { newest: null, envelopes: false, at: null };

let network: TestNetwork;
let masters: readonly TestMaster[];
let trust: Trust;
/** What each master answers, by its name. */
let honest: Readonly<Record<string, MasterAnswers>>;

beforeAll(async () => {
  network = await TestNetwork.create();
  trust = readTrust(trustFile(network), nodeVerifier);
  const chain = new TestChain(network);
  chain.add([definition(network, 'goods'), definition(network, 'retail')]);
  const lot = { id: 'LOT', role: 'subject' as const };
  const first = capture(network, { label: 'first', eventTime: day(1), traces: [{ ...lot, ver: 1 }] });
  const preTraceHash = toHex(chain.add([first.envelope]).headerHash);
  const after = { ver: 2, preTraceTxId: first.txId, preTraceHash };
  const second = capture(network, { label: 'second', eventTime: day(2), traces: [{ ...lot, ...after }] });
  const hinted = chain.add([second.envelope, put(network, 'goods', { [KEY]: 'here' })]).headerHash;
  const made = capture(network, {
    label: 'made',
    eventTime: day(3),
    traces: [
      { id: 'LOT', role: 'input', ver: 3, preTraceTxId: second.txId, preTraceHash: toHex(hinted) },
      { id: 'FLOUR', role: 'output', ver: 1 },
    ],
  });
  chain.add([made.envelope]);
  masters = await TestMaster.openAll(network);
  for (const master of masters) await master.follow(chain);
  honest = Object.fromEntries(masters.map((master) => [master.name, honestAnswers(network, master)]));
});

afterAll(async () => {
  for (const master of masters) await master.close();
  await network.remove();
});

const day = (number: number) => `2026-01-0${number}T00:00:00.000Z`;

/** Connections to the masters, with others in place of some; null: nobody listens there. */
function connected(instead: Readonly<Record<string, MasterAnswers | null>> = {}): Connections {
  const nodes = Object.entries({ ...honest, ...instead }).map(([name, one]) => [name, one ?? {}] as const);
  return fakeConnections({ consortium: addressed(network), nodes: Object.fromEntries(nodes) });
}
const answers = (name: string): MasterAnswers => honest[name] ?? {};
const named = ({ faults }: Connections) => faults.list().map(({ node, code }) => `${node} ${code}`);
const traced = async (connections: Connections, question = LOT) => {
  const { answer } = await collectTrace(connections, question, ALL, trust);
  return answer.events.map(({ record }) => (record?.data as { label: string }).label);
};
const found = async (connections: Connections) => {
  const answer = await findStates(connections, [{ domain: 'goods', key: KEY }], trust);
  return answer.found.map(({ value }) => fromUtf8(value ?? new Uint8Array()));
};

describe('a client whose own master answers', () => {
  /** Where each falsehood shows, by the code of the fault: in a trace, and in finding a key; null where it cannot. */
  const expected: Readonly<Record<keyof typeof FALSEHOODS, readonly [string | null, string | null]>> = {
    garbage: ['BAD_PROTOBUF', 'BAD_PROTOBUF'],
    nothing: ['UNREACHABLE', 'UNREACHABLE'],
    slowly: ['UNREACHABLE', 'UNREACHABLE'],
    'heights of long ago': ['BEHIND', 'BEHIND'],
    'heights to come': ['NO_QUORUM', 'NO_QUORUM'],
    'as to a stranger': ['UNKNOWN_CALLER', 'UNKNOWN_CALLER'],
    'with the state after block 0': [null, 'BEHIND'],
    'without the events': ['BAD_PROOF', null],
    'without end': ['BAD_PROOF', null],
    'signatures that do not hold': ['ATTESTATION_SIGNATURE', 'ATTESTATION_SIGNATURE'],
  };

  it.each(Object.entries(FALSEHOODS))(
    '%s has its answer from the others, and names it',
    async (name, falsehood) => {
      const [inTrace, inFind] = expected[name as keyof typeof FALSEHOODS];
      const instead = { [FIRST]: falseAnswers(answers(FIRST), falsehood) };
      const [tracing, finding] = [connected(instead), connected(instead)];
      const began = performance.now();
      expect(await Promise.all([traced(tracing), found(finding)])).toEqual([
        ['first', 'second', 'made'],
        ['here'],
      ]);
      expect(performance.now() - began).toBeLessThan(IN_TIME_MS);
      expect(named(tracing)).toEqual(inTrace === null ? [] : [`${FIRST} ${inTrace}`]);
      expect(named(finding)).toEqual(inFind === null ? [] : [`${FIRST} ${inFind}`]);
    },
  );
});

describe('a trace', () => {
  it('is whole where all are honest, names nobody, and comes with a proof that holds by itself', async () => {
    const connections = connected();
    const { proof, answer } = await trace(connections, LOT, trust);
    expect(named(connections)).toEqual([]);
    const again = verifyTraceProof(readTraceProof(writeTraceProof(proof)), trust, null);
    expect(answerJson(again)).toBe(answerJson(answer));
    expect([answer.complete, answer.asOf.block]).toEqual([true, 4n]);
    expect(answer.asOf.attestedBy.length).toBeGreaterThanOrEqual(2);
  });

  it('follows what a product was made of', async () => {
    const { answer } = await collectTrace(connected(), questionOf('FLOUR', 'up'), ALL, trust);
    expect(answer.identifiers.map(({ traceId, certain }) => [traceId, certain])).toEqual([
      ['FLOUR', true],
      ['LOT', true],
    ]);
    expect([answer.events.length, answer.complete]).toEqual([3, true]);
  });

  it('proves that nobody has a record', async () => {
    const connections = connected();
    const { answer } = await collectTrace(connections, questionOf('NOTHING', 'up'), ALL, trust);
    expect(answer).toMatchObject({
      complete: true,
      identifiers: [{ traceId: 'NOTHING', organisations: [] }],
      events: [],
    });
    expect(named(connections)).toEqual([]);
  });

  it('has no answer where every master is away, by the code that all have', async () => {
    const away = Object.fromEntries(Object.keys(honest).map((name) => [name, null]));
    expect(await codeOf(() => traced(connected(away)))).toBe('UNREACHABLE');
  });

  it('has no quorum where one master alone answers', async () => {
    const connections = connected({ 'org2.master': null, 'org3.master': null });
    expect(await codeOf(() => traced(connections))).toMatch(/^(?:NO_QUORUM|NO_ANSWER)$/);
    expect(named(connections)).toContain('org1.master NO_QUORUM');
  });

  it('has no quorum where two of three sign what does not hold', async () => {
    const instead = Object.fromEntries(
      [FIRST, 'org2.master'].map((name) => [
        name,
        falseAnswers(answers(name), FALSEHOODS['signatures that do not hold']),
      ]),
    );
    const connections = connected(instead);
    await expect(traced(connections)).rejects.toMatchObject({
      code: 'NO_QUORUM',
      message: expect.stringContaining('is not attested by a quorum of organisations') as unknown,
      detail: { refused: [{ node: FIRST }, { node: 'org2.master' }] },
    });
  });

  it('never hides an error of our own', async () => {
    const bug = new TypeError('oops');
    const broken: MasterAnswers = { ...answers(FIRST), traceHeads: () => Promise.reject(bug) };
    await expect(traced(connected({ [FIRST]: broken }))).rejects.toBe(bug);
  });
});

describe('a trust file of another network', () => {
  it('has no quorum, and does not mean that all masters are away', async () => {
    const wrong = readTrust(trustFile(network.sibling('other')), nodeVerifier);
    expect(await codeOf(() => collectTrace(connected(), LOT, ALL, wrong))).toBe('NO_QUORUM');
    const find = () => findStates(connected(), [{ domain: 'goods', key: KEY }], wrong);
    expect(await codeOf(find)).toBe('ANSWER_DISPROVED');
  });
});

describe('the state of a key', () => {
  it('is disproved where no master’s answer holds, and who said so is named', async () => {
    const lie = (name: string): MasterAnswers => {
      const { find = unasked } = answers(name);
      return {
        ...answers(name),
        find: async (request) => {
          const { blockNum = 0n, found: all = [] } = await find(request);
          return { blockNum, found: all.map(({ proof = [] }) => ({ proof, value: Uint8Array.of(1) })) };
        },
      };
    };
    const connections = connected(Object.fromEntries(Object.keys(honest).map((name) => [name, lie(name)])));
    await expect(found(connections)).rejects.toMatchObject({ code: 'ANSWER_DISPROVED' });
    expect(new Set(connections.faults.list().map(({ node }) => node))).toEqual(new Set(Object.keys(honest)));
  });

  it('is disproved by no master that is away', async () => {
    const away = Object.fromEntries(Object.keys(honest).map((name) => [name, null]));
    expect(await codeOf(() => found(connected(away)))).toBe('UNREACHABLE');
    const alone = connected({ 'org2.master': null, 'org3.master': null });
    expect(await codeOf(() => found(alone))).not.toBe('ANSWER_DISPROVED');
  });

  it('is not that of a block before what a quorum has reached', async () => {
    const { find = unasked } = answers(FIRST);
    const older: MasterAnswers = { ...answers(FIRST), find: (request) => find({ ...request, blockNum: 0n }) };
    const connections = connected({ [FIRST]: older });
    expect(await found(connections)).toEqual(['here']);
    expect(connections.faults.list()).toMatchObject([
      { node: FIRST, code: 'BEHIND', message: 'answers as of block 0, others have reached 4' },
    ]);
  });
});

const unasked = (): never => {
  throw new RangeError('the master has no such method');
};
