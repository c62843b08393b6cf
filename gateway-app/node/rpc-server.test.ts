import { once } from 'node:events';
import { create } from '@bufbuild/protobuf';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CotraceError } from '@cotrace/core';
import { AttestationListSchema, EvidenceListSchema, Business, Master } from '../gen/cotrace/cotrace_pb.js';
import { codeOf } from '../testing/codes.js';
import { TestNetwork } from '../testing/test-network.js';
import { closeOf, framed, rawAnswer, rawCall, resets, TestRpc } from '../testing/test-rpc.js';
import { pathOf, streaming, unary, type RpcMethod } from './rpc-method.js';

const MIB = 1024 * 1024;
const LIMITS = { bytes: 1000, elements: 10 };
const PATH = pathOf(Master.method.attestationsOf);

let network: TestNetwork;
let test: TestRpc;
let decoded = 0;

beforeAll(async () => {
  network = await TestNetwork.create({ organisations: 2, domains: ['goods'] });
});
afterAll(() => network.remove());
afterEach(() => test.close());

async function start(...methods: readonly RpcMethod[]): Promise<void> {
  decoded = 0;
  const counting = unary(Master.method.attestationsOf, LIMITS, () => {
    decoded += 1;
    return create(AttestationListSchema);
  });
  test = await TestRpc.start(network, [counting, ...methods]);
}

/** An answer of so many bytes. */
const large = (bytes: number) =>
  unary(Business.method.evidenceKept, LIMITS, () =>
    create(EvidenceListSchema, { evidence: [{ reason: 'x'.repeat(bytes) }] }),
  );

