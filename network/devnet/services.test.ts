import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { equalBytes, utf8 } from '@cotrace/core';
import {
  ChannelConfig,
  checkBlock,
  common,
  decodeBlock,
  encodeBlock,
  encodeChannelHeader,
  encodePayload,
  encodeSignatureHeader,
  orderer,
  peer,
  verifyBlockSignature,
} from '@cotrace/fabric-model';
import type { Client, ClientDuplexStream } from '@grpc/grpc-js';
import { loadIdentity, type SigningIdentity } from '../identity/signer.js';
import { makeProposal } from './endorser/make-proposal.js';
import { methodDefinition } from './rpc/services.js';
import { startAssetNetwork, text, type AssetNetwork } from './testing/asset-network.js';
import { ordererChannel, organisationOf, peerChannel, userOf } from './testing/gateway-client.js';

const EMPTY = new Uint8Array();

const seekNumber = (blockNum: bigint): orderer.SeekPosition =>
  create(orderer.SeekPositionSchema, { Type: { case: 'specified', value: { number: blockNum } } });
const seekOldest = create(orderer.SeekPositionSchema, { Type: { case: 'oldest', value: {} } });
const seekNewest = create(orderer.SeekPositionSchema, { Type: { case: 'newest', value: {} } });

interface SeekOptions {
  readonly start?: orderer.SeekPosition;
  readonly stop?: orderer.SeekPosition;
  readonly behavior?: orderer.SeekInfo_SeekBehavior;
  readonly contentType?: orderer.SeekInfo_SeekContentType;
  readonly channelId?: string;
  readonly timestamp?: Date;
}

function seekEnvelope(signer: SigningIdentity, options: SeekOptions): common.Envelope {
  const { channelId = 'main', timestamp = new Date(), ...seek } = options;
  const channelHeader = encodeChannelHeader({
    type: common.HeaderType.DELIVER_SEEK_INFO,
    channelId,
    timestamp,
  });
  const data = toBinary(orderer.SeekInfoSchema, create(orderer.SeekInfoSchema, seek));
  const payload = encodePayload(channelHeader, encodeSignatureHeader(signer.serialized, utf8('n')), data);
  return create(common.EnvelopeSchema, { payload, signature: signer.sign(payload) });
}

/** Sends requests and collects all responses until the server ends the stream, or `enough` have come. */
function exchange<Request, Response>(
  open: () => ClientDuplexStream<Request, Response>,
  requests: readonly Request[],
  enough = Infinity,
): Promise<Response[]> {
  return new Promise((resolve, reject) => {
    const stream = open();
    const responses: Response[] = [];
    stream.on('data', (response: Response) => {
      responses.push(response);
      if (responses.length === enough) {
        stream.cancel();
        resolve(responses);
      }
    });
    stream.on('end', () => resolve(responses));
    stream.on('error', (error) => (responses.length >= enough ? undefined : reject(error)));
    for (const request of requests) stream.write(request);
    stream.end();
  });
}

const DELIVER = methodDefinition<common.Envelope, peer.DeliverResponse>(peer.Deliver, 'Deliver');
const FILTERED = methodDefinition<common.Envelope, peer.DeliverResponse>(peer.Deliver, 'DeliverFiltered');
const PRIVATE = methodDefinition<common.Envelope, peer.DeliverResponse>(
  peer.Deliver,
  'DeliverWithPrivateData',
);
const ORDERER_DELIVER = methodDefinition<common.Envelope, orderer.DeliverResponse>(
  orderer.AtomicBroadcast,
  'Deliver',
);
const BROADCAST = methodDefinition<common.Envelope, orderer.BroadcastResponse>(
  orderer.AtomicBroadcast,
  'Broadcast',
);

// Processes start here, on machines that may be busy.
jest.setTimeout(60_000);

