import { performServerHandshake, type ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { CotraceError } from '@cotrace/core';
import { FirstBytes } from './first-bytes.js';
import { failCall } from './grpc-stream.js';
import { REFUSAL_MS, REFUSED_READ_BYTES, SLOW_REFUSAL_MS } from './limits.js';

/** Closes a connection of somebody who may not even know why; late where strangers are many, since they come back. */
export function closeConnection(socket: TLSSocket, isPressed: boolean): void {
  socket.pause();
  socket.on('error', () => socket.destroy());
  destroyAfter(socket, isPressed ? SLOW_REFUSAL_MS : 0);
}

/**
 * Answers the first call of a connection with a refusal, of which it reads no more than the headers, and closes it; late
 * where strangers are many.
 */
export function refuseConnection(socket: TLSSocket, refusal: CotraceError, isPressed: boolean): void {
  const pause = isPressed ? SLOW_REFUSAL_MS : 0;
  socket.on('error', () => socket.destroy());
  destroyAfter(socket, pause + REFUSAL_MS);
  const session = performServerHandshake(new FirstBytes(socket, REFUSED_READ_BYTES), {
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
