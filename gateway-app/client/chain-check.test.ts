import { CotraceError } from '@cotrace/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { LedgerEnd } from '../fabric/ledger-queries.js';
import { attest, withMembers } from '../testing/attestations.js';
import { ended, startFakeClock, took } from '../testing/fake-clock.js';
import { fakeConnections, unanswered, type MasterAnswers } from '../testing/fake-network.js';
import { addressed } from '../testing/masters-in-process.js';
import { peerWithLedger } from '../testing/peer-ledger.js';
import { ProofScene } from '../testing/proof-scene.js';
import { checkChain, standingOf } from './chain-check.js';
import type { Connections } from './connections.js';

let scene: ProofScene;
let tip: LedgerEnd;

beforeAll(async () => {
  scene = await ProofScene.create();
  const { chain } = scene;
  tip = { height: chain.height, headerHash: chain.block(chain.height - 1n).headerHash };
});

afterAll(() => scene.close());

beforeEach(startFakeClock);

afterEach(() => {
  jest.useRealTimers();
});

/** What the master of an organisation attests of any block. */
const honest = (index: number): MasterAnswers => ({
  attestationsOf: ({ blockNums }) =>
    Promise.resolve({
      attestations: blockNums.flatMap((block) => scene.masters[index]?.attestation(block) ?? []),
    }),
});
/** A master that attests another block of the same number. */
const otherwise = (index: number): MasterAnswers => ({
  attestationsOf: ({ blockNums }) =>
    Promise.resolve({
      attestations: blockNums.flatMap((block) => {
        const master = scene.masters[index];
        if (master === undefined) return [];
        const { body } = master.attestation(block);
        return attest(master.identity, withMembers(body, { dataHash: new Uint8Array(32) }));
      }),
    }),
});
const nothing: MasterAnswers = { attestationsOf: () => Promise.resolve({ attestations: [] }) };
const silent: MasterAnswers = { attestationsOf: unanswered };

function connected(...masters: readonly MasterAnswers[]): Connections {
  const nodes = Object.fromEntries(masters.map((master, i) => [`org${i + 1}.master`, master]));
  return fakeConnections({ consortium: addressed(scene.network), nodes, peer: peerWithLedger(() => tip) });
}
const named = ({ faults }: Connections) => faults.list().map(({ node, code }) => `${node} ${code}`);

