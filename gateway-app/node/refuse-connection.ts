import { performServerHandshake, type ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { CotraceError } from '@cotrace/core';
import { FirstBytes } from './first-bytes.js';
import { failCall } from './grpc-stream.js';

/** What is read of a connection that is refused: preface, settings, and the headers of a call. */
const READ_BYTES = 16 * 1024;
/** How long a stranger waits for its refusal while there are many, in milliseconds. */
const SLOW_MS = 1500;
/** What a connection may take to ask and to fetch its refusal, in milliseconds. */
const PATIENCE_MS = 1500;

/** Closes a connection of somebody who may not even know why; late where strangers are many, since they come back. */
export function closeConnection(socket: TLSSocket, isPressed: boolean): void {
  socket.pause();
  socket.on('error', () => socket.destroy());
  destroyAfter(socket, isPressed ? SLOW_MS : 0);
}

/**
 * Answers the first call of a connection with a refusal, of which it reads no more than the headers, and closes it; late
 * where strangers are many.
 */
export function refuseConnection(socket: TLSSocket, refusal: CotraceError, isPressed: boolean): void {
  const pause = isPressed ? SLOW_MS : 0;
  socket.on('error', () => socket.destroy());
  destroyAfter(socket, pause + PATIENCE_MS);
  const session = performServerHandshake(new FirstBytes(socket, READ_BYTES), {
    maxSessionMemory: 1,
    settings: { maxConcurrentStreams: 1, initialWindowSize: 0 },
  });
  session.on('error', () => socket.destroy());
  session.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => stream.destroy());
    const timer = setTimeout(() => {
      failCall(stream, refusal);
      session.close();
    }, pause);
    stream.once('close', () => clearTimeout(timer));
  });
}

function destroyAfter(socket: TLSSocket, milliseconds: number): void {
  const timer = setTimeout(() => socket.destroy(), milliseconds);
  socket.once('close', () => clearTimeout(timer));
}
