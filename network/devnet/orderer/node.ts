import { create } from '@bufbuild/protobuf';
import { common, orderer } from '@cotrace/fabric-model';
import type { Server } from '@grpc/grpc-js';
import type { Channel } from '../channel/channel.js';
import { deliverHandler } from '../deliver/service.js';
import { orderedBlockResponse } from '../deliver/responses.js';
import type { GatewayOrderer } from '../gateway/submit.js';
import { requestLoop } from '../rpc/calls.js';
import { nodeServer } from '../rpc/server.js';
import { serviceDefinition, withRawResponses } from '../rpc/services.js';
import { broadcast } from './broadcast.js';
import { whileOrdering } from './filters.js';

type FindChannel = (channelId: string) => Channel | null;

/** The gRPC server of the ordering node: Broadcast and Deliver. */
export function ordererServer(findChannel: FindChannel): Server {
  const server = nodeServer();
  const { Broadcast, Deliver } = serviceDefinition(orderer.AtomicBroadcast);
  const deliverContext = {
    channel: findChannel,
    checkAccess: (channel: Channel, signed: Parameters<Channel['access']['checkPolicy']>[1]): void =>
      channel.access.checkPolicy(whileOrdering(channel.ledger, 'Readers'), signed),
    now: () => Date.now(),
  };
  server.addService(
    { ...(Broadcast && { Broadcast }), ...withRawResponses({ ...(Deliver && { Deliver }) }) },
    {
      Broadcast: requestLoop<common.Envelope, orderer.BroadcastResponse>(async (envelope, send) => {
        const result = broadcast(envelope, findChannel);
        await send(create(orderer.BroadcastResponseSchema, result));
        return result.status === common.Status.SUCCESS ? 'continue' : 'end';
      }),
      Deliver: deliverHandler(deliverContext, orderedBlockResponse),
    },
  );
  return server;
}

/** The ordering node as the gateways of the same process use it. */
export function gatewayOrderer(findChannel: FindChannel, mspId: string, address: string): GatewayOrderer {
  return {
    mspId,
    address,
    broadcast: (envelope) => Promise.resolve(broadcast(envelope, findChannel)),
  };
}