describe('the chain of the own peer', () => {
  it('is the masters’ where a quorum attest its last block', async () => {
    const connections = connected(honest(0), honest(1), honest(2));
    expect(await ended(standingOf(connections, tip))).toBe('attested');
    expect(named(connections)).toEqual([]);
  });

  it('is known without a master that attests otherwise, which is named', async () => {
    const connections = connected(honest(0), otherwise(1), honest(2));
    expect(await ended(standingOf(connections, tip))).toBe('attested');
    expect(named(connections)).toEqual(['org2.master ATTESTS_OTHERWISE']);
  });

  it('is known without one that is silent or away', async () => {
    const connections = connected(silent, honest(1), honest(2));
    const standing = standingOf(connections, tip);
    expect(await took(standing)).toBe(500);
    expect(await standing).toBe('attested');
    expect(named(connections)).toEqual(['org1.master UNREACHABLE']);
  });

  it('gives a master that is late half a second before it is named', async () => {
    const connections = connected(nothing, honest(1), honest(2));
    const standing = standingOf(connections, tip);
    // It is asked once more after that.
    expect(await took(standing)).toBe(550);
    expect(await standing).toBe('attested');
    expect(named(connections)).toEqual(['org1.master BEHIND']);
  });

  it('does not name one that comes in that time', async () => {
    let late = true;
    const first: MasterAnswers = {
      attestationsOf: (request) => (late ? nothing : honest(0)).attestationsOf?.(request) ?? unanswered(),
    };
    const connections = connected(first, honest(1), honest(2));
    const standing = standingOf(connections, tip);
    await jest.advanceTimersByTimeAsync(200);
    late = false;
    await jest.advanceTimersByTimeAsync(100);
    expect(await standing).toBe('attested');
    expect(named(connections)).toEqual([]);
  });

  it('is another one where a quorum attest another block, and not for one master alone', async () => {
    const wrong = standingOf(connected(otherwise(0), otherwise(1), honest(2)), tip);
    await expect(ended(wrong)).rejects.toMatchObject({
      code: 'WRONG_CHAIN',
      message: expect.stringContaining(`block ${tip.height - 1n} of the ledger of org1’s peer`) as unknown,
      detail: { block: tip.height - 1n, ledger: tip.headerHash },
    });
    const unsure = standingOf(connected(otherwise(0), nothing, honest(2)), tip);
    await took(unsure);
    expect(await unsure).toBe('unknown');
  });

  it('is not known where too few answer, at once', async () => {
    const standing = standingOf(connected(honest(0)), tip);
    expect(await took(standing)).toBe(0);
    expect(await standing).toBe('unknown');
  });

  it('is not known where masters do not reach the block within a second', async () => {
    const standing = standingOf(connected(nothing, nothing, nothing), tip);
    // They are asked once more after that.
    expect(await took(standing)).toBe(1050);
    expect(await standing).toBe('unknown');
  });

  it('waits for one that is late where it is needed for a quorum', async () => {
    const from = performance.now() + 200;
    const late: MasterAnswers = {
      attestationsOf: (request) =>
        (performance.now() < from ? nothing : honest(0)).attestationsOf?.(request) ?? unanswered(),
    };
    const standing = standingOf(connected(late, honest(1)), tip);
    expect(await took(standing)).toBe(200);
    expect(await standing).toBe('attested');
  });

  it('is known at once without one that was at fault just now and is late again', async () => {
    const connections = connected(nothing, honest(1), honest(2));
    connections.faults.add('org1.master', new CotraceError('UNREACHABLE', 'away'));
    const standing = standingOf(connections, tip);
    expect(await took(standing)).toBe(0);
    expect(await standing).toBe('attested');
  });

  it('waits for a quorum of answers, however long they take', async () => {
    const late = (index: number): MasterAnswers => ({
      attestationsOf: (request) =>
        new Promise((resolve) =>
          setTimeout(() => resolve(honest(index).attestationsOf?.(request) ?? unanswered()), 900),
        ),
    });
    const standing = standingOf(connected(late(0), late(1), silent), tip);
    const waited = await took(standing);
    expect([waited >= 900, waited < 950]).toEqual([true, true]);
    expect(await standing).toBe('attested');
  });

  it('is not what a master says of another block', async () => {
    const first: MasterAnswers = {
      attestationsOf: () => Promise.resolve({ attestations: [scene.masters[0]?.attestation(1n) ?? {}] }),
    };
    const connections = connected(first, honest(1), honest(2));
    expect(await ended(standingOf(connections, tip))).toBe('attested');
    expect(named(connections)).toEqual(['org1.master BAD_ANSWER']);
    expect(connections.faults.list()[0]?.message).toContain('block 1 that was not asked for');
  });
});

describe('a check of the own peer’s chain', () => {
  const told: string[] = [];
  const check = (connections: Connections) => checkChain(connections, (line) => told.push(line));

  it('begins with what the peer says', async () => {
    expect(await ended(check(connected(honest(0), honest(1), honest(2))))).toBe('attested');
    expect(told).toEqual([]);
  });

  it('tells that the peer does not say it', async () => {
    const connections = fakeConnections({ consortium: addressed(scene.network) });
    expect(await ended(check(connections))).toBe('unknown');
    expect(told).toEqual([`${connections.peerName} does not report the height of its ledger`]);
  });

  it('never hides an error of our own', async () => {
    const bug = new CotraceError('BUG', 'oops');
    const peer = { ...peerWithLedger(() => null), ledgerEnd: () => Promise.reject(bug) };
    await expect(check(fakeConnections({ consortium: addressed(scene.network), peer }))).rejects.toBe(bug);
  });
});
