import { CotraceError } from '@cotrace/core';
import type { peer } from '@cotrace/fabric-model';
import { Client, credentials, type ClientDuplexStream } from '@grpc/grpc-js';
import { FABRIC_MESSAGE_BYTES } from '../limits.js';
import { messageOf } from '../rpc/rpc-error.js';
import { CHAINCODE_CONNECT } from '../rpc/services.js';
import type { CallContext } from './call-chaincode.js';
import { dialError } from './dial-error.js';
import { ChaincodeStream } from './stream.js';

type Duplex = ClientDuplexStream<peer.ChaincodeMessage, peer.ChaincodeMessage>;

const FIRST_RETRY = 50;
const LAST_RETRY = 1000;

/** Where a chaincode runs and what its process registers as. */
export interface ChaincodeEndpoint {
  /** `host:port` of a chaincode server (`fabric-chaincode-node server`). */
  readonly address: string;
  /** Package id, `CHAINCODE_ID` of the server. */
  readonly packageId: string;
}

/** Times in milliseconds. */
export interface ConnectionOptions {
  readonly context: CallContext;
  readonly executeTimeout: number;
  /** How long an invocation waits for a chaincode that is not connected. */
  readonly startupTimeout: number;
}

/**
 * Keeps one stream to a chaincode server open: dials it, and dials again with growing pauses when the
 * stream ends, for as long as it is not closed.
 */
export class ChaincodeConnection {
  readonly endpoint: ChaincodeEndpoint;
  readonly #options: ConnectionOptions;
  readonly #client: Client;
  readonly #waiting = new Set<() => void>();
  #stream: ChaincodeStream | null = null;
  #duplex: Duplex | null = null;
  #retry: NodeJS.Timeout | undefined;
  #pause = FIRST_RETRY;
  #lastError = 'no answer yet';
  #closed = false;

  constructor(endpoint: ChaincodeEndpoint, options: ConnectionOptions) {
    this.endpoint = endpoint;
    this.#options = options;
    this.#client = new Client(endpoint.address, credentials.createInsecure(), {
      'grpc.max_receive_message_length': FABRIC_MESSAGE_BYTES,
      'grpc.max_send_message_length': FABRIC_MESSAGE_BYTES,
      'grpc.enable_channelz': 0,
      // A stream that ends is dialled anew here.
      'grpc.enable_retries': 0,
      'grpc.initial_reconnect_backoff_ms': FIRST_RETRY,
      'grpc.min_reconnect_backoff_ms': FIRST_RETRY,
      'grpc.max_reconnect_backoff_ms': LAST_RETRY,
    });
    this.#dial();
  }

  /** The stream, once the chaincode has registered. Throws `CHAINCODE_UNREACHABLE` when that takes too long. */
  async ready(): Promise<ChaincodeStream> {
    const { packageId, address } = this.endpoint;
    const stream = this.#stream;
    if (stream?.ready === true) return stream;
    const next = await new Promise<ChaincodeStream | null>((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(settle);
        resolve(this.#stream?.ready === true ? this.#stream : null);
      };
      const timer = setTimeout(settle, this.#options.startupTimeout);
      this.#waiting.add(settle);
    });
    if (next !== null) return next;
    const reason = [
      `could not launch chaincode ${packageId}: connection to ${packageId} failed`,
      `error cannot create connection for ${packageId}: error creating grpc connection to ${address}`,
      `failed to create new connection: ${await dialError(address)}`,
    ];
    throw new CotraceError('CHAINCODE_UNREACHABLE', reason.join(': '), {
      packageId,
      address,
      lastError: this.#lastError,
    });
  }

  /** Ends the stream and all that runs on it. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#duplex?.cancel();
    this.#stream?.close();
    this.#client.close();
    for (const settle of [...this.#waiting]) settle();
  }

  #dial(): void {
    const { path, requestSerialize, responseDeserialize } = CHAINCODE_CONNECT;
    const duplex = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    const stream = new ChaincodeStream({
      ...this.#options,
      send: (message) => void duplex.write(message),
    });
    this.#duplex = duplex;
    this.#stream = stream;
    const end = (error?: unknown): void => {
      if (this.#stream !== stream) return;
      if (error !== undefined) this.#lastError = messageOf(error);
      this.#stream = null;
      stream.close(error);
      this.#redial();
    };
    duplex.on('data', (message: peer.ChaincodeMessage) => {
      try {
        stream.receive(message);
      } catch (error) {
        end(error);
        duplex.cancel();
      }
    });
    duplex.on('error', end);
    duplex.on('end', () => {
      duplex.end();
      end();
    });
    stream.registered.then(
      (packageId) => this.#registered(packageId, duplex, end),
      () => undefined,
    );
  }

  #registered(packageId: string, duplex: Duplex, end: (error: unknown) => void): void {
    if (packageId !== this.endpoint.packageId) {
      end(
        new CotraceError(
          'WRONG_CHAINCODE',
          `the server at ${this.endpoint.address} registered as ${packageId}`,
        ),
      );
      duplex.cancel();
      return;
    }
    this.#pause = FIRST_RETRY;
    for (const settle of [...this.#waiting]) settle();
  }

  #redial(): void {
    if (this.#closed) return;
    this.#retry = setTimeout(() => this.#dial(), this.#pause);
    this.#pause = Math.min(2 * this.#pause, LAST_RETRY);
  }
}
