import type { SignedData } from '@cotrace/fabric-model';
import { status } from '@grpc/grpc-js';
import type { Channel } from '../channel/channel.js';
import type { AccessResource } from '../channel/access.js';
import { messageOf, RpcError } from '../rpc/rpc-error.js';
import type { GatewayContext } from './context.js';

/** The channel, if the signer may use `resource` of it. Throws `RpcError` PERMISSION_DENIED else. */
export function checkAccess(
  context: GatewayContext,
  channelId: string,
  resource: AccessResource,
  signed: SignedData,
): Channel {
  const channel = context.channel(channelId);
  if (channel === null) {
    throw new RpcError(status.PERMISSION_DENIED, `Failed to get policy manager for channel [${channelId}]`);
  }
  try {
    channel.access.check(resource, signed);
  } catch (cause) {
    throw new RpcError(status.PERMISSION_DENIED, messageOf(cause), [], cause);
  }
  return channel;
}