describe('a stranger', () => {
  it('is refused by the certificate of the connection; nothing that it sends is decoded or waited for', async () => {
    await start();
    const stream = rawCall(await test.http2(test.stranger), PATH);
    // The message is announced and never sent.
    stream.write(framed(new Uint8Array(), 20 * MIB));
    expect(await rawAnswer(stream)).toEqual({ code: 'UNKNOWN_CALLER', bytes: 0 });
    expect(decoded).toBe(0);
    expect(test.warnings).toHaveLength(1);
  });

  it('with others of its kind does not keep known callers from connecting', async () => {
    await start();
    let refusals = 0;
    let isOver = false;
    const comesBack = async () => {
      while (!isOver) {
        const session = await test.http2(test.stranger).catch(() => null);
        if (session === null) continue;
        if ((await rawAnswer(rawCall(session, PATH))).code === 'UNKNOWN_CALLER') refusals += 1;
        session.destroy();
      }
    };
    const strangers = Array.from({ length: 12 }, comesBack);
    const begin = performance.now();
    let longest = 0;
    while (performance.now() - begin < 2000) {
      const asked = performance.now();
      const client = test.client(test.known);
      await client.call(Master.method.attestationsOf, {});
      client.close();
      longest = Math.max(longest, performance.now() - asked);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    isOver = true;
    expect(longest).toBeLessThan(5000);
    expect(refusals).toBeGreaterThan(10);
    // The burst, and what comes in time.
    expect(refusals).toBeLessThan(50 + 0.04 * (performance.now() - begin));
    test.close();
    await Promise.allSettled(strangers);
  });
});

describe('a known caller', () => {
  it('is answered, in messages and in errors with any text', async () => {
    const text = 'ä % \n “quoted” 100 %20';
    await start(
      unary(Business.method.evidenceKept, LIMITS, () => {
        throw new Error('a secret');
      }),
      unary(Business.method.getState, LIMITS, ({ key }) => {
        throw new CotraceError('NOT_FOUND', key);
      }),
    );
    const client = test.client(test.known);
    expect(await client.call(Master.method.attestationsOf, { blockNums: [1n] })).toMatchObject({
      attestations: [],
    });
    await expect(client.call(Business.method.evidenceKept, {})).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('see the log of the node'),
    });
    expect(await codeOf(() => client.call(Business.method.digest, {}))).toBe('NO_METHOD');
    await expect(client.call(Business.method.getState, { key: text })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: text,
    });
  });

  it('cannot send a larger request than its method takes: it is refused before it is there', async () => {
    await start();
    const stream = rawCall(await test.http2(test.known), PATH);
    stream.write(framed(new Uint8Array(), LIMITS.bytes + 1));
    expect((await rawAnswer(stream)).code).toBe('BAD_REQUEST');
    expect(decoded).toBe(0);
  });

  it.each([
    [
      'more elements than its method takes',
      'TOO_MANY_ELEMENTS',
      framed(new Uint8Array(22).map((_, i) => (i % 2 === 0 ? 8 : 1))),
    ],
    ['two messages', 'BAD_REQUEST', Buffer.concat([framed(new Uint8Array()), framed(new Uint8Array())])],
    ['less than it announced', 'BAD_REQUEST', framed(new Uint8Array(3), 4)],
    ['half a prefix', 'BAD_REQUEST', Buffer.alloc(3)],
    ['a compressed message', 'BAD_REQUEST', Buffer.from([1, 0, 0, 0, 0])],
    ['something that is no message', 'BAD_PROTOBUF', framed(Uint8Array.of(0xff))],
  ])('that sends %s gets %s', async (_title, code, sent) => {
    await start();
    const stream = rawCall(await test.http2(test.known), PATH);
    stream.end(sent);
    expect((await rawAnswer(stream)).code).toBe(code);
    expect(decoded).toBe(0);
  });

  it('that sends its request in single bytes is understood', async () => {
    await start();
    const stream = rawCall(await test.http2(test.known), PATH);
    for (const byte of framed(Uint8Array.of(8, 1, 8, 2))) stream.write(Buffer.of(byte));
    stream.end();
    expect(await rawAnswer(stream)).toEqual({ code: undefined, bytes: 5 });
    expect(decoded).toBe(1);
  });

  it('has so many calls at a time and no more, over all its connections', async () => {
    let ended = 0;
    await start(
      streaming(Master.method.attestations, LIMITS, async function* (_request, _caller, signal) {
        await once(signal, 'abort');
        ended += 1;
      }),
    );
    const sessions = await Promise.all([1, 2, 3].map(() => test.http2(test.known)));
    const calls = sessions.flatMap((session) =>
      Array.from({ length: 90 }, () => {
        const stream = rawCall(session, pathOf(Master.method.attestations));
        stream.end(framed(new Uint8Array()));
        return rawAnswer(stream);
      }),
    );
    let refused = 0;
    for (const call of calls) void call.then(({ code }) => (refused += code === 'TOO_MANY_CALLS' ? 1 : 0));
    while (refused < 270 - 256) await new Promise((resolve) => setTimeout(resolve, 10));
    // Somebody else is not affected, and it is told once.
    await test.client(test.otherKnown).call(Master.method.attestationsOf, {});
    expect(test.warnings).toHaveLength(1);
    for (const session of sessions) session.destroy();
    await Promise.all(calls);
    while (ended < 256) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(refused).toBe(270 - 256);
  });

  it('that does not take its answers gets no more of them', async () => {
    await start(large(10 * MIB));
    const session = await test.http2(test.known);
    const codes = Array.from({ length: 20 }, async () => {
      const stream = rawCall(session, pathOf(Business.method.evidenceKept));
      stream.end(framed(new Uint8Array()));
      const [headers] = (await once(stream, 'response')) as [Readonly<Record<string, unknown>>];
      return headers['cotrace-code'];
    });
    const refused = (await Promise.all(codes)).filter((code) => code === 'TOO_MANY_CALLS');
    expect(refused).toHaveLength(20 - 6);
  });

  it('that takes its calls back again and again loses its connections and gets no new ones', async () => {
    await start();
    const [first, second] = [await test.tls(test.known), await test.tls(test.known)];
    for (const socket of [first, second]) socket.resume().write(resets(PATH, 700));
    await Promise.race([closeOf(first), closeOf(second)]);
    const refused = rawCall(await test.http2(test.known), PATH);
    refused.end(framed(new Uint8Array()));
    expect((await rawAnswer(refused)).code).toBe('TOO_MANY_CALLS');
    await test.client(test.otherKnown).call(Master.method.attestationsOf, {});
  });

  it('has so many connections at a time and no more', async () => {
    await start();
    const sessions = [];
    for (let i = 0; i < 64; i++) sessions.push(await test.http2(test.known));
    const over = rawCall(await test.http2(test.known), PATH);
    over.end(framed(new Uint8Array()));
    expect((await rawAnswer(over)).code).toBe('TOO_MANY_CALLS');
    const [first] = sessions;
    first?.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await test.client(test.known).call(Master.method.attestationsOf, {});
  });
});

describe('a client', () => {
  it('does not make objects of an answer of millions of empty messages', async () => {
    const bomb: RpcMethod = {
      path: pathOf(Business.method.evidenceKept),
      limits: LIMITS,
      async *answers() {
        yield await Promise.resolve(new Uint8Array(19 * MIB).map((_, i) => (i % 2 === 0 ? 0x0a : 0)));
      },
    };
    await start(bomb);
    const before = process.memoryUsage().heapUsed;
    const call = () => test.client(test.known).call(Business.method.evidenceKept, {});
    expect(await codeOf(call)).toBe('TOO_MANY_ELEMENTS');
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200 * MIB);
  });
});
