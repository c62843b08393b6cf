import { type ClientRecord, utf8 } from '@cotrace/core';
import { jest } from '@jest/globals';
import { CaptureClient, type Captured } from '../client/capture.js';
import type { ContractCall, DomainContract } from '../client/wire.js';
import { fakeConnections, type MasterAnswers } from './fake-network.js';
import { refused } from './gateway-errors.js';
import { peerWithLedger } from './peer-ledger.js';

export const MINUTE = 60_000;
/** More than there are attempts in two minutes. */
const MOST_CALLS = 500;
const NEVER = new AbortController().signal;

export const record: ClientRecord = {
  step: null,
  eventTime: '2026-01-01T00:00:00.000Z',
  bond: null,
  change: 'see',
  traces: [{ id: 'lot', role: 'subject', lot: null, amounts: null }],
  data: {},
  eventHash: `ni:///sha-256;${'0'.repeat(64)}?ver=CBV2.0`,
  eventID: null,
  corrects: null,
};

/** How the parts of a capture answer; by default all goes well. An error is thrown; `count` is 1 for the first call. */
export interface Parts {
  readonly record?: ClientRecord;
  readonly masters?: readonly MasterAnswers[];
  readonly endorse?: (call: ContractCall, count: number) => Error | null | Promise<Error | null>;
  readonly evaluate?: (call: ContractCall) => Error;
  readonly submit?: () => Promise<void>;
  /** Validation code. */
  readonly status?: () => number | Error | Promise<never>;
  readonly height?: () => bigint;
  readonly signal?: AbortSignal;
}

const willing: MasterAnswers = { traceHeads: () => Promise.resolve({ traces: [{ traceId: 'lot' }] }) };

/** Captures a record in the domain `goods`; the id of the first endorsed transaction is `tx1`. */
export function capturing(parts: Parts) {
  const {
    masters = [willing, willing, willing],
    submit = () => Promise.resolve(),
    height,
    signal = NEVER,
  } = parts;
  const calls: ContractCall[] = [];
  let endorsed = 0;
  const contract: Partial<DomainContract> = {
    endorse: async (call) => {
      calls.push(call);
      if (calls.length > MOST_CALLS) throw new RangeError('it is tried without a pause');
      const error = await parts.endorse?.(call, calls.length);
      if (error instanceof Error) throw error;
      endorsed += 1;
      const txId = `tx${endorsed}`;
      const getStatus = async () => {
        const code = (await parts.status?.()) ?? 0;
        if (code instanceof Error) throw code;
        return { successful: code === 0, transactionId: txId, code, blockNumber: 7n };
      };
      return {
        txId,
        result: utf8('{"recordId":"ef"}'),
        submit: async () => {
          await submit();
          return { getStatus };
        },
      };
    },
    evaluate: (call) => Promise.reject(parts.evaluate?.(call) ?? refused('NOT_FOUND')),
  };
  const end = () => (height === undefined ? null : { height: height(), headerHash: new Uint8Array(32) });
  const nodes: Record<string, MasterAnswers> = {};
  const node = (i: number) => ({ get: () => masters[i] ?? {}, enumerable: true });
  Object.defineProperties(nodes, { 'org1.master': node(0), 'org2.master': node(1), 'org3.master': node(2) });
  const connections = fakeConnections({ peer: peerWithLedger(end, contract), nodes });
  const told: string[] = [];
  const client = new CaptureClient(connections, (line) => told.push(line));
  const captured = client.capture('goods', parts.record ?? record, signal);
  return { told, calls, faults: connections.faults, captured };
}

/** What a capture comes to in three minutes of the fake clock, of which most take no time. */
export async function soon(captured: Promise<Captured>): Promise<Captured> {
  captured.catch(() => undefined);
  await jest.advanceTimersByTimeAsync(3 * MINUTE);
  return Promise.race([captured, Promise.reject(new Error('the capture does not end'))]);
}