describe('the services of peers and orderer', () => {
  let asset: AssetNetwork;
  let user: SigningIdentity;
  let peerClient: Client;
  let ordererClient: Client;

  beforeAll(async () => {
    asset = await startAssetNetwork();
    user = userOf(asset.network, 'org1');
    peerClient = peerChannel(asset.network, 'org1');
    ordererClient = ordererChannel(asset.network);
    await asset.contract.submitTransaction('create', 'first', 'x');
    await asset.contract.submitTransaction('put', 'second', 'y');
  });

  afterAll(async () => {
    peerClient.close();
    ordererClient.close();
    await asset.close();
  });

  const deliver = (options: SeekOptions, method = DELIVER, enough?: number, signer = user) =>
    exchange(
      () =>
        peerClient.makeBidiStreamRequest(method.path, method.requestSerialize, method.responseDeserialize),
      [seekEnvelope(signer, options)],
      enough,
    );
  const statusOf = async (options: SeekOptions, signer = user): Promise<unknown> => {
    const [first] = await deliver(options, DELIVER, undefined, signer);
    return first?.Type.case === 'status' ? first.Type.value : first?.Type.case;
  };

  describe('Deliver', () => {
    it('sends the chain as it is stored: linked, well formed, signed by the orderer', async () => {
      const { height } = asset.network.ledger('main');
      const responses = await deliver({ start: seekOldest, stop: seekNumber(height - 1n) });
      const blocks = responses.flatMap(({ Type: type }) =>
        type.case === 'block' ? [decodeBlock(toBinary(common.BlockSchema, type.value))] : [],
      );
      expect(blocks).toHaveLength(Number(height));
      expect(responses.at(-1)?.Type).toEqual({ case: 'status', value: common.Status.SUCCESS });
      const config = ChannelConfig.fromBlock(blocks[0]?.bytes ?? new Uint8Array());
      for (const [i, block] of blocks.entries()) {
        const stored = await asset.network.ledger('main').block(block.number);
        expect(equalBytes(stored?.bytes ?? new Uint8Array(), block.bytes)).toBe(true);
        checkBlock(block, blocks[i - 1]);
        if (i > 0) expect(() => verifyBlockSignature(block, config, config.manager())).not.toThrow();
      }
    });

    it('goes on with blocks that are committed later', async () => {
      const { height } = asset.network.ledger('main');
      const waiting = deliver({ start: seekNumber(height), stop: seekNumber(height) }, DELIVER);
      await asset.contract.submitTransaction('put', 'later', 'z');
      expect((await waiting).map(({ Type: { case: kind } }) => kind)).toEqual(['block', 'status']);
    });

    it('serves several seeks on one stream', async () => {
      const one = seekEnvelope(user, { start: seekNumber(1n), stop: seekNumber(1n) });
      const responses = await exchange(
        () =>
          peerClient.makeBidiStreamRequest(
            DELIVER.path,
            DELIVER.requestSerialize,
            DELIVER.responseDeserialize,
          ),
        [one, one],
      );
      expect(responses.map(({ Type: { case: kind } }) => kind)).toEqual([
        'block',
        'status',
        'block',
        'status',
      ]);
    });

    it('sends the newest block alone', async () => {
      const responses = await deliver({ start: seekNewest, stop: seekNewest });
      expect(responses.map(({ Type: { case: kind } }) => kind)).toEqual(['block', 'status']);
    });

    it('leaves the data out where only header and signatures are asked for', async () => {
      const contentType = orderer.SeekInfo_SeekContentType.HEADER_WITH_SIG_BYTES;
      const responses = await deliver({ start: seekOldest, stop: seekNumber(1n), contentType });
      const sizes = responses.map(({ Type: type }) =>
        type.case === 'block' ? type.value.data?.data.length : 'status',
      );
      expect(sizes).toEqual([1, undefined, 'status']);
    });

    it('refuses with the status that Fabric gives', async () => {
      const range = { start: seekOldest, stop: seekNumber(0n) };
      const { Status } = common;
      const outsider: SigningIdentity = { ...user, sign: userOf(asset.network, 'org2').sign };
      const fail = orderer.SeekInfo_SeekBehavior.FAIL_IF_NOT_READY;
      const { height } = asset.network.ledger('main');
      expect(await statusOf({ ...range, channelId: 'nowhere' })).toBe(Status.NOT_FOUND);
      expect(await statusOf({ stop: seekNumber(0n) })).toBe(Status.BAD_REQUEST);
      expect(await statusOf({ start: seekOldest })).toBe(Status.BAD_REQUEST);
      expect(await statusOf({ start: seekNumber(2n), stop: seekNumber(1n) })).toBe(Status.BAD_REQUEST);
      expect(await statusOf({ start: seekNumber(height + 1n), stop: seekNumber(height + 9n) })).toBe(
        Status.NOT_FOUND,
      );
      expect(await statusOf({ start: seekNumber(height), stop: seekNumber(height), behavior: fail })).toBe(
        Status.NOT_FOUND,
      );
      expect(await statusOf({ ...range, timestamp: new Date(Date.now() - 16 * 60_000) })).toBe(
        Status.BAD_REQUEST,
      );
      expect(await statusOf(range, outsider)).toBe(Status.FORBIDDEN);
    });

    it('filters blocks: ids, codes, and events without their payload', async () => {
      const responses = await deliver({ start: seekOldest, stop: seekNewest }, FILTERED);
      const blocks = responses.flatMap(({ Type: type }) =>
        type.case === 'filteredBlock' ? [type.value] : [],
      );
      expect(blocks[0]?.filteredTransactions[0]?.type).toBe(common.HeaderType.CONFIG);
      const events = blocks
        .flatMap(({ filteredTransactions }) => filteredTransactions)
        .flatMap(({ Data: data }) => (data.case === 'transactionActions' ? data.value.chaincodeActions : []))
        .map(({ chaincodeEvent }) => chaincodeEvent);
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({
        chaincodeId: 'asset',
        eventName: 'created',
        payload: new Uint8Array(),
      });
      expect(blocks.every(({ channelId }) => channelId === 'main')).toBe(true);
    });

    it('sends blocks with the private data that there is: none', async () => {
      const [first] = await deliver({ start: seekNumber(1n), stop: seekNumber(1n) }, PRIVATE);
      expect(first?.Type.case).toBe('blockAndPrivateData');
      if (first?.Type.case !== 'blockAndPrivateData') return;
      expect(first.Type.value.block?.header?.number).toBe(1n);
      expect(first.Type.value.privateDataMap).toEqual({});
    });
  });

  describe('the orderer', () => {
    const broadcast = (...envelopes: common.Envelope[]): Promise<orderer.BroadcastResponse[]> =>
      exchange(
        () =>
          ordererClient.makeBidiStreamRequest(
            BROADCAST.path,
            BROADCAST.requestSerialize,
            BROADCAST.responseDeserialize,
          ),
        envelopes,
      );

    it('delivers the same blocks to readers, without what peers found out about them', async () => {
      const [first] = await exchange(
        () =>
          ordererClient.makeBidiStreamRequest(
            ORDERER_DELIVER.path,
            ORDERER_DELIVER.requestSerialize,
            ORDERER_DELIVER.responseDeserialize,
          ),
        [seekEnvelope(user, { start: seekNumber(1n), stop: seekNumber(1n) })],
      );
      const stored = await asset.network.ledger('main').block(1n);
      expect(first?.Type.case).toBe('block');
      if (first?.Type.case !== 'block' || stored === null) return;
      const [signatures = EMPTY, lastConfig = EMPTY] = stored.block.metadata;
      const ordered = encodeBlock({
        ...stored.block,
        metadata: [signatures, lastConfig, EMPTY, EMPTY, EMPTY],
      });
      expect(toBinary(common.BlockSchema, first.Type.value)).toEqual(ordered);
    });

    it('orders what a writer signed, one answer each, and refuses the rest, ending the stream', async () => {
      const proposal = makeProposal({ channelId: 'main', chaincode: 'asset', args: [] }, user);
      const payload = encodePayload(proposal.channelHeader, proposal.signatureHeader, new Uint8Array());
      const good = create(common.EnvelopeSchema, { payload, signature: user.sign(payload) });
      const answers = await broadcast(good, create(common.EnvelopeSchema), good);
      expect(answers.map(({ status }) => status)).toEqual([common.Status.SUCCESS, common.Status.BAD_REQUEST]);
    });

    const header = (channelId: string, type: common.HeaderType): Uint8Array =>
      encodePayload(
        encodeChannelHeader({ channelId, type }),
        encodeSignatureHeader(user.serialized, utf8('n')),
        new Uint8Array(),
      );
    it.each([
      [
        'nowhere',
        common.HeaderType.ENDORSER_TRANSACTION,
        common.Status.BAD_REQUEST,
        'channel does not exist',
      ],
      [
        'main',
        common.HeaderType.CONFIG,
        common.Status.BAD_REQUEST,
        'message is of type that cannot be processed directly',
      ],
      [
        'main',
        common.HeaderType.CONFIG_UPDATE,
        common.Status.FORBIDDEN,
        'config update for existing channel did not pass initial checks: implicit policy evaluation failed',
      ],
      ['main', common.HeaderType.ENDORSER_TRANSACTION, common.Status.FORBIDDEN, 'permission denied'],
    ])('refuses on %s what is of type %i', async (channelId, type, code, info) => {
      const payload = header(channelId, type);
      const [answer] = await broadcast(create(common.EnvelopeSchema, { payload, signature: utf8('none') }));
      expect(answer?.status).toBe(code);
      expect(answer?.info).toContain(info);
    });

    it('refuses what is larger than a block may be', async () => {
      const data = new Uint8Array(10 * 1024 * 1024 + 1);
      const large = encodePayload(
        encodeChannelHeader({ channelId: 'main', type: common.HeaderType.ENDORSER_TRANSACTION }),
        encodeSignatureHeader(user.serialized, utf8('n')),
        data,
      );
      const [answer] = await broadcast(
        create(common.EnvelopeSchema, { payload: large, signature: user.sign(large) }),
      );
      expect(answer).toMatchObject({ status: common.Status.BAD_REQUEST });
      expect(answer?.info).toMatch(
        /^message payload is \d+ bytes and exceeds maximum allowed 10485760 bytes$/,
      );
    });
  });

  it('Endorser answers on its own, and with a gRPC error for a proposal that is none', async () => {
    const method = methodDefinition<peer.SignedProposal, peer.ProposalResponse>(
      peer.Endorser,
      'ProcessProposal',
    );
    const call = (signed: peer.SignedProposal): Promise<peer.ProposalResponse | null> =>
      new Promise((resolve, reject) => {
        peerClient.makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          signed,
          (error, value) => (error === null ? resolve(value ?? null) : reject(error)),
        );
      });
    const propose = (
      args: string[],
      chaincode = 'asset',
      channelId = 'main',
    ): Promise<peer.ProposalResponse | null> =>
      call(makeProposal({ channelId, chaincode, args: args.map(utf8) }, user).signed);
    const response = await propose(['caller']);
    expect(response?.response?.status).toBe(200);
    expect(text(response?.response?.payload ?? new Uint8Array())).toContain('Org1MSP');
    const endorser = loadIdentity(
      join(asset.network.layout.peer(organisationOf(asset.network, 'org1')), 'msp'),
      'Org1MSP',
    );
    expect(response?.endorsement?.endorser).toEqual(endorser.serialized);
    const channels = await propose(['GetChannels'], 'cscc', '');
    expect(
      fromBinary(peer.ChannelQueryResponseSchema, channels?.response?.payload ?? new Uint8Array()),
    ).toMatchObject({
      channels: [{ channelId: 'main' }, { channelId: 'checking' }],
    });
    expect((await propose(['x'], 'asset', 'nowhere'))?.response).toMatchObject({
      status: 500,
      message: "channel 'nowhere' not found",
    });
    expect((await propose(['x'], 'nobody'))?.response?.message).toBe(
      'make sure the chaincode nobody has been successfully defined on channel main and try again: chaincode nobody not found',
    );
    const { proposalBytes } = makeProposal({ channelId: 'main', chaincode: 'asset', args: [] }, user).signed;
    await expect(
      call(create(peer.SignedProposalSchema, { proposalBytes, signature: utf8('x') })),
    ).rejects.toMatchObject({
      code: 2,
      details: 'error validating proposal: access denied: channel [main] creator org [Org1MSP]',
    });
    await expect(call(create(peer.SignedProposalSchema))).rejects.toMatchObject({
      code: 2,
      details: expect.stringContaining(
        'request unauthorized due to incorrect timestamp 1970-01-01T00:00:00Z',
      ) as unknown,
    });
  });
});
