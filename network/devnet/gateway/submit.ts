import { create } from '@bufbuild/protobuf';
import { common, gateway } from '@cotrace/fabric-model';
import { status } from '@grpc/grpc-js';
import type { BroadcastResult } from '../orderer/broadcast-result.js';
import { RpcError } from '../rpc/rpc-error.js';
import type { GatewayContext } from './context.js';

/** The ordering service as a gateway sees it. */
export interface GatewayOrderer {
  /** `host:port` */
  readonly address: string;
  readonly mspId: string;
  broadcast(envelope: common.Envelope): Promise<BroadcastResult>;
}

/**
 * Hands a signed transaction to the ordering service (`Submit` of internal/pkg/gateway/submit.go). Returns
 * once it is accepted, before it is ordered. Throws `RpcError`.
 */
export async function submit(
  context: GatewayContext,
  orderer: GatewayOrderer,
  request: gateway.SubmitRequest,
): Promise<gateway.SubmitResponse> {
  const envelope = request.preparedTransaction;
  if (envelope === undefined) {
    throw new RpcError(status.INVALID_ARGUMENT, 'a prepared transaction is required');
  }
  if (envelope.signature.length === 0) {
    throw new RpcError(status.INVALID_ARGUMENT, 'prepared transaction must be signed');
  }
  const { channelId } = request;
  if (context.channel(channelId) === null) {
    const cause = `could not get last config for channel ${channelId}`;
    throw new RpcError(
      status.FAILED_PRECONDITION,
      `failed to get config for channel [${channelId}]: ${cause}`,
    );
  }
  const answer = await orderer.broadcast(envelope);
  if (answer.status === common.Status.SUCCESS) return create(gateway.SubmitResponseSchema);
  const text = `status=${common.Status[answer.status]}, info=${answer.info}`;
  const code: number = answer.status;
  if (code >= 400 && code < 500) {
    throw new RpcError(status.ABORTED, `received unsuccessful response from orderer: ${text}`);
  }
  // As in Fabric, an orderer's own failure leaves no detail: only one that cannot be reached does.
  throw new RpcError(status.UNAVAILABLE, 'no orderers could successfully process transaction');
}
