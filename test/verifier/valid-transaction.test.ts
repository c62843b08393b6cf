import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { concat, fromHex, isCotraceError, utf8 } from '@cotrace/core';
import {
  common,
  decodeEnvelope,
  domainsOf,
  encodeChannelHeader,
  encodeEnvelope,
  encodePayload,
} from '@cotrace/fabric-model';
import { errorOf } from '../../gateway-app/testing/codes.js';
import { TestNetwork } from '../../gateway-app/testing/test-network.js';
import {
  configuration,
  put,
  transaction,
  withPayloadAppended,
} from '../../gateway-app/testing/transactions.js';
import { validTransaction } from '../../verifier/main-block/valid-transaction.js';

/** A group that nobody knows, with a field number in it that only Go's library lets pass. */
const EIGHT_BYTES = fromHex('7b8080808010017c');
const PLACE = { block: 7n, txNum: 3 };

let network: TestNetwork;

beforeAll(async () => {
  network = await TestNetwork.create();
});

afterAll(async () => {
  await network.remove();
});

function refusal(envelope: Uint8Array): unknown {
  try {
    return validTransaction(envelope, PLACE);
  } catch (error) {
    if (isCotraceError(error)) return { code: error.code, detail: error.detail };
    throw error;
  }
}

const unreadable = (reason: string) => ({
  code: 'UNREADABLE_VALID_TRANSACTION',
  detail: { ...PLACE, reason },
});

/** The envelope of a transaction with other headers or other data. */
function altered(change: { type?: common.HeaderType; txId?: string; data?: Uint8Array }): Uint8Array {
  const { channelHeader, signatureHeaderBytes, data } = decodeEnvelope(put(network, 'goods', { a: '1' }));
  const header = encodeChannelHeader({
    type: change.type ?? common.HeaderType.ENDORSER_TRANSACTION,
    channelId: channelHeader.channelId,
    txId: change.txId ?? channelHeader.txId,
    timestamp: new Date(0),
    chaincode: 'goods',
  });
  return encodeEnvelope(encodePayload(header, signatureHeaderBytes, change.data ?? data), utf8('signature'));
}

describe('a transaction that its block marks as valid', () => {
  it('gives its read-write set and its domains', () => {
    const rwset = { goods: { writes: { a: '1' } }, retail: { writes: { b: '2' } } };
    const { envelope } = transaction(network, { chaincode: 'goods', rwset });
    expect(validTransaction(envelope, PLACE)?.rwset.map(({ namespace }) => namespace)).toEqual([
      'goods',
      'retail',
    ]);
  });

  it('is read with bytes appended that Fabric skips, to its payload and to its envelope', () => {
    const envelope = put(network, 'goods', { a: '1' });
    for (const odd of [
      withPayloadAppended(envelope, EIGHT_BYTES, network.organisation(0).client),
      concat(envelope, EIGHT_BYTES),
    ]) {
      expect(validTransaction(odd, PLACE)).toEqual(validTransaction(envelope, PLACE));
      expect(domainsOf(odd)).toEqual(['goods']);
    }
  });

  it('has no read-write set where it is a configuration', () => {
    expect(validTransaction(configuration(network), PLACE)).toBeNull();
  });

  it('is refused where it cannot be decoded down to its writes', () => {
    const { CONFIG_UPDATE } = common.HeaderType;
    expect(refusal(utf8('no envelope'))).toEqual(unreadable('BAD_PROTOBUF'));
    expect(refusal(encodeEnvelope(utf8('no payload'), utf8('signature')))).toEqual(
      unreadable('BAD_PROTOBUF'),
    );
    expect(refusal(encodeEnvelope(new Uint8Array(), utf8('signature')))).toEqual(unreadable('NO_HEADER'));
    expect(refusal(altered({ data: utf8('no transaction') }))).toEqual(unreadable('BAD_PROTOBUF'));
    expect(refusal(altered({ data: new Uint8Array() }))).toEqual(unreadable('NOT_A_TRANSACTION'));
    expect(refusal(altered({ type: CONFIG_UPDATE }))).toEqual(unreadable('NOT_A_TRANSACTION'));
    expect(refusal(altered({ txId: 'x' }))).toEqual(unreadable('BAD_TRANSACTION_ID'));
  });

  it('is refused with its place, the cause and what that may mean', () => {
    const { message, cause } = errorOf(() => validTransaction(altered({ txId: 'x' }), PLACE));
    expect(message).toBe(
      'transaction 3 of block 7 is marked as valid and cannot be read here ([BAD_TRANSACTION_ID] its id is not a ' +
        'SHA-256 hash): either the peer is at fault, or this program is too old for the network',
    );
    expect(cause).toMatchObject({ code: 'BAD_TRANSACTION_ID', detail: { length: 1 } });
  });

  it('is not called unreadable where this program gave its bytes away before', () => {
    const envelope = Buffer.from(new ArrayBuffer(8));
    structuredClone(envelope.buffer, { transfer: [envelope.buffer] });
    expect(() => refusal(envelope)).toThrow(expect.objectContaining({ name: 'TypeError' }));
  });
});
