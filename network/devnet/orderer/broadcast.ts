import { common } from '@cotrace/fabric-model';
import type { Channel } from '../channel/channel.js';
import { messageOf } from '../rpc/rpc-error.js';
import { channelHeaderOf, unmarshal } from '../rpc/unmarshal.js';
import { badRequest } from './filters.js';
import type { BroadcastResult } from './broadcast-result.js';

const { Status, HeaderType } = common;
const SUCCESS: BroadcastResult = { status: Status.SUCCESS, info: '' };

/** Kinds of messages that are not ordered as they are (`BroadcastChannelSupport`). */
function refuseType(type: number): BroadcastResult | null {
  switch (type) {
    case HeaderType.CONFIG as number:
      return badRequest('message is of type that cannot be processed directly');
    case HeaderType.ORDERER_TRANSACTION as number:
      return badRequest('message is of type that is no longer supported');
    default:
      return null;
  }
}

/**
 * Checks an envelope as an orderer does before it orders it (orderer/common/broadcast), in that order: channel, type, then what
 * the channel's processor checks; and hands it, or the configuration that it makes, to the channel's chain.
 */
export function broadcast(
  envelope: common.Envelope,
  findChannel: (channelId: string) => Channel | null,
): BroadcastResult {
  let header: common.ChannelHeader;
  try {
    header = channelHeaderOf(unmarshal(common.PayloadSchema, envelope.payload));
  } catch (error) {
    return badRequest(`could not determine channel ID: ${messageOf(error)}`);
  }
  const channel = findChannel(header.channelId);
  if (channel === null) return badRequest('channel does not exist');
  const { chain } = channel;
  if (header.type === (HeaderType.CONFIG_UPDATE as number)) {
    const made = chain.processor.configure(envelope);
    if ('refused' in made) return made.refused;
    if (!chain.ready) return NO_LEADER;
    chain.configure(made.envelope, envelope);
    return SUCCESS;
  }
  const refused = refuseType(header.type) ?? chain.processor.refuse(envelope);
  if (refused !== null) return refused;
  if (!chain.ready) return NO_LEADER;
  chain.order(envelope);
  return SUCCESS;
}

const NO_LEADER: BroadcastResult = {
  status: Status.SERVICE_UNAVAILABLE,
  info: 'rejected by Consenter: raft: no leader',
};
