import { constants, type ServerHttp2Stream } from 'node:http2';
import { CotraceError, type ErrorCode, isCotraceError, utf8 } from '@cotrace/core';
import * as grpc from '@grpc/grpc-js';
import { MAX_SENT_ERROR_TEXT } from './limits.js';

/** Before each message: a byte that says whether it is compressed, and its length in four. */
const PREFIX_BYTES = 5;

const HEADERS = { ':status': 200, 'content-type': 'application/grpc+proto' } as const;

const STATUS_OF_CODE: Readonly<Record<string, grpc.status>> = {
  UNKNOWN_CALLER: grpc.status.UNAUTHENTICATED,
  NOT_YOUR_DOMAIN: grpc.status.PERMISSION_DENIED,
  NOT_YOUR_ROLE: grpc.status.PERMISSION_DENIED,
  NOT_FOUND: grpc.status.NOT_FOUND,
  BAD_REQUEST: grpc.status.INVALID_ARGUMENT,
  BAD_PROTOBUF: grpc.status.INVALID_ARGUMENT,
  TOO_MANY_ELEMENTS: grpc.status.INVALID_ARGUMENT,
  TOO_MANY_CALLS: grpc.status.RESOURCE_EXHAUSTED,
  NO_METHOD: grpc.status.UNIMPLEMENTED,
} satisfies Partial<Record<ErrorCode, grpc.status>>;

/**
 * Reads the one message of a request, as gRPC frames it. `room` is told the message's length before memory is taken
 * for it, and throws where there is none. Throws `BAD_REQUEST`, with the rest of the request unread.
 * Source: gRPC over HTTP2, Length-Prefixed-Message.
 */
export async function readRequest(
  stream: ServerHttp2Stream,
  maxBytes: number,
  room: (bytes: number) => void,
): Promise<Uint8Array> {
  const request = new Request(maxBytes, room);
  await new Promise<void>((resolve, reject) => {
    const take = (chunk: Buffer) => {
      try {
        request.take(chunk);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        stream.pause();
        stream.off('data', take);
        reject(error);
      }
    };
    stream.on('data', take);
    stream.once('end', resolve);
    stream.once('close', resolve);
  });
  return request.message();
}

/** A request as far as it has come. */
class Request {
  readonly #maxBytes: number;
  readonly #room: (bytes: number) => void;
  readonly #prefix = Buffer.alloc(PREFIX_BYTES);
  #message: Buffer | null = null;
  /** Bytes that the prefix or, after it, the message has. */
  #at = 0;

  constructor(maxBytes: number, room: (bytes: number) => void) {
    this.#maxBytes = maxBytes;
    this.#room = room;
  }

  take(chunk: Buffer): void {
    let rest = chunk;
    if (this.#message === null) {
      const taken = rest.copy(this.#prefix, this.#at);
      this.#at += taken;
      if (this.#at < PREFIX_BYTES) return;
      this.#message = Buffer.alloc(this.#length());
      this.#at = 0;
      rest = rest.subarray(taken);
    }
    if (rest.length > this.#message.length - this.#at) throw badRequest('a request must be one message');
    this.#at += rest.copy(this.#message, this.#at);
  }

  /** The whole message. */
  message(): Uint8Array {
    const message = this.#message;
    if (message === null || this.#at < message.length) throw badRequest('the request ended early');
    return message;
  }

  #length(): number {
    if (this.#prefix[0] !== 0) throw badRequest('compressed requests are not accepted');
    const length = this.#prefix.readUInt32BE(1);
    if (length > this.#maxBytes) {
      throw badRequest(`a request of this method has at most ${this.#maxBytes} bytes, not ${length}`);
    }
    this.#room(length);
    return length;
  }
}

/** Sends a message; false where the caller has not taken those before it. */
export function sendMessage(stream: ServerHttp2Stream, message: Uint8Array): boolean {
  if (!stream.headersSent) stream.respond(HEADERS, { waitForTrailers: true });
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  return stream.write(frame);
}

/** Ends a call well after its messages. */
export function endCall(stream: ServerHttp2Stream): void {
  end(stream, { 'grpc-status': grpc.status.OK });
}

/**
 * Ends a call with an error. Its code travels in the metadata, so that callers decide on it and not on a text. Nothing
 * more of the request is taken.
 */
export function failCall(stream: ServerHttp2Stream, error: unknown): void {
  const known = isCotraceError(error);
  const details = known ? error.message : 'internal error; see the log of the node';
  end(stream, {
    'grpc-status': known
      ? (STATUS_OF_CODE[error.code] ?? grpc.status.FAILED_PRECONDITION)
      : grpc.status.INTERNAL,
    'grpc-message': percentEncoded(details.slice(0, MAX_SENT_ERROR_TEXT)),
    ...(known ? { 'cotrace-code': error.code } : {}),
  });
}

function end(stream: ServerHttp2Stream, trailers: Readonly<Record<string, string | number>>): void {
  if (stream.destroyed || stream.closed) return;
  if (stream.headersSent) {
    stream.once('wantTrailers', () => stream.sendTrailers(trailers));
    stream.end();
  } else stream.respond({ ...HEADERS, ...trailers }, { endStream: true });
  // What the caller still sends of its request is not read.
  if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
}

/** Source: gRPC over HTTP2, Status-Message: UTF-8, percent-encoded. */
function percentEncoded(text: string): string {
  return [...utf8(text)]
    .map((byte) =>
      byte >= 0x20 && byte < 0x7f && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');
}

function badRequest(message: string): CotraceError {
  return new CotraceError('BAD_REQUEST', message);
}
