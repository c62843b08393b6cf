import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ended, startFakeClock, took } from '../testing/fake-clock.js';
import {
  fakeConnections,
  unanswered,
  type BusinessAnswers,
  type MasterAnswers,
} from '../testing/fake-network.js';
import { peerWithLedger } from '../testing/peer-ledger.js';
import { nodeStatus, settledRows } from './node-rows.js';

const following = { state: 'following', reason: '', storeBytes: 5n, behindSeconds: 0 };
const master = (height: bigint, more: object = {}): MasterAnswers => ({
  status: () => Promise.resolve({ ...following, height, ...more }),
});
const refusal = {
  source: 'org2.master',
  code: 'WITHHELD',
  reason: 'holds it back',
  times: 3,
  first: 1n,
  last: 2n,
};
const business = (height: bigint): BusinessAnswers => ({
  status: () =>
    Promise.resolve({
      ...following,
      height,
      dockedAt: 'org1.master',
      refusals: [{ ...refusal, blockNum: 4n }],
    }),
});
const all = (height: bigint): Record<string, MasterAnswers | BusinessAnswers> => ({
  'org1.master': master(height),
  'org1.goods': business(height),
  'org2.master': master(height),
  'org2.goods': business(height),
  'org3.master': master(height),
  'org3.goods': business(height),
});

/** The status of nodes beside a ledger of so many blocks; null: the peer is away. */
function status(nodes: Record<string, MasterAnswers | BusinessAnswers>, ledger: () => bigint | null) {
  const end = () => {
    const height = ledger();
    return height === null ? null : { height, headerHash: new Uint8Array(32) };
  };
  return nodeStatus(fakeConnections({ nodes, peer: peerWithLedger(end) }));
}

beforeEach(startFakeClock);

afterEach(() => {
  jest.useRealTimers();
});

describe('the status of nodes', () => {
  it('has a row for each but the clients, in the order of the consortium file', async () => {
    const { rows, quorum, peerIsAway, isWell } = await ended(status(all(7n), () => 9n));
    expect(rows.map(({ name }) => name)).toEqual([
      'org1.master',
      'org1.goods',
      'org2.master',
      'org2.goods',
      'org3.master',
      'org3.goods',
    ]);
    expect(rows[1]).toEqual({
      name: 'org1.goods',
      role: 'business',
      domain: 'goods',
      consistentUpTo: 0n,
      differences: [],
      checking: null,
      state: 'following',
      reason: '',
      height: 7n,
      lag: 2n,
      behindSeconds: 0,
      storeBytes: 5n,
      dockedAt: 'org1.master',
      refusals: [{ ...refusal, block: 4n }],
    });
    expect([quorum, peerIsAway, isWell]).toEqual([null, false, true]);
  });

  it('has nodes that are away or silent in it, all asked at the same time', async () => {
    const silent = { status: unanswered };
    const asked = status(
      { ...all(9n), 'org2.goods': {}, 'org3.goods': silent, 'org3.master': silent },
      () => 9n,
    );
    await jest.advanceTimersByTimeAsync(1500);
    const { rows, isWell } = await ended(asked);
    expect(
      rows.filter(({ state }) => state === 'away').map(({ name, height, lag }) => [name, height, lag]),
    ).toEqual([
      ['org2.goods', null, null],
      ['org3.master', null, null],
      ['org3.goods', null, null],
    ]);
    expect(isWell).toBe(false);
  });

  it('is without lag where the own peer is away, and not well', async () => {
    const { rows, peerIsAway, isWell } = await ended(status(all(9n), () => null));
    expect(rows.every(({ lag, height }) => lag === null && height === 9n)).toBe(true);
    expect([peerIsAway, isWell]).toEqual([true, false]);
  });

  it('is that a ledger has lost blocks where it is still lower after a second', async () => {
    const asked = status(
      {
        ...all(9n),
        'org2.master': master(8n, { state: 'forked', reason: 'no' }),
        'org3.master': master(9n, { state: 'forked', reason: 'no' }),
      },
      () => 8n,
    );
    await jest.advanceTimersByTimeAsync(1000);
    const { rows, isWell } = await ended(asked);
    expect(rows.map(({ state, lag }) => [state, lag])).toEqual([
      ['rolled back', -1n],
      ['rolled back', -1n],
      ['forked', 0n],
      ['rolled back', -1n],
      ['forked', -1n],
      ['rolled back', -1n],
    ]);
    expect(rows[0]?.reason).toContain('has fewer blocks than this node');
    expect(isWell).toBe(false);
  });

  it('does not wait for the ledger where the node that is ahead says itself what is wrong', async () => {
    const forked = master(9n, { state: 'forked', reason: 'no' });
    const asked = status({ ...all(8n), 'org2.master': forked }, () => 8n);
    expect(await took(asked)).toBe(0);
    const { rows } = await asked;
    expect(rows.map(({ state, lag }) => [state, lag])).toContainEqual(['forked', -1n]);
  });

  it('says that the own peer is away, though nodes are as well', async () => {
    const { peerIsAway } = await ended(status({ ...all(9n), 'org3.goods': {} }, () => null));
    expect(peerIsAway).toBe(true);
  });

  it('is well where the peer has the block by then', async () => {
    let height = 8n;
    const asked = status(all(9n), () => height);
    await jest.advanceTimersByTimeAsync(900);
    height = 9n;
    await jest.advanceTimersByTimeAsync(100);
    const { rows, isWell } = await ended(asked);
    expect([rows.every(({ lag }) => lag === 0n), isWell]).toEqual([true, true]);
  });

  it('says why there is no quorum', async () => {
    const { quorum, isWell } = await ended(status({ 'org1.master': master(9n) }, () => 9n));
    expect([quorum, isWell]).toEqual([expect.stringContaining('no quorum'), false]);
  });

  it('never hides an error of our own', async () => {
    const bug = new TypeError('oops');
    const peer = { ...peerWithLedger(() => null), ledgerEnd: () => Promise.reject(bug) };
    await expect(nodeStatus(fakeConnections({ nodes: all(9n), peer }))).rejects.toBe(bug);
  });
});

describe('nodes that are waited for', () => {
  it('are as they are once none lags, or after the time that is given', async () => {
    const ledger = () => ({ height: 9n, headerHash: new Uint8Array(32) });
    const nodes = all(8n);
    const connections = fakeConnections({ nodes, peer: peerWithLedger(ledger) });
    const late = settledRows(connections, 500);
    // They are asked once more after that.
    expect(await took(late)).toBe(600);
    expect((await late).map(({ lag }) => lag)).toEqual(new Array(6).fill(1n));
    Object.assign(nodes, all(9n), { 'org3.goods': business(8n) });
    const settled = settledRows(connections, 500);
    await jest.advanceTimersByTimeAsync(150);
    Object.assign(nodes, all(9n));
    expect(await took(settled)).toBe(50);
    expect((await settled).map(({ lag }) => lag)).toEqual(new Array(6).fill(0n));
  });
});
