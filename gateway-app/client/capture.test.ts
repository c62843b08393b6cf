import { CotraceError } from '@cotrace/core';
import { peer } from '@cotrace/fabric-model';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { capturing, MINUTE, type Parts, record, soon } from '../testing/capturing.js';
import { unanswered } from '../testing/fake-network.js';
import { away, notEndorsed, refused } from '../testing/gateway-errors.js';

const {
  MVCC_READ_CONFLICT,
  BAD_CREATOR_SIGNATURE,
  ENDORSEMENT_POLICY_FAILURE: POLICY_FAILURE,
} = peer.TxValidationCode;

const DOWN = 'dial tcp 127.0.0.1:9999: connect: connection refused';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('a record whose transaction', () => {
  it('was committed as invalid is captured anew, without a word', async () => {
    const codes = [MVCC_READ_CONFLICT, 0];
    const { told, calls, captured } = capturing({ status: () => codes.shift() ?? 0 });
    await jest.advanceTimersByTimeAsync(1000);
    expect(await soon(captured)).toMatchObject({ status: 'recorded', txId: 'tx2', attempts: 2 });
    expect([calls.length, told]).toEqual([2, []]);
  });

  it('cannot become valid fails at once', async () => {
    const { captured } = capturing({ status: () => BAD_CREATOR_SIGNATURE });
    await expect(soon(captured)).rejects.toMatchObject({
      code: 'INVALID_TRANSACTION',
      detail: { txId: 'tx1' },
    });
  });

  it('was endorsed by the wrong organisations leaves them to the gateway, where the client named them', async () => {
    const codes = [POLICY_FAILURE, 0];
    const { told, calls, captured } = capturing({
      endorse: (_call, count) => (count === 1 ? notEndorsed({ org1: DOWN }) : null),
      status: () => codes.shift() ?? 0,
    });
    await jest.advanceTimersByTimeAsync(3000);
    expect(await soon(captured)).toMatchObject({ status: 'recorded', attempts: 3 });
    expect(calls.map(({ organisations }) => organisations)).toEqual([
      undefined,
      ['org2MSP', 'org3MSP'],
      undefined,
    ]);
    expect(told).toEqual([expect.stringContaining(DOWN)]);
  });

  it('was endorsed by the wrong organisations fails where the gateway named them', async () => {
    const { captured } = capturing({ status: () => POLICY_FAILURE });
    await expect(soon(captured)).rejects.toMatchObject({ code: 'INVALID_TRANSACTION' });
  });

  it('got through though its outcome was not known counts as recorded', async () => {
    const { captured } = capturing({
      endorse: (_call, count) => (count === 1 ? null : refused('DUPLICATE', { txId: 'tx1', recordId: 'ef' })),
      status: () => away(),
    });
    await jest.advanceTimersByTimeAsync(1000);
    expect(await soon(captured)).toEqual({
      status: 'recorded',
      txId: 'tx1',
      recordId: 'ef',
      block: null,
      attempts: 2,
    });
  });

  it('is there already by somebody else stays theirs', async () => {
    const { captured } = capturing({ endorse: () => refused('DUPLICATE', { txId: 'cd', recordId: 'ef' }) });
    expect(await soon(captured)).toMatchObject({ status: 'already recorded', txId: 'cd', attempts: 1 });
  });

  it('takes long has who is waited for told: the ordering service, then the commit', async () => {
    const ordering = capturing({ submit: unanswered });
    await jest.advanceTimersByTimeAsync(2500);
    expect(ordering.told).toEqual(['waiting for the ordering service']);
    const commit = capturing({ status: () => new Promise<never>(() => undefined) });
    await jest.advanceTimersByTimeAsync(2500);
    expect(commit.told).toEqual([
      'waiting for the commit, by the ordering service and the peer of org1 (org1:7051)',
    ]);
  });

  it('waits for the commit beside an organisation that did not endorse names it, and is submitted once', async () => {
    let submitted = 0;
    const { told } = capturing({
      endorse: (_call, count) => (count === 1 ? notEndorsed({ org1: DOWN }) : null),
      submit: () => {
        submitted += 1;
        return Promise.resolve();
      },
      status: () => new Promise<never>(() => undefined),
      height: () => 9n,
    });
    await jest.advanceTimersByTimeAsync(20_000);
    expect(told.at(-1)).toBe(
      'waiting for the commit, by the ordering service and the peer of org1 (org1:7051); org1 did not endorse',
    );
    expect(submitted).toBe(1);
  });

  it('waits beside two that did not endorse names both', async () => {
    const parts: Parts = {
      endorse: (_call, count) => (count === 1 ? notEndorsed({ org1: DOWN, org2: DOWN }) : null),
      evaluate: () => notEndorsed({}),
    };
    const commit = capturing({ ...parts, status: () => new Promise<never>(() => undefined) });
    await jest.advanceTimersByTimeAsync(3000);
    expect(commit.told.at(-1)).toMatch(/^waiting for the commit, .*; org1, org2 did not endorse$/);
    const endorsement = capturing({
      ...parts,
      endorse: (call, count) => (count === 1 ? (parts.endorse?.(call, 1) ?? null) : unanswered()),
    });
    await jest.advanceTimersByTimeAsync(3000);
    expect(endorsement.told.at(-1)).toBe('waiting for endorsements, without org1, org2');
  });

  it('is submitted again while the own ledger stands still, and why that fails is told', async () => {
    let submitted = 0;
    const { told } = capturing({
      submit: () => {
        submitted += 1;
        return submitted === 1 ? Promise.resolve() : Promise.reject(away());
      },
      status: () => new Promise<never>(() => undefined),
      height: () => 9n,
    });
    await jest.advanceTimersByTimeAsync(9000);
    expect(submitted).toBeGreaterThan(1);
    expect(told.filter((line) => line.startsWith('retrying'))).toHaveLength(1);
  });
});

