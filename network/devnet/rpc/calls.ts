import type {
  handleUnaryCall,
  sendUnaryData,
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
} from '@grpc/grpc-js';
import { toServiceError } from './rpc-error.js';

/** Turns an async function into a unary gRPC handler; `signal` aborts when the caller goes away. */
export function unary<Request, Response>(
  handle: (request: Request, signal: AbortSignal) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => {
    handle(call.request, cancellation(call)).then(
      (response) => callback(null, response),
      (error: unknown) => callback(toServiceError(error)),
    );
  };
}

type StreamingCall<Request, Response> =
  ServerWritableStream<Request, Response> | ServerDuplexStream<Request, Response>;

/** Sends one message; resolves when the transport takes more, or at once if the caller has gone. */
export type Send<Response> = (response: Response) => Promise<void>;

function sender<Request, Response>(
  call: StreamingCall<Request, Response>,
  signal: AbortSignal,
): Send<Response> {
  return (response) =>
    new Promise((resolve) => {
      if (signal.aborted || call.write(response)) {
        resolve();
        return;
      }
      const proceed = (): void => {
        call.off('drain', proceed);
        signal.removeEventListener('abort', proceed);
        resolve();
      };
      call.on('drain', proceed);
      signal.addEventListener('abort', proceed);
    });
}

/** Given to `abort`, which otherwise makes an exception with a stack for every call. */
const GONE = 'the caller has gone';

/** Aborts when the call is cancelled by its caller or its connection is lost. */
function cancellation(call: {
  on(event: string, listener: () => void): unknown;
  cancelled: boolean;
}): AbortSignal {
  const controller = new AbortController();
  for (const event of ['cancelled', 'error', 'close']) call.on(event, () => controller.abort(GONE));
  if (call.cancelled) controller.abort(GONE);
  return controller.signal;
}

/** Turns an async function into a server-streaming handler; the stream ends when it returns. */
export function serverStream<Request, Response>(
  handle: (request: Request, send: Send<Response>, signal: AbortSignal) => Promise<void>,
): (call: ServerWritableStream<Request, Response>) => void {
  return (call) => {
    const signal = cancellation(call);
    handle(call.request, sender(call, signal), signal).then(
      () => call.end(),
      (error: unknown) => call.emit('error', toServiceError(error)),
    );
  };
}

/**
 * Turns an async function into a bidirectional handler that answers one request after the other, in order.
 * The function says whether the stream goes on; it ends with the caller's half, or when told to.
 */
export function requestLoop<Request, Response>(
  handle: (request: Request, send: Send<Response>, signal: AbortSignal) => Promise<'continue' | 'end'>,
): (call: ServerDuplexStream<Request, Response>) => void {
  return (call) => {
    const signal = cancellation(call);
    const send = sender(call, signal);
    const run = async (): Promise<void> => {
      // Leaving the loop must not destroy the stream: the status is still to be sent.
      for await (const request of call.iterator({ destroyOnReturn: false })) {
        if ((await handle(request as Request, send, signal)) === 'end') break;
      }
      call.end();
    };
    run().catch((error: unknown) => {
      if (!signal.aborted) call.emit('error', toServiceError(error));
    });
  };
}
