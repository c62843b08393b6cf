import { common, decode } from '@cotrace/fabric-model';
import type { Channel } from '../channel/channel.js';
import type { BroadcastResult } from '../gateway/submit.js';
import { messageOf } from '../rpc/rpc-error.js';
import { batchLimits, envelopeSize } from './chain.js';

const { Status, HeaderType } = common;

interface Headers {
  readonly channelHeader: common.ChannelHeader;
  readonly creator: Uint8Array;
}

function readHeaders({ payload }: common.Envelope): Headers {
  const { header } = decode(common.PayloadSchema, payload);
  const channelHeader = decode(common.ChannelHeaderSchema, header?.channelHeader ?? new Uint8Array());
  const { creator } = decode(common.SignatureHeaderSchema, header?.signatureHeader ?? new Uint8Array());
  return { channelHeader, creator };
}

/** Kinds of messages that are not ordered as they are (`BroadcastChannelSupport`). */
function refuseType(type: number): BroadcastResult | undefined {
  switch (type) {
    case HeaderType.CONFIG as number:
      return { status: Status.BAD_REQUEST, info: 'message is of type that cannot be processed directly' };
    case HeaderType.ORDERER_TRANSACTION as number:
      return { status: Status.BAD_REQUEST, info: 'message is of type that is no longer supported' };
    case HeaderType.CONFIG_UPDATE as number:
      return { status: Status.NOT_IMPLEMENTED, info: 'configuration updates are not emulated' };
    default:
      return undefined;
  }
}

/**
 * Checks an envelope as an orderer does before it orders it, in that order: channel, type, empty, size,
 * expiry, channel Writers (orderer/common/broadcast, orderer/common/msgprocessor). Undefined means: order it.
 */
export function refuseEnvelope(
  envelope: common.Envelope,
  findChannel: (channelId: string) => Channel | undefined,
  now: number,
): BroadcastResult | undefined {
  const bad = (info: string): BroadcastResult => ({ status: Status.BAD_REQUEST, info });
  let headers: Headers;
  try {
    headers = readHeaders(envelope);
  } catch (error) {
    return bad(`could not determine channel ID: ${messageOf(error)}`);
  }
  const channel = findChannel(headers.channelHeader.channelId);
  if (channel === undefined) return bad('channel does not exist');
  const refused = refuseType(headers.channelHeader.type);
  if (refused !== undefined) return refused;
  if (envelope.payload.length === 0) return bad('Message was empty');
  const size = envelopeSize(envelope);
  const { absoluteMaxBytes } = batchLimits(channel.ledger);
  if (size > absoluteMaxBytes) {
    return bad(`message payload is ${size} bytes and exceeds maximum allowed ${absoluteMaxBytes} bytes`);
  }
  const expiresAt = channel.access.expiresAt(headers.creator);
  if (expiresAt !== undefined && now >= expiresAt.getTime()) return bad('broadcast client identity expired');
  try {
    const { payload, signature } = envelope;
    channel.access.checkPolicy('/Channel/Writers', { identity: headers.creator, data: payload, signature });
  } catch (error) {
    return { status: Status.FORBIDDEN, info: `${messageOf(error)}: permission denied` };
  }
  return undefined;
}

/** Checks an envelope and hands it to its channel's chain. */
export function broadcast(
  envelope: common.Envelope,
  findChannel: (channelId: string) => Channel | undefined,
  now: number,
): BroadcastResult {
  const refused = refuseEnvelope(envelope, findChannel, now);
  if (refused !== undefined) return refused;
  const { channelHeader } = readHeaders(envelope);
  const chain = findChannel(channelHeader.channelId)?.chain;
  if (chain?.ready !== true) {
    return { status: Status.SERVICE_UNAVAILABLE, info: 'rejected by Consenter: raft: no leader' };
  }
  chain.order(envelope);
  return { status: Status.SUCCESS, info: '' };
}
