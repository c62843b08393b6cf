import { create } from '@bufbuild/protobuf';
import { decode, gateway } from '@cotrace/fabric-model';
import { status } from '@grpc/grpc-js';
import { messageOf, RpcError } from '../rpc/rpc-error.js';
import type { GatewayContext } from './context.js';
import { checkAccess } from './access.js';

/**
 * Waits until a transaction is committed, valid or not, and gives its validation code and block
 * (internal/pkg/gateway/commitstatus.go). There is no time limit but the caller's own. Throws `RpcError`.
 */
export async function commitStatus(
  context: GatewayContext,
  signed: gateway.SignedCommitStatusRequest,
  signal: AbortSignal,
): Promise<gateway.CommitStatusResponse> {
  const { channelId, transactionId, identity } = readRequest(signed);
  const channel = checkAccess(context, channelId, 'gateway/CommitStatus', {
    identity,
    data: signed.request,
    signature: signed.signature,
  });
  const { code, blockNum } = await channel.feed.transaction(transactionId, signal);
  return create(gateway.CommitStatusResponseSchema, { result: code, blockNumber: blockNum });
}

function readRequest({ request }: gateway.SignedCommitStatusRequest): gateway.CommitStatusRequest {
  const invalid = (message: string): RpcError => new RpcError(status.INVALID_ARGUMENT, message);
  if (request.length === 0) throw invalid('a commit status request is required');
  const read = (): gateway.CommitStatusRequest => {
    try {
      return decode(gateway.CommitStatusRequestSchema, request);
    } catch (cause) {
      throw invalid(`invalid status request: ${messageOf(cause)}`);
    }
  };
  const message = read();
  if (message.identity.length === 0) throw invalid('no identity provided');
  if (message.channelId === '') throw invalid('no channel ID provided');
  if (message.transactionId === '') throw invalid('transaction ID should not be empty');
  return message;
}
