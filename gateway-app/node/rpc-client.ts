import {
  create,
  toBinary,
  type DescMessage,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { CotraceError, isCotraceError, relayedError, sha256, toHex } from '@cotrace/core';
import { decode } from '@cotrace/fabric-model';
import type { TlsMaterial } from '@cotrace/network';
import * as grpc from '@grpc/grpc-js';
import { isAborted } from './retry.js';
import { pathOf } from './rpc-method.js';
import { CALL_TIMEOUT_MS, MAX_ANSWER_ELEMENTS, MAX_ERROR_TEXT, MAX_MESSAGE_BYTES } from './limits.js';

const ERROR_CODE = /^[A-Z][A-Z0-9_]{1,39}$/;

/** How long an answer is waited for. */
export interface CallLimits {
  /** Milliseconds until the call fails with `UNREACHABLE`. */
  readonly timeout?: number;
  /** Ends the call, which then fails with `UNREACHABLE`. */
  readonly signal?: AbortSignal;
}

/** How long a stream may be silent. */
export interface StreamLimits {
  /** Milliseconds without a message after which the stream fails with `UNREACHABLE`; without it, any. */
  readonly silence?: number;
}

/** What can be asked of a node. */
export type RpcCaller = Pick<RpcClient, 'call' | 'stream'>;

/** A connection to one node over mutual TLS, with calls typed by the service's descriptor. */
export class RpcClient {
  readonly address: string;
  readonly #client: grpc.Client;

  /**
   * `tlsRoots`: PEM certificates of the authority that the node's own certificate must come from. `certificate`:
   * SHA-256 of that certificate (DER, hexadecimal), as the consortium knows it.
   */
  constructor(address: string, tls: TlsMaterial, tlsRoots: string, certificate: string) {
    this.address = address;
    const credentials = grpc.credentials.createSsl(Buffer.from(tlsRoots), tls.key, tls.certificate, {
      checkServerIdentity: (_host, shown) => wrongCertificate(shown.raw, certificate) ?? undefined,
    });
    this.#client = new grpc.Client(address, credentials, {
      // A host that vanishes without a word must not leave a stream waiting forever.
      'grpc.keepalive_time_ms': 10_000,
      'grpc.keepalive_timeout_ms': 5000,
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      'grpc.enable_channelz': 0,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1000,
    });
  }

  /**
   * Calls a unary method. Errors are `CotraceError`s: the node's own code where it gave one, `BAD_PROTOBUF` for an
   * answer that is none, else `UNREACHABLE`.
   */
  async call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    { timeout = CALL_TIMEOUT_MS, signal }: CallLimits = {},
  ): Promise<MessageShape<O>> {
    const bytes = await new Promise<Uint8Array>((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        pathOf(method),
        (message: MessageShape<I>) => Buffer.from(toBinary(method.input, message)),
        asReceived,
        create(method.input, request),
        new grpc.Metadata(),
        { deadline: Date.now() + timeout },
        (error, reply) => {
          signal?.removeEventListener('abort', cancel);
          if (error === null && reply !== undefined) resolve(reply);
          else reject(this.#failure(error, timeout));
        },
      );
      const cancel = () => call.cancel();
      signal?.addEventListener('abort', cancel);
      if (signal?.aborted === true) cancel();
    });
    return decode(method.output, bytes, { maxElements: MAX_ANSWER_ELEMENTS });
  }

  /**
   * Calls a server-streaming method; the stream ends without error when `signal` is aborted. Errors are those of `call`.
   */
  async *stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
    signal: AbortSignal,
    { silence }: StreamLimits = {},
  ): AsyncGenerator<MessageShape<O>> {
    if (signal.aborted) return;
    const call = this.#client.makeServerStreamRequest(
      pathOf(method),
      (message: MessageShape<I>) => Buffer.from(toBinary(method.input, message)),
      asReceived,
      create(method.input, request),
    );
    const cancel = () => call.cancel();
    signal.addEventListener('abort', cancel);
    const wait = () => (silence === undefined ? undefined : setTimeout(cancel, silence));
    let timer = wait();
    try {
      for await (const bytes of call) {
        clearTimeout(timer);
        yield decode(method.output, bytes as Uint8Array, { maxElements: MAX_ANSWER_ELEMENTS });
        timer = wait();
      }
    } catch (error) {
      if (!isAborted(signal)) throw isCotraceError(error) ? error : this.#failure(error, silence);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      call.cancel();
    }
  }

  close(): void {
    this.#client.close();
  }

  /** `patience`: how long the call was waited for, in milliseconds. */
  #failure(error: unknown, patience?: number): CotraceError {
    const status = isServiceError(error) ? error : undefined;
    const code = status?.metadata.get('cotrace-code')[0];
    const late = status?.code === grpc.status.DEADLINE_EXCEEDED || status?.code === grpc.status.CANCELLED;
    const text =
      late && patience !== undefined
        ? `did not answer within ${patience / 1000} s`
        : (status?.details ?? String(error)).slice(0, MAX_ERROR_TEXT);
    return typeof code === 'string' && ERROR_CODE.test(code)
      ? relayedError(code, text, { address: this.address }, error)
      : new CotraceError('UNREACHABLE', `${this.address}: ${text}`, { address: this.address }, error);
  }
}

/** Messages are decoded outside of grpc-js, which has no way to say that the other side sent something else. */
function asReceived(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function wrongCertificate(shown: Uint8Array, wanted: string): Error | null {
  if (toHex(sha256(shown)) === wanted) return null;
  return new CotraceError(
    'WRONG_NODE',
    'the certificate is not the one that the consortium file names for this node',
    {
      wanted,
    },
  );
}

function isServiceError(error: unknown): error is grpc.ServiceError {
  return error instanceof Error && 'code' in error && 'metadata' in error;
}
