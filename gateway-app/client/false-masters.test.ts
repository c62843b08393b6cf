import { eventIdKey, fromUtf8, toHex } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import { readTrust, type Trust } from '@cotrace/verifier';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Metadata, status } from '@grpc/grpc-js';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import { codeOf } from '../testing/codes.js';
import { FALSEHOODS } from '../testing/false-master.js';
import { questionOf, trustFile } from '../testing/proofs.js';
import { capture } from '../testing/records.js';
import { TestConsortium } from '../testing/test-consortium.js';
import { until } from '../testing/test-business-node.js';
import { definition, put } from '../testing/transactions.js';
import { collectTrace } from './collect-trace.js';
import type { Connections } from './connections.js';
import { findStates } from './find.js';
import { heightsOf } from './heights.js';

// The nodes log what the tests provoke.
const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
const grpcLog = jest.spyOn(console, 'error').mockReturnValue(undefined);

/** Far below the time-outs of calls, in milliseconds, and room for a busy machine: test/system measures on a calm one. */
const IN_TIME_MS = 4500;
const FIRST = 'org1.master';
const KEY = eventIdKey('urn:event:1', 'Org1MSP');

let consortium: TestConsortium;
let trust: Trust;

beforeAll(async () => {
  consortium = await TestConsortium.create();
  const { chain, network } = consortium;
  trust = readTrust(trustFile(network), nodeVerifier);
  chain.add([definition(network, 'goods'), definition(network, 'retail')]);
  const lot = { id: 'LOT', role: 'subject' as const };
  const first = capture(network, {
    label: 'first',
    eventTime: '2026-01-01T00:00:00.000Z',
    traces: [{ ...lot, ver: 1 }],
  });
  const preTraceHash = toHex(chain.add([first.envelope]).headerHash);
  const after = { ver: 2, preTraceTxId: first.txId, preTraceHash };
  const second = capture(network, {
    label: 'second',
    eventTime: '2026-01-02T00:00:00.000Z',
    traces: [{ ...lot, ...after }],
  });
  chain.add([second.envelope, put(network, 'goods', { [KEY]: 'here' })]);
  await consortium.start('org2.master', 'org3.master');
});

afterAll(async () => {
  await consortium.close();
  stderr.mockRestore();
  grpcLog.mockRestore();
});

/** The client's connections once the masters that answer are at the height of the chain. */
async function connected(): Promise<Connections> {
  const { height } = consortium.chain;
  await until(
    async () => (await heightsOf(consortium.connections())).least === height,
    () => 'the masters stay behind',
  );
  return consortium.connections();
}

const traced = async (connections: Connections) => {
  const all = { newest: null, envelopes: false, at: null };
  const { answer } = await collectTrace(connections, questionOf('LOT'), all, trust);
  return answer.events.map(({ record }) => (record?.data as { label: string }).label);
};
const found = async (connections: Connections) => {
  const answer = await findStates(connections, [{ domain: 'goods', key: KEY }], trust);
  return answer.found.map(({ value }) => fromUtf8(value ?? new Uint8Array()));
};

/**
 * Whether only the first master is named, for `expected`; nobody where that is null. On a busy machine any master may be
 * slow, which is not held against it: then the first is named for that alone, and not asked at all.
 */
function namesFirst({ faults }: Connections, expected: string | null): boolean {
  const found = faults.list();
  const others = found.filter(({ code }) => code !== 'UNREACHABLE');
  if (expected === null) return others.length === 0;
  return (
    others.every(({ node, code }) => node === FIRST && code === expected) &&
    found.some(({ node }) => node === FIRST)
  );
}

async function timed<T>(act: () => Promise<T>): Promise<{ readonly result: T; readonly took: number }> {
  const began = performance.now();
  return { result: await act(), took: performance.now() - began };
}

describe('a client whose own master answers', () => {
  /** Where each falsehood shows, by the code of the fault: in a trace, and in finding a key; null where it cannot. */
  const expected = {
    garbage: ['BAD_PROTOBUF', 'BAD_PROTOBUF'],
    nothing: ['UNREACHABLE', 'UNREACHABLE'],
    'as to a stranger': ['UNKNOWN_CALLER', 'UNKNOWN_CALLER'],
    'without end': ['BAD_PROOF', null],
  } satisfies Partial<Record<keyof typeof FALSEHOODS, readonly [string | null, string | null]>>;

  // All falsehoods, without connections between: false-nodes.test.ts; with whole processes: test/system.
  it.each(Object.entries(expected))(
    '%s has its answer from the others in time, and names the master',
    async (name, [inTrace, inFind]) => {
      await consortium.startFalse(FIRST, FALSEHOODS[name as keyof typeof FALSEHOODS]);
      try {
        const [tracing, finding] = [await connected(), consortium.connections()];
        const [trace, find] = await Promise.all([timed(() => traced(tracing)), timed(() => found(finding))]);
        expect([trace.result, find.result]).toEqual([['first', 'second'], ['here']]);
        expect(Math.max(trace.took, find.took)).toBeLessThan(IN_TIME_MS);
        expect([tracing.faults.list(), namesFirst(tracing, inTrace)]).toEqual([expect.anything(), true]);
        expect([finding.faults.list(), namesFirst(finding, inFind)]).toEqual([expect.anything(), true]);
      } finally {
        await consortium.stop(FIRST);
      }
    },
  );
});

describe('a call', () => {
  const ask = () => consortium.connection('org1.client', FIRST);
  const never = new AbortController().signal;

  it('fails in its time where nothing comes, and a stream where nothing more does', async () => {
    await consortium.startFalse(FIRST, FALSEHOODS.nothing);
    try {
      const began = performance.now();
      await expect(ask().call(Master.method.status, {}, { timeout: 200 })).rejects.toMatchObject({
        code: 'UNREACHABLE',
        message: expect.stringContaining('did not answer within 0.2 s') as unknown,
      });
      const read = async () => {
        const stream = ask().stream(Master.method.prove, { traceId: 'LOT' }, never, { silence: 200 });
        for await (const { part } of stream) expect(part).toBe('nothing');
      };
      expect(await codeOf(read)).toBe('UNREACHABLE');
      expect(performance.now() - began).toBeLessThan(IN_TIME_MS);
    } finally {
      await consortium.stop(FIRST);
    }
  });

  it('does not take a code or a text as it comes', async () => {
    const metadata = new Metadata();
    metadata.set('cotrace-code', 'no code; the proof holds');
    const unary = () =>
      Promise.reject(
        Object.assign(new Error(), { code: status.INTERNAL, details: 'x'.repeat(2000), metadata }),
      );
    await consortium.startFalse(FIRST, { unary });
    try {
      const error = await ask()
        .call(Master.method.status, {})
        .catch((caught: unknown) => caught as Error);
      expect(error).toMatchObject({ code: 'UNREACHABLE' });
      expect((error as Error).message.length).toBeLessThan(600);
    } finally {
      await consortium.stop(FIRST);
    }
  });
});

describe('a client', () => {
  it('has nobody to name where all masters are honest', async () => {
    await consortium.start(FIRST);
    try {
      const connections = await connected();
      expect(await traced(connections)).toEqual(['first', 'second']);
      expect(await found(connections)).toEqual(['here']);
      expect(namesFirst(connections, null)).toBe(true);
    } finally {
      await consortium.stop(FIRST);
    }
  });
});