describe('an endorsement that takes long', () => {
  it('is asked for of those whose chaincode answers', async () => {
    const { calls, captured } = capturing({
      endorse: (_call, count) => (count === 1 ? new Promise<never>(() => undefined) : null),
      evaluate: ({ organisations: [mspId] = [] }) =>
        mspId === 'org1MSP' ? notEndorsed({}) : refused('NOT_FOUND'),
    });
    await jest.advanceTimersByTimeAsync(699);
    expect(calls).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(calls).toHaveLength(2);
    expect(await soon(captured)).toMatchObject({ status: 'recorded', attempts: 1 });
    expect(calls.map(({ organisations }) => organisations)).toEqual([undefined, ['org2MSP', 'org3MSP']]);
  });

  it('counts where all answer, and is waited for', async () => {
    const { calls, captured } = capturing({
      endorse: (_call, count) =>
        count === 1 ? new Promise((resolve) => setTimeout(() => resolve(null), 1500)) : null,
      evaluate: () => refused('NOT_FOUND'),
    });
    await jest.advanceTimersByTimeAsync(1600);
    expect(await soon(captured)).toMatchObject({ status: 'recorded', attempts: 1 });
    expect(calls).toHaveLength(1);
  });

  it('names who is silent while the others are waited for', async () => {
    const { told } = capturing({
      endorse: () => new Promise<never>(() => undefined),
      evaluate: ({ organisations: [mspId] = [] }) =>
        mspId === 'org1MSP' ? notEndorsed({}) : refused('NOT_FOUND'),
    });
    await jest.advanceTimersByTimeAsync(2500);
    expect(told).toEqual(['waiting for endorsements, without org1']);
  });

  it('and fails twice fails with what the second says', async () => {
    const { captured } = capturing({
      endorse: (_call, count) =>
        count === 1
          ? new Promise((_resolve, reject) => setTimeout(() => reject(new TypeError('first')), 900))
          : Promise.reject(new TypeError('second')),
      evaluate: ({ organisations: [mspId] = [] }) =>
        mspId === 'org1MSP' ? notEndorsed({}) : refused('NOT_FOUND'),
    });
    const failed = expect(captured).rejects.toThrow('second');
    await jest.advanceTimersByTimeAsync(1000);
    await failed;
  });
});

