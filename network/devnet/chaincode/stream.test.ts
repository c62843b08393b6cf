import { describe, expect, it } from '@jest/globals';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { utf8 } from '@cotrace/core';
import { peer } from '@cotrace/fabric-model';
import type { Simulator } from '../ledger/types.js';
import { parseChaincodeName } from './call-chaincode.js';
import { ChaincodeStream, readAnswer } from './stream.js';
import type { Invocation } from './transaction.js';

const Type = peer.ChaincodeMessage_Type;

function message(
  type: peer.ChaincodeMessage_Type,
  payload: Uint8Array = new Uint8Array(),
  txid = 'tx',
): peer.ChaincodeMessage {
  return create(peer.ChaincodeMessageSchema, { type, payload, txid, channelId: txid === '' ? '' : 'main' });
}

const register = message(
  Type.REGISTER,
  toBinary(peer.ChaincodeIDSchema, create(peer.ChaincodeIDSchema, { name: 'cc:1' })),
  '',
);

function open(executeTimeout = 1000): { stream: ChaincodeStream; sent: peer.ChaincodeMessage[] } {
  const sent: peer.ChaincodeMessage[] = [];
  const stream = new ChaincodeStream({
    send: (next) => sent.push(next),
    executeTimeout,
    context: {
      ledger: () => null,
      checkCallAccess: () => undefined,
      invoke: () => Promise.reject(new Error('no other chaincode')),
    },
  });
  return { stream, sent };
}

const state = new Map([['k', utf8('v')]]);
const simulator = { get: (_: string, key: string) => state.get(key) } as unknown as Simulator;
const invocation: Invocation = {
  channelId: 'main',
  txId: 'tx',
  proposal: create(peer.SignedProposalSchema),
  simulator,
  invokedName: 'cc',
};
const input = create(peer.ChaincodeInputSchema, { args: [utf8('f')] });
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the peer’s side of a chaincode stream', () => {
  it('answers a registration with REGISTERED and READY, and never offers batches', async () => {
    const { stream, sent } = open();
    stream.receive(register);
    expect(await stream.registered).toBe('cc:1');
    expect(sent.map(({ type }) => type)).toEqual([Type.REGISTERED, Type.READY]);
    expect(sent.every(({ payload }) => payload.length === 0)).toBe(true);
  });

  it('refuses everything else before, a second registration, and KEEPALIVE', () => {
    const { stream } = open();
    expect(() => stream.receive(message(Type.COMPLETED))).toThrow('cannot handle message (COMPLETED)');
    stream.receive(register);
    expect(() => stream.receive(register)).toThrow('cannot handle message (REGISTER) while in ready state');
    expect(() => stream.receive(message(Type.KEEPALIVE))).toThrow('KEEPALIVE');
    expect(() => open().stream.receive(message(Type.REGISTER, new Uint8Array(), ''))).toThrow(
      'name is empty',
    );
  });

  it('sends a transaction and gives its answer', async () => {
    const { stream, sent } = open();
    stream.receive(register);
    const answer = stream.execute(invocation, 'cc', input);
    expect(sent.at(-1)).toMatchObject({ type: Type.TRANSACTION, txid: 'tx', channelId: 'main' });
    const payload = toBinary(peer.ResponseSchema, create(peer.ResponseSchema, { status: 200 }));
    stream.receive(message(Type.COMPLETED, payload));
    expect(readAnswer(await answer, 'cc', 'tx').response.status).toBe(200);
  });

  it('serves requests of running transactions only', async () => {
    const { stream, sent } = open();
    stream.receive(register);
    const getState = toBinary(peer.GetStateSchema, create(peer.GetStateSchema, { key: 'k' }));
    stream.receive(message(Type.GET_STATE, getState));
    await settle();
    expect(sent.at(-1)).toMatchObject({ type: Type.ERROR });
    expect(Buffer.from(sent.at(-1)?.payload ?? []).toString()).toBe(
      'GET_STATE failed: transaction ID: tx: no ledger context',
    );
    void stream.execute(invocation, 'cc', input);
    stream.receive(message(Type.GET_STATE, getState));
    await settle();
    expect(sent.at(-1)).toMatchObject({
      type: Type.RESPONSE,
      payload: utf8('v'),
      txid: 'tx',
      channelId: 'main',
    });
    stream.receive(message(Type.GET_STATE, utf8('not protobuf')));
    await settle();
    expect(sent.at(-1)?.type).toBe(Type.ERROR);
    stream.receive(message(Type.COMPLETED));
  });

  it('does not run one transaction twice at a time', async () => {
    const { stream } = open();
    stream.receive(register);
    const first = stream.execute(invocation, 'cc', input);
    await expect(stream.execute(invocation, 'cc', input)).rejects.toMatchObject({
      code: 'TRANSACTION_EXISTS',
    });
    stream.receive(message(Type.COMPLETED));
    await first;
    const second = stream.execute(invocation, 'cc', input);
    stream.receive(message(Type.COMPLETED));
    await second;
  });

  it('ends what runs when it times out, or the stream does', async () => {
    const { stream } = open(20);
    await expect(stream.execute(invocation, 'cc', input)).rejects.toMatchObject({
      code: 'STREAM_TERMINATED',
    });
    stream.receive(register);
    await expect(stream.execute(invocation, 'cc', input)).rejects.toMatchObject({ code: 'EXECUTE_TIMEOUT' });
    const running = stream.execute(invocation, 'cc', input);
    stream.close();
    await expect(running).rejects.toMatchObject({ code: 'STREAM_TERMINATED' });
    await expect(open().stream.execute(invocation, 'cc', input)).rejects.toMatchObject({
      code: 'STREAM_TERMINATED',
    });
    const never = open().stream;
    never.close();
    await expect(never.registered).rejects.toMatchObject({ code: 'STREAM_TERMINATED' });
  });

  it('gives an event the names of its chaincode and transaction, whatever the chaincode wrote', () => {
    const answer = message(Type.COMPLETED);
    answer.chaincodeEvent = create(peer.ChaincodeEventSchema, {
      chaincodeId: 'other',
      txId: 'x',
      eventName: 'e',
    });
    expect(readAnswer(answer, 'cc', 'tx').event).toMatchObject({
      chaincodeId: 'cc',
      txId: 'tx',
      eventName: 'e',
    });
    expect(() => readAnswer(message(Type.ERROR, utf8('broken')), 'cc', 'tx')).toThrow(
      'transaction returned with failure: broken',
    );
    expect(fromBinary(peer.ChaincodeIDSchema, register.payload).name).toBe('cc:1');
  });
});

describe('the name of a called chaincode', () => {
  it.each([
    ['cc', 'cc', null],
    ['cc:1.0', 'cc', null],
    ['cc/other', 'cc', 'other'],
    ['cc:1.0/other', 'cc', 'other'],
    ['cc/', 'cc', null],
  ])('%s', (text, name, channelId) => {
    expect(parseChaincodeName(text)).toEqual({ name, channelId });
  });
});
