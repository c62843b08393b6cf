import {
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import { CotraceError, isCotraceError } from '@cotrace/core';
import { endCall, failCall, readRequest, sendMessage } from './grpc-stream.js';
import type { RpcCaller } from './rpc-caller.js';
import type { RpcMethod } from './rpc-method.js';
import { MAX_STREAMS, PING_MS, REQUEST_MS, SESSION_MB, UNREAD_ANSWER_MS } from './limits.js';

/** What callers are served with. */
export interface Served {
  readonly methods: ReadonlyMap<string, RpcMethod>;
  /** A call failed. */
  onError(error: unknown): void;
  /** A call was refused because there were too many. */
  onTooMany(error: CotraceError): void;
}

/** Serves a known caller on a connection until it ends. */
export function serveCaller(socket: Duplex, caller: RpcCaller, served: Served): void {
  const session = performServerHandshake(socket, {
    maxSessionMemory: SESSION_MB,
    settings: { maxConcurrentStreams: MAX_STREAMS },
  });
  // A connection that breaks ends its calls, each of which sees it.
  session.on('error', () => session.destroy());
  closeWhenDead(session);
  session.on('stream', (stream: ServerHttp2Stream, headers: Readonly<Record<string, unknown>>) => {
    const call = new Call(session, stream, caller, served);
    if (stream.destroyed) call.close();
    else void call.answer(headers[constants.HTTP2_HEADER_PATH]);
  });
}

/** A host can vanish without a word, and Node does not always see that a connection was closed: it must not hold a place. */
function closeWhenDead(session: ServerHttp2Session): void {
  let isWaiting = false;
  const pinging = setInterval(() => {
    if (isWaiting) session.destroy();
    else {
      isWaiting = true;
      session.ping(() => (isWaiting = false));
    }
  }, PING_MS);
  session.once('close', () => clearInterval(pinging));
}

/** One call, from its headers to its end. */
class Call {
  readonly #session: ServerHttp2Session;
  readonly #stream: ServerHttp2Stream;
  readonly #caller: RpcCaller;
  readonly #served: Served;
  readonly #gone = new AbortController();
  #deadline: NodeJS.Timeout | undefined;
  #requestBytes = 0;
  #answered = false;
  #refused = false;

  constructor(session: ServerHttp2Session, stream: ServerHttp2Stream, caller: RpcCaller, served: Served) {
    this.#session = session;
    this.#stream = stream;
    this.#caller = caller;
    this.#served = served;
    // A stream that fails is closed as well.
    stream.on('error', () => stream.destroy());
    stream.once('close', () => this.close());
  }

  heldBytes(): number {
    return this.#requestBytes + this.#stream.writableLength;
  }

  /** Answers the call, or fails it; never throws. */
  async answer(path: unknown): Promise<void> {
    try {
      this.#caller.begin(this);
      await this.#run(this.#methodOf(path));
      endCall(this.#stream);
    } catch (error) {
      if (this.#gone.signal.aborted) return;
      if (isCotraceError(error, 'TOO_MANY_CALLS')) this.#refuse(error);
      else this.#served.onError(error);
      failCall(this.#stream, error);
    }
    this.#answered = true;
    // Answers that are never fetched must not stay.
    this.#endAfter(UNREAD_ANSWER_MS);
  }

  #refuse(error: CotraceError): void {
    this.#refused = true;
    this.#served.onTooMany(error);
  }

  #methodOf(path: unknown): RpcMethod {
    const method = typeof path === 'string' ? this.#served.methods.get(path) : undefined;
    if (method === undefined) throw new CotraceError('NO_METHOD', 'this node has no such method');
    return method;
  }

  async #run(method: RpcMethod): Promise<void> {
    this.#endAfter(REQUEST_MS);
    const request = await readRequest(this.#stream, method.limits.bytes, (bytes) => {
      this.#caller.requireRoom(bytes);
      this.#requestBytes = bytes;
    });
    clearTimeout(this.#deadline);
    const { signal } = this.#gone;
    for await (const message of method.answers(request, this.#caller.node, signal)) {
      if (signal.aborted) return;
      this.#caller.requireRoom(message.length);
      if (!sendMessage(this.#stream, message)) await this.#drained();
    }
  }

  /** Waits until the caller takes more: a slow reader holds nobody's memory. */
  async #drained(): Promise<void> {
    this.#endAfter(UNREAD_ANSWER_MS);
    const { signal } = this.#gone;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(this.#deadline);
        this.#stream.removeListener('drain', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#stream.on('drain', done);
      signal.addEventListener('abort', done);
    });
  }

  /** Resets the stream after some milliseconds, unless it has closed by then. */
  #endAfter(milliseconds: number): void {
    clearTimeout(this.#deadline);
    if (this.#gone.signal.aborted) return;
    this.#deadline = setTimeout(() => this.#stream.close(constants.NGHTTP2_CANCEL), milliseconds);
  }

  /** To be called where the stream was taken back before anybody could listen to it. */
  close(): void {
    if (this.#gone.signal.aborted) return;
    clearTimeout(this.#deadline);
    this.#gone.abort();
    const takenBack = !this.#answered && this.#stream.rstCode !== constants.NGHTTP2_NO_ERROR;
    if (!this.#caller.end(this, takenBack || this.#refused))
      this.#session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }
}
