import { create } from '@bufbuild/protobuf';
import { decode, gateway, peer } from '@cotrace/fabric-model';
import { status } from '@grpc/grpc-js';
import type { Channel } from '../channel/channel.js';
import type { CommittedBlock } from '../ledger/types.js';
import type { Send } from '../rpc/calls.js';
import { messageOf, RpcError } from '../rpc/rpc-error.js';
import { checkAccess } from './access.js';
import type { GatewayContext } from './context.js';

/** Events of valid transactions of one block, in their order. */
export function validEvents({ transactions }: CommittedBlock): peer.ChaincodeEvent[] {
  return transactions.flatMap(({ code, event }) => {
    if (code !== peer.TxValidationCode.VALID || event === null) return [];
    const complete = event.chaincodeId !== '' && event.eventName !== '' && event.txId !== '';
    return complete ? [event] : [];
  });
}

/** Says of event after event whether the request wants it: those behind `afterTransactionId`, of its chaincode. */
export function eventMatcher({
  chaincodeId,
  afterTransactionId,
}: gateway.ChaincodeEventsRequest): (event: peer.ChaincodeEvent) => boolean {
  let passed = afterTransactionId === '';
  return (event) => {
    if (passed) return event.chaincodeId === chaincodeId;
    passed = event.txId === afterTransactionId;
    return false;
  };
}

/**
 * Streams the events of a chaincode, one message for every block that has some, until the caller leaves
 * (internal/pkg/gateway/chaincodeevents.go). Throws `RpcError`.
 */
export async function chaincodeEvents(
  context: GatewayContext,
  signed: gateway.SignedChaincodeEventsRequest,
  send: Send<gateway.ChaincodeEventsResponse>,
  signal: AbortSignal,
): Promise<void> {
  const request = readRequest(signed);
  const channel = checkAccess(context, request.channelId, 'gateway/ChaincodeEvents', {
    identity: request.identity,
    data: signed.request,
    signature: signed.signature,
  });
  const isMatch = eventMatcher(request);
  for await (const block of channel.feed.blocks(startBlock(channel, request), signal)) {
    const events = validEvents(block).filter(isMatch);
    if (events.length === 0) continue;
    await send(create(gateway.ChaincodeEventsResponseSchema, { events, blockNumber: block.number }));
  }
}

function readRequest({ request }: gateway.SignedChaincodeEventsRequest): gateway.ChaincodeEventsRequest {
  if (request.length === 0) {
    throw new RpcError(status.INVALID_ARGUMENT, 'a chaincode events request is required');
  }
  try {
    return decode(gateway.ChaincodeEventsRequestSchema, request);
  } catch (cause) {
    throw new RpcError(status.INVALID_ARGUMENT, `invalid chaincode events request: ${messageOf(cause)}`);
  }
}

function startBlock({ ledger }: Channel, request: gateway.ChaincodeEventsRequest): bigint {
  const { afterTransactionId, startPosition } = request;
  const after = afterTransactionId === '' ? null : ledger.transaction(afterTransactionId);
  if (after !== null) return after.blockNum;
  const type = startPosition?.Type;
  switch (type?.case) {
    case undefined:
    case 'nextCommit':
      return ledger.height;
    case 'specified':
      return type.value.number;
    default: {
      const name = `*orderer.SeekPosition_${type?.case === 'newest' ? 'Newest' : 'Oldest'}`;
      throw new RpcError(status.INVALID_ARGUMENT, `invalid start position type: ${name}`);
    }
  }
}
