import type { ClientRecord } from '@cotrace/core';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { capturing, record, soon } from '../testing/capturing.js';
import type { MasterAnswers } from '../testing/fake-network.js';
import { refused } from '../testing/gateway-errors.js';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('the hints of a record', () => {
  const CLASS = 'https://id.gs1.org/01/09521234000884';
  const two: ClientRecord = {
    ...record,
    traces: [
      ...record.traces,
      { id: CLASS, role: 'input', lot: null, amounts: null },
      { id: 'urn:process', role: 'process', lot: null, amounts: null },
      { id: 'box', role: 'output', lot: null, amounts: null },
    ],
  };
  const head = (byte: number) => ({ txId: `tx${byte}`, blockHash: new Uint8Array(32).fill(byte) });

  it('are what a master names as the newest record of each identifier that gets a row, or none', async () => {
    const asked: unknown[] = [];
    const master: MasterAnswers = {
      traceHeads: ({ domain, traceIds }) => {
        asked.push([domain, traceIds]);
        return Promise.resolve({ traces: [{ traceId: 'lot', heads: [head(1)] }, { traceId: 'box' }] });
      },
    };
    const { calls, captured } = capturing({ record: two, masters: [master] });
    expect(await soon(captured)).toMatchObject({ status: 'recorded', attempts: 1 });
    expect(asked).toEqual([['goods', ['lot', 'box']]]);
    expect(calls.map(({ name, args: [, hints = ''] }) => [name, JSON.parse(hints) as unknown])).toEqual([
      [
        'capture',
        [
          { id: 'lot', preTraceTxId: 'tx1', preTraceHash: '01'.repeat(32) },
          { id: 'box', preTraceTxId: null, preTraceHash: null },
        ],
      ],
    ]);
  });

  it('are none where a record has marks alone, and no master is asked', async () => {
    const marked = { ...two, traces: two.traces.slice(1, 3) };
    const { calls, captured } = capturing({ record: marked, masters: [{}] });
    expect(await soon(captured)).toMatchObject({ status: 'recorded', attempts: 1 });
    expect(calls.map(({ args: [, hints] }) => hints)).toEqual(['[]']);
  });

  it.each([
    ['of another identifier', [{ traceId: 'fish' }, { traceId: 'box' }]],
    ['of fewer identifiers', [{ traceId: 'lot' }]],
    ['of more identifiers', [{ traceId: 'lot' }, { traceId: 'box' }, { traceId: 'fish' }]],
    ['of two records', [{ traceId: 'lot', heads: [head(1), head(2)] }, { traceId: 'box' }]],
    [
      'with a hash of another length',
      [{ traceId: 'lot', heads: [{ txId: 'a', blockHash: Uint8Array.of(1) }] }, { traceId: 'box' }],
    ],
  ])('are not taken from an answer %s', async (_title, traces) => {
    const wrong: MasterAnswers = { traceHeads: () => Promise.resolve({ traces }) };
    const right: MasterAnswers = {
      traceHeads: () => Promise.resolve({ traces: [{ traceId: 'lot' }, { traceId: 'box' }] }),
    };
    const { faults, captured } = capturing({ record: two, masters: [wrong, right] });
    expect(await soon(captured)).toMatchObject({ status: 'recorded', attempts: 1 });
    expect(faults.list()).toMatchObject([{ node: 'org1.master', code: 'BAD_ANSWER' }]);
  });

  it('that are stale are asked of another master in the next attempt', async () => {
    const asked: string[] = [];
    const masters = ['org1', 'org2', 'org3'].map((name): MasterAnswers => ({
      traceHeads: () => {
        asked.push(name);
        return Promise.resolve({ traces: [{ traceId: 'lot' }] });
      },
    }));
    const ends = [refused('STALE'), refused('STALE')];
    const { told, captured } = capturing({ masters, endorse: () => ends.shift() ?? null });
    await jest.advanceTimersByTimeAsync(1000);
    expect(await soon(captured)).toMatchObject({ status: 'recorded', attempts: 3 });
    expect([asked, told]).toEqual([['org1', 'org2', 'org3'], []]);
  });

  it('are tried again where no master answers, and that is told', async () => {
    const masters: MasterAnswers[] = [{}];
    const { told, captured } = capturing({ masters });
    await jest.advanceTimersByTimeAsync(10);
    expect(told).toEqual([expect.stringMatching(/^retrying: \[UNREACHABLE\] .*; see `cotrace nodes`$/)]);
    masters[0] = { traceHeads: () => Promise.resolve({ traces: [{ traceId: 'lot' }] }) };
    await jest.advanceTimersByTimeAsync(1000);
    expect(await soon(captured)).toMatchObject({ status: 'recorded' });
  });
});
