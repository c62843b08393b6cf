import { type ClientRecord, CotraceError, utf8 } from '@cotrace/core';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { fakeConnections, type MasterAnswers } from '../testing/fake-network.js';
import { notEndorsed } from '../testing/gateway-errors.js';
import { peerWithLedger } from '../testing/peer-ledger.js';
import { CaptureClient } from './capture.js';
import type { DomainContract } from './wire.js';

const MINUTE = 60_000;
const NEVER = new AbortController().signal;
const DOWN = 'dial tcp 127.0.0.1:9999: connect: connection refused';

const record: ClientRecord = {
  step: null,
  eventTime: '2026-01-01T00:00:00.000Z',
  traces: [{ id: 'lot', role: 'subject' }],
  data: {},
  eventHash: `ni:///sha-256;${'0'.repeat(64)}?ver=CBV2.0`,
  eventID: null,
  corrects: null,
};

/** A client of org1 whose proposals meet `endorse`: the organisations that it names, null where the gateway chooses. */
function clientOf(endorse: (named: readonly string[] | null) => Promise<void>) {
  const contract: DomainContract = {
    endorse: async ({ organisations }) => {
      await endorse(organisations ?? null);
      return {
        txId: 'ab',
        result: utf8('{"recordId":"ef"}'),
        submit: () => Promise.resolve({ getStatus: () => Promise.resolve(COMMITTED) }),
      };
    },
    evaluate: () => Promise.reject(notEndorsed({ org1: 'deadline exceeded' })),
    submit: () => Promise.reject(new Error('captures are not submitted in one call')),
  };
  const master: MasterAnswers = {
    traceHeads: () => Promise.resolve({ traces: [{ traceId: 'lot', heads: [] }] }),
  };
  const nodes = { 'org1.master': master, 'org2.master': master, 'org3.master': master };
  const connections = fakeConnections({ peer: peerWithLedger(() => null, contract), nodes });
  const told: string[] = [];
  const captured = new CaptureClient(connections, (line) => told.push(line)).capture('goods', record, NEVER);
  return { told, faults: connections.faults, captured };
}

const COMMITTED = { successful: true, transactionId: 'ab', code: 0, blockNumber: 7n };

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('a record that is not endorsed', () => {
  it('has each organisation’s answer told after the first failure, with what to do, and in the end', async () => {
    const answers = { org1: DOWN, org2: 'chaincode goods is not running' };
    const { told, captured } = clientOf(() => Promise.reject(notEndorsed(answers)));
    const ended = captured.catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(0);
    expect(told).toHaveLength(1);
    for (const text of [told[0], String(await endOf(ended))]) {
      expect(text).toContain(`org1MSP at org1:7051: ${DOWN}`);
      expect(text).toContain('org2MSP at org2:7051: chaincode goods is not running');
      expect(text).toContain('chaincode services of these organisations');
    }
    // Not with each of a hundred attempts.
    expect(told.length).toBeLessThan(15);
    expect(await ended).toMatchObject({ code: 'NOT_CAPTURED' });
  });

  it('has who is waited for told after two seconds', async () => {
    const { told } = clientOf(() => new Promise<void>(() => undefined));
    await jest.advanceTimersByTimeAsync(2500);
    expect(told).toEqual(['waiting for the peer of org1 (org1:7051) to endorse']);
  });

  it('by the own organisation’s chaincode is endorsed by others, and names it', async () => {
    const asked: (readonly string[] | null)[] = [];
    const { faults, captured } = clientOf((named) => {
      asked.push(named);
      return named === null ? Promise.reject(notEndorsed({ org1: DOWN })) : Promise.resolve();
    });
    await jest.advanceTimersByTimeAsync(1000);
    expect(await captured).toMatchObject({ status: 'recorded', recordId: 'ef', block: 7n, attempts: 2 });
    expect(asked).toEqual([null, ['org2MSP', 'org3MSP']]);
    expect(faults.list()).toMatchObject([{ node: 'org1', code: 'NO_ENDORSEMENT' }]);
  });
});

async function endOf(ended: Promise<unknown>): Promise<unknown> {
  await jest.advanceTimersByTimeAsync(2 * MINUTE + 2000);
  const error = await ended;
  return error instanceof CotraceError ? error.message : error;
}