describe('a capture that is interrupted', () => {
  const interrupted = { code: 'INTERRUPTED', detail: { domain: 'goods', eventHash: record.eventHash } };

  it('ends at once while somebody is waited for', async () => {
    const stop = new AbortController();
    const { captured } = capturing({
      endorse: () => new Promise<never>(() => undefined),
      signal: stop.signal,
    });
    const failed = expect(captured).rejects.toMatchObject(interrupted);
    await jest.advanceTimersByTimeAsync(100);
    stop.abort();
    await failed;
  });

  it('ends at once in a pause, too, and asks nobody any more', async () => {
    const stop = new AbortController();
    const { calls, captured } = capturing({ endorse: () => away(), signal: stop.signal });
    const failed = expect(captured).rejects.toMatchObject(interrupted);
    await jest.advanceTimersByTimeAsync(1);
    stop.abort();
    await failed;
    await jest.advanceTimersByTimeAsync(MINUTE);
    expect(calls).toHaveLength(1);
  });
});

describe('a record that is tried again', () => {
  it('waits longer each time, up to a second, and fails after two minutes', async () => {
    const random = jest.spyOn(Math, 'random').mockReturnValue(0.75);
    try {
      const began = Date.now();
      const tried: number[] = [];
      const { captured } = capturing({
        endorse: (_call, count) => {
          tried.push(Date.now() - began);
          // So that the last pause ends when the two minutes do.
          return count <= 2 ? new Promise((resolve) => setTimeout(resolve, 475, away())) : away();
        },
      });
      await expect(soon(captured)).rejects.toMatchObject({
        code: 'NOT_CAPTURED',
        message: expect.stringContaining('not recorded after 120 s') as unknown,
        detail: { domain: 'goods', eventHash: record.eventHash },
      });
      // Pauses of 40 ms and so on, each longer by a quarter.
      expect(tried.slice(0, 8)).toEqual([0, 525, 1100, 1300, 1700, 2500, 3750, 5000]);
      expect(tried.at(-1)).toBe(118_750);
    } finally {
      random.mockRestore();
    }
  });

  it('where a master is silent, after five seconds', async () => {
    const { told } = capturing({ masters: [{ traceHeads: unanswered }] });
    await jest.advanceTimersByTimeAsync(4999);
    expect(told).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(told).toHaveLength(1);
  });
});

describe('a record that is not endorsed', () => {
  const silent = () => notEndorsed({ org1: 'deadline exceeded' });

  it('has each organisation’s answer told after the first failure, with what to do, and in the end', async () => {
    const answers = { org1: DOWN, org2: 'chaincode goods is not running' };
    const { told, captured } = capturing({ endorse: () => notEndorsed(answers), evaluate: silent });
    const ended = captured.catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(0);
    expect(told).toHaveLength(1);
    for (const text of [told[0], String(await endOf(ended))]) {
      expect(text).toContain(
        `org1MSP at org1:7051: ${DOWN}; org2MSP at org2:7051: chaincode goods is not running; `,
      );
      expect(text).toContain('chaincode services of these organisations');
    }
    // Not with each of a hundred attempts.
    expect(told.length).toBeLessThan(15);
    expect(await ended).toMatchObject({ code: 'NOT_CAPTURED' });
  });

  it('has who is waited for told after two seconds', async () => {
    const { told } = capturing({ endorse: () => new Promise<never>(() => undefined), evaluate: silent });
    await jest.advanceTimersByTimeAsync(2500);
    expect(told).toEqual(['waiting for the peer of org1 (org1:7051) to endorse']);
  });

  it('by the own organisation’s chaincode is endorsed by others, and names it', async () => {
    const { calls, faults, captured } = capturing({
      endorse: ({ organisations }) => (organisations === undefined ? notEndorsed({ org1: DOWN }) : null),
      evaluate: silent,
    });
    await jest.advanceTimersByTimeAsync(1000);
    expect(await soon(captured)).toMatchObject({
      status: 'recorded',
      recordId: 'ef',
      block: 7n,
      attempts: 2,
    });
    expect(calls.map(({ organisations }) => organisations)).toEqual([undefined, ['org2MSP', 'org3MSP']]);
    expect(faults.list()).toMatchObject([{ node: 'org1', code: 'NO_ENDORSEMENT' }]);
  });
});

async function endOf(ended: Promise<unknown>): Promise<unknown> {
  await jest.advanceTimersByTimeAsync(2 * MINUTE + 2000);
  const error = await ended;
  return error instanceof CotraceError ? error.message : error;
}
