import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { codeOf } from '../testing/codes.js';
import { ended, startFakeClock, took } from '../testing/fake-clock.js';
import { fakeConnections, unanswered, type MasterAnswers } from '../testing/fake-network.js';
import type { Connections } from './connections.js';
import { catchUp, furthestFirst, heightsOf, nameThoseBehind, requireReached } from './heights.js';

const NEVER = new AbortController().signal;
const at = (height: bigint | (() => bigint)): MasterAnswers => ({
  traceHeads: () => Promise.resolve({ height: typeof height === 'bigint' ? height : height() }),
});
const silent: MasterAnswers = { traceHeads: unanswered };

/** Connections to masters of three organisations; null: nobody listens there. */
function mastersAt(...masters: readonly (MasterAnswers | null)[]): Connections {
  const nodes = masters.map((answers, i) => [`org${i + 1}.master`, answers ?? {}] as const);
  return fakeConnections({ nodes: Object.fromEntries(nodes) });
}
const named = ({ faults }: Connections) => faults.list().map(({ node, code }) => `${node} ${code}`);
const masterOf = (connections: Connections, name: string) => {
  const found = connections.masters().find((master) => master.name === name);
  if (found === undefined) throw new RangeError(`there is no ${name}`);
  return found;
};

beforeEach(startFakeClock);

afterEach(() => {
  jest.useRealTimers();
});

describe('the height that counts', () => {
  it.each([
    [9n, 7n, 8n],
    [8n, 9n, 7n],
    [7n, 8n, 9n],
    [8n, 8n, 2n],
  ])('is what a quorum has reached, whoever is higher: %s, %s, %s', async (...heights) => {
    const { least, of } = await ended(heightsOf(mastersAt(...heights.map(at))));
    expect(least).toBe(8n);
    expect([...of.values()]).toEqual(heights);
  });

  it('is 0 where too few answer, and who does not is named', async () => {
    const connections = mastersAt(at(9n), null, null);
    expect(await ended(heightsOf(connections))).toEqual({ least: 0n, of: new Map([['org1.master', 9n]]) });
    expect(named(connections)).toEqual(['org2.master UNREACHABLE', 'org3.master UNREACHABLE']);
  });

  it('does not wait for one that is silent while a quorum answers', async () => {
    const connections = mastersAt(silent, at(9n), at(9n));
    const heights = heightsOf(connections);
    expect(await took(heights)).toBe(500);
    expect((await heights).least).toBe(9n);
    expect(named(connections)).toEqual(['org1.master UNREACHABLE']);
  });
});

describe('heights that come late', () => {
  it('are waited for where no quorum has answered', async () => {
    const late = (height: bigint): MasterAnswers => ({
      traceHeads: () => new Promise((resolve) => setTimeout(() => resolve({ height }), 1000)),
    });
    const connections = mastersAt(late(9n), late(8n), null);
    const heights = heightsOf(connections);
    expect(await took(heights)).toBe(1000);
    expect((await heights).least).toBe(8n);
    expect(named(connections)).toEqual(['org3.master UNREACHABLE']);
  });
});

describe('masters', () => {
  it('are asked first where they say to be furthest, the own one first among equals', () => {
    const connections = mastersAt(at(1n), at(9n), at(9n));
    const order = (of: Readonly<Record<string, bigint>>) =>
      furthestFirst(connections.masters(), { least: 9n, of: new Map(Object.entries(of)) }).map(
        ({ name }) => name,
      );
    expect(order({ 'org1.master': 8n, 'org2.master': 9n, 'org3.master': 2n ** 64n - 1n })).toEqual([
      'org3.master',
      'org2.master',
      'org1.master',
    ]);
    expect(order({ 'org3.master': 0n })).toEqual(['org3.master', 'org1.master', 'org2.master']);
    expect(order({ 'org1.master': 9n, 'org2.master': 9n })[0]).toBe('org1.master');
  });

  it('answer as of what a quorum has reached, and what they said themselves', () => {
    const heights = { least: 7n, of: new Map([['org1.master', 9n]]) };
    requireReached(8n, 'org1.master', heights);
    requireReached(6n, 'org2.master', heights);
    expect(() => requireReached(7n, 'org1.master', heights)).toThrow(
      'answers as of block 7, and said to have reached 8',
    );
    expect(() => requireReached(5n, 'org2.master', heights)).toThrow(
      'answers as of block 5, others have reached 6',
    );
  });
});

describe('a master that is behind', () => {
  const heights = { least: 9n, of: new Map([['org1.master', 7n]]) };

  it('is waited for', async () => {
    let height = 7n;
    const connections = mastersAt(at(() => height));
    const caught = catchUp(masterOf(connections, 'org1.master'), heights, NEVER);
    setTimeout(() => (height = 9n), 980);
    expect(await took(caught)).toBe(1000);
    await caught;
  });

  it('is waited for two seconds only, and says how far it is', async () => {
    const caught = catchUp(masterOf(mastersAt(at(7n)), 'org1.master'), heights, NEVER);
    const failed = expect(caught).rejects.toMatchObject({
      code: 'BEHIND',
      message: 'has 7 blocks, others have 9',
      detail: { height: 7n, least: 9n },
    });
    // It is asked once more after that.
    expect(await took(caught)).toBe(2050);
    await failed;
  });

  it('is let be once nobody waits any more', async () => {
    const stop = new AbortController();
    const caught = catchUp(masterOf(mastersAt(at(7n)), 'org1.master'), heights, stop.signal);
    stop.abort();
    expect(await took(caught)).toBe(0);
    expect(await codeOf(() => caught)).not.toBe('BEHIND');
  });

  it('is asked where its height is not known', async () => {
    const none = { least: 9n, of: new Map<string, bigint>() };
    const ready = catchUp(masterOf(mastersAt(at(9n)), 'org1.master'), none, NEVER);
    expect(await took(ready)).toBe(0);
    await ready;
    const caught = catchUp(masterOf(mastersAt(at(8n)), 'org1.master'), none, NEVER);
    const failed = expect(caught).rejects.toMatchObject({ code: 'BEHIND' });
    await took(caught);
    await failed;
  });

  it('is named where it stays behind for half a second, and only then', async () => {
    let height = 7n;
    const connections = mastersAt(
      at(7n),
      at(() => height),
      at(9n),
    );
    const known = new Map([
      ['org1.master', 7n],
      ['org2.master', 7n],
      ['org3.master', 9n],
    ]);
    const done = nameThoseBehind(connections, connections.masters(), { least: 9n, of: known });
    await jest.advanceTimersByTimeAsync(300);
    height = 9n;
    expect(named(connections)).toEqual([]);
    await ended(done);
    expect(named(connections)).toEqual(['org1.master BEHIND']);
  });

  it('is not one whose height nobody knows', async () => {
    const connections = mastersAt(at(1n), at(1n), at(1n));
    const done = nameThoseBehind(connections, connections.masters(), { least: 9n, of: new Map() });
    expect(await took(done)).toBe(0);
    expect(named(connections)).toEqual([]);
  });
});
