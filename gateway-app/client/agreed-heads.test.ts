import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startFakeClock, took } from '../testing/fake-clock.js';
import { fakeConnections, unanswered, type MasterAnswers } from '../testing/fake-network.js';
import { agreedHeads, missingHead } from './agreed-heads.js';

const head = (blockNum: bigint, txNum = 0, domain = 'goods') => ({ domain, blockNum, txNum });

beforeEach(startFakeClock);

afterEach(() => {
  jest.useRealTimers();
});

describe('the newest records that count', () => {
  it('are those that a quorum of masters name alike', async () => {
    const naming = (...heads: readonly ReturnType<typeof head>[]): MasterAnswers => ({
      traceHeads: ({ traceIds }) =>
        Promise.resolve({ traces: traceIds.map((traceId) => ({ traceId, heads: [...heads] })) }),
    });
    const nodes = {
      'org1.master': naming(head(7n), head(4n, 1, 'retail')),
      'org2.master': naming(head(8n), head(4n, 2, 'retail')),
      'org3.master': naming(head(7n), head(4n, 2, 'retail')),
    };
    expect(await agreedHeads(fakeConnections({ nodes }), ['LOT'])).toEqual([
      { traceId: 'LOT', domain: 'goods', block: 7n, txNum: 0 },
      { traceId: 'LOT', domain: 'retail', block: 4n, txNum: 2 },
    ]);
  });

  it('do not become more by one master that repeats itself', async () => {
    const once: MasterAnswers = {
      traceHeads: () =>
        Promise.resolve({ traces: [{ traceId: 'LOT', heads: [head(7n), head(7n), head(7n)] }] }),
    };
    expect(await agreedHeads(fakeConnections({ nodes: { 'org1.master': once } }), ['LOT'])).toEqual([]);
  });

  it('are asked for 500 identifiers at a time', async () => {
    const sizes: number[] = [];
    const master: MasterAnswers = {
      traceHeads: ({ traceIds }) => {
        sizes.push(traceIds.length);
        return Promise.resolve({ traces: traceIds.map((traceId) => ({ traceId, heads: [head(7n)] })) });
      },
    };
    const nodes = { 'org1.master': master, 'org2.master': master };
    const ids = Array.from({ length: 1001 }, (_, i) => `LOT-${i}`);
    const heads = await agreedHeads(fakeConnections({ nodes }), ids);
    expect(heads.map(({ traceId }) => traceId)).toEqual(ids);
    expect(sizes.splice(0).sort((a, b) => a - b)).toEqual([1, 1, 500, 500, 500, 500]);
    await agreedHeads(fakeConnections({ nodes }), ids.slice(0, 1000));
    expect(sizes).toEqual([500, 500, 500, 500]);
  });

  it.each([
    ['do not wait for a master that is silent', [0, 0, null], 500],
    ['wait for a quorum, however long it takes', [0, 1000, null], 1000],
  ] as const)('%s', async (_title, delays, milliseconds) => {
    const masters = delays.map((delay): MasterAnswers => {
      const traces = [{ traceId: 'LOT', heads: [head(7n)] }];
      const answer = () => new Promise<object>((resolve) => setTimeout(resolve, delay ?? 0, { traces }));
      return { traceHeads: delay === null ? unanswered : answer };
    });
    const nodes = Object.fromEntries(masters.map((one, i) => [`org${i + 1}.master`, one]));
    const connections = fakeConnections({ nodes });
    const heads = agreedHeads(connections, ['LOT']);
    expect(await took(heads)).toBe(milliseconds);
    expect(await heads).toHaveLength(1);
    expect(connections.faults.list()).toMatchObject([{ node: 'org3.master', code: 'UNREACHABLE' }]);
  });
});

describe('an answer that leaves out a newest record', () => {
  const heads = [
    { traceId: 'LOT', domain: 'goods', block: 7n, txNum: 1 },
    { traceId: 'BOX', domain: 'goods', block: 8n, txNum: 0 },
  ];

  it('is found by the place', () => {
    expect(missingHead(heads, new Set(['7/1', '8/0']), 9n)).toBeNull();
    expect(missingHead(heads, new Set(['7/0', '8/0']), 9n)).toBe(heads[0]);
    expect(missingHead(heads, new Set(['7/1']), 9n)).toBe(heads[1]);
  });

  it('is not one of a block that the master had not reached', () => {
    expect(missingHead(heads, new Set(['7/1']), 8n)).toBeNull();
  });
});
