import { common } from '@cotrace/fabric-model';
import type { Channel } from '../channel/channel.js';
import type { BroadcastResult } from '../gateway/submit.js';
import { messageOf } from '../rpc/rpc-error.js';
import { channelHeaderOf, creatorOf, unmarshal } from '../rpc/unmarshal.js';
import { batchLimits, envelopeSize } from './chain.js';

const { Status, HeaderType } = common;

/** Kinds of messages that are not ordered as they are (`BroadcastChannelSupport`). */
function refuseType(type: number): BroadcastResult | null {
  switch (type) {
    case HeaderType.CONFIG as number:
      return { status: Status.BAD_REQUEST, info: 'message is of type that cannot be processed directly' };
    case HeaderType.ORDERER_TRANSACTION as number:
      return { status: Status.BAD_REQUEST, info: 'message is of type that is no longer supported' };
    case HeaderType.CONFIG_UPDATE as number:
      return { status: Status.NOT_IMPLEMENTED, info: 'configuration updates are not emulated' };
    default:
      return null;
  }
}

/**
 * Checks an envelope as an orderer does before it orders it, in that order: channel, type, size,
 * expiry, channel Writers (orderer/common/broadcast, orderer/common/msgprocessor). Null means: order it.
 */
export function refuseEnvelope(
  envelope: common.Envelope,
  findChannel: (channelId: string) => Channel | null,
  now: number,
): BroadcastResult | null {
  const bad = (info: string): BroadcastResult => ({ status: Status.BAD_REQUEST, info });
  let payload: common.Payload;
  let channelHeader: common.ChannelHeader;
  try {
    payload = unmarshal(common.PayloadSchema, envelope.payload);
    channelHeader = channelHeaderOf(payload);
  } catch (error) {
    return bad(`could not determine channel ID: ${messageOf(error)}`);
  }
  const channel = findChannel(channelHeader.channelId);
  if (channel === null) return bad('channel does not exist');
  const refused = refuseType(channelHeader.type);
  if (refused !== null) return refused;
  const size = envelopeSize(envelope);
  const { absoluteMaxBytes } = batchLimits(channel.ledger);
  if (size > absoluteMaxBytes) {
    return bad(`message payload is ${size} bytes and exceeds maximum allowed ${absoluteMaxBytes} bytes`);
  }
  let identity: Uint8Array;
  try {
    identity = creatorOf(payload);
  } catch (error) {
    return bad(messageOf(error));
  }
  const expiresAt = channel.access.expiresAt(identity);
  if (expiresAt !== null && now >= expiresAt.getTime()) return bad('broadcast client identity expired');
  try {
    const { payload: data, signature } = envelope;
    channel.access.checkPolicy('/Channel/Writers', { identity, data, signature });
  } catch (error) {
    return { status: Status.FORBIDDEN, info: `${messageOf(error)}: permission denied` };
  }
  return null;
}

/** Checks an envelope and hands it to its channel's chain. */
export function broadcast(
  envelope: common.Envelope,
  findChannel: (channelId: string) => Channel | null,
  now: number,
): BroadcastResult {
  const refused = refuseEnvelope(envelope, findChannel, now);
  if (refused !== null) return refused;
  const { channelId } = channelHeaderOf(unmarshal(common.PayloadSchema, envelope.payload));
  const chain = findChannel(channelId)?.chain;
  if (chain?.ready !== true) {
    return { status: Status.SERVICE_UNAVAILABLE, info: 'rejected by Consenter: raft: no leader' };
  }
  chain.order(envelope);
  return { status: Status.SUCCESS, info: '' };
}
