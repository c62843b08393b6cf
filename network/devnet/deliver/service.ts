import { common } from '@cotrace/fabric-model';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { requestLoop } from '../rpc/calls.js';
import { deliver, type DeliverContext } from './deliver.js';
import { statusResponse, type BlockResponse } from './responses.js';

/** A delivery stream: any number of seeks, one after the other, until one ends with another status than success. */
export function deliverHandler(
  context: DeliverContext,
  toResponse: BlockResponse,
): (call: ServerDuplexStream<common.Envelope, Uint8Array>) => void {
  return requestLoop<common.Envelope, Uint8Array>(async (envelope, send, signal) => {
    const status = await deliver(
      context,
      envelope,
      (channel, block, headerOnly) => send(toResponse(channel.id, block, headerOnly)),
      signal,
    );
    if (status === null) return 'end';
    await send(statusResponse(status));
    return status === common.Status.SUCCESS ? 'continue' : 'end';
  });
}
