import { CotraceError } from '@cotrace/core';
import { blockFromMessage, common, lastConfigIndex, orderer, type Block } from '@cotrace/fabric-model';
import { Client, credentials } from '@grpc/grpc-js';
import { FABRIC_MESSAGE_BYTES } from '../devnet/limits.js';
import { methodDefinition } from '../devnet/rpc/services.js';
import type { OrdererEndpoint } from '../fabric/leader.js';
import { ORDERER_CALL_MS } from '../fabric/limits.js';
import { seekEnvelope } from '../fabric/seek-envelope.js';

const DELIVER = methodDefinition<common.Envelope, orderer.DeliverResponse>(
  orderer.AtomicBroadcast,
  'Deliver',
);
const BROADCAST = methodDefinition<common.Envelope, orderer.BroadcastResponse>(
  orderer.AtomicBroadcast,
  'Broadcast',
);

/** One ordering node, asked for blocks and given envelopes, one call after the other. */
export class OrdererClient {
  readonly #target: OrdererEndpoint;
  readonly #client: Client;

  constructor(target: OrdererEndpoint) {
    this.#target = target;
    this.#client = new Client(target.address, credentials.createSsl(target.ca), {
      'grpc.ssl_target_name_override': target.serverName,
      'grpc.max_receive_message_length': FABRIC_MESSAGE_BYTES,
    });
  }

  /** The newest configuration block of a channel. Throws `CHANNEL_UPDATE`, and for what is no block `BLOCK_INCOMPLETE`, `BAD_PROTOBUF`. */
  async configurationBlock(channel: string): Promise<Block> {
    const newest = await this.#block(channel, 'newest');
    return this.#block(channel, lastConfigIndex(newest));
  }

  /** Gives an envelope to be ordered. Throws `CHANNEL_UPDATE` with what the node answers where it does not take it. */
  async broadcast(envelope: common.Envelope): Promise<void> {
    const response = await this.#exchange(BROADCAST, envelope, (answer) => answer);
    if (response?.status === common.Status.SUCCESS) return;
    throw this.#refused(response?.status ?? null, response?.info ?? '');
  }

  close(): void {
    this.#client.close();
  }

  async #block(channel: string, which: bigint | 'newest'): Promise<Block> {
    const request = seekEnvelope(channel, this.#target.reader, which);
    let status: common.Status | null = null;
    const block = await this.#exchange(DELIVER, request, ({ Type: answer }) => {
      if (answer.case === 'status') status = answer.value;
      return answer.case === 'block' ? answer.value : null;
    });
    if (block === null) throw this.#refused(status, `of channel ${channel}`);
    return blockFromMessage(block);
  }

  /** Sends one request; the first answer that `pick` takes, or null where the node says no more. */
  #exchange<Response, Picked>(
    method: { readonly path: string } & Pick<typeof DELIVER, 'requestSerialize'> & {
        readonly responseDeserialize: (bytes: Buffer) => Response;
      },
    request: common.Envelope,
    pick: (response: Response) => Picked | null,
  ): Promise<Picked | null> {
    return new Promise((resolve, reject) => {
      const stream = this.#client.makeBidiStreamRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        { deadline: Date.now() + ORDERER_CALL_MS },
      );
      stream.on('data', (response: Response) => {
        const picked = pick(response);
        if (picked !== null) resolve(picked);
        // Its status, after which it waits for the next request.
        stream.end();
      });
      stream.on('error', (error) => reject(this.#refused(null, error.message, error)));
      stream.on('end', () => resolve(null));
      stream.write(request);
    });
  }

  #refused(status: common.Status | null, info: string, cause?: unknown): CotraceError {
    const { address } = this.#target;
    const answer = [status === null ? 'no status' : common.Status[status], info].filter(Boolean).join(': ');
    return new CotraceError(
      'CHANNEL_UPDATE',
      `the ordering node at ${address} answers ${answer}`,
      { address, status: status === null ? null : common.Status[status], info },
      cause,
    );
  }
}
