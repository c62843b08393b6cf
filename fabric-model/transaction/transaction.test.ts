import { describe, expect, it } from '@jest/globals';
import { fromUtf8, utf8 } from '@cotrace/core';
import * as common from '../gen/fabric/common_pb.js';
import * as peer from '../gen/fabric/peer_pb.js';
import { organization } from '../validation/testing/channel.js';
import { transaction } from '../validation/testing/transaction.js';
import { decode } from '../wire/decode.js';
import { encodeProposalPayload, withoutTransient } from './builders.js';
import { decodeEnvelope } from './envelope.js';
import { decodeInput, decodeTransaction } from './transaction.js';

describe('decodeTransaction', () => {
  it('gives back what the builders made', async () => {
    const org = await organization('Org1MSP');
    const event = { name: 'captured', txId: 'id', payload: utf8('p') };
    const rwset = [{ namespace: 'production', writes: [{ key: 'k', value: utf8('v') }] }];
    const bytes = await transaction({ creator: org.client, endorsers: [org.peer], event, rwset });
    const envelope = decodeEnvelope(bytes);
    expect(envelope.creator).toEqual(org.client.bytes);
    expect(envelope.channelHeader).toMatchObject({ type: 3, channelId: 'main', epoch: 0n, version: 0 });
    expect(envelope.channelHeader.timestamp).toMatchObject({ seconds: 0n, nanos: 0 });
    const decoded = decodeTransaction(envelope);
    expect(decoded).toMatchObject({
      txId: envelope.channelHeader.txId,
      chaincode: { name: 'production', version: '1' },
      invoked: 'production',
      response: { status: 200, message: '' },
      event: { chaincodeId: 'production', eventName: 'captured', txId: 'id', payload: utf8('p') },
    });
    expect(decoded.input.args.map(fromUtf8)).toEqual(['capture', '{}']);
    expect(decoded.endorsements.map(({ endorser }) => endorser)).toEqual([org.peer.bytes]);
    expect(decoded.rwset).toMatchObject([{ namespace: 'production', writes: [{ key: 'k' }] }]);
    expect(decoded.rwset).toBe(decoded.rwset);
  });

  it('anything else than one endorsed action is refused', async () => {
    const org = await organization('Org1MSP');
    const refused = expect.objectContaining({ code: 'NOT_A_TRANSACTION' });
    const make = async (parts: { data?: Uint8Array; type?: common.HeaderType }) =>
      decodeEnvelope(await transaction({ creator: org.client, endorsers: [], ...parts }));
    const config = await make({ type: common.HeaderType.CONFIG });
    const empty = await make({ data: new Uint8Array() });
    expect(() => decodeTransaction(config)).toThrow(refused);
    expect(() => decodeTransaction(empty)).toThrow(refused);
  });

  it('transient data is for endorsers alone', () => {
    const whole = encodeProposalPayload('retail', [utf8('f')], { secret: utf8('s') });
    const message = decode(peer.ChaincodeProposalPayloadSchema, whole);
    expect(message.TransientMap).toEqual({ secret: utf8('s') });
    const visible = withoutTransient(message);
    expect(visible).toEqual(encodeProposalPayload('retail', [utf8('f')]));
    expect(decodeInput(visible)).toEqual({ chaincode: 'retail', args: [utf8('f')], isInit: false });
  });

  it('an envelope without header is refused', () => {
    expect(() => decodeEnvelope(new Uint8Array())).toThrow(expect.objectContaining({ code: 'NO_HEADER' }));
  });
});
