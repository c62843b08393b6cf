import { createHash } from 'node:crypto';
import { CotraceError, isCotraceError } from '@cotrace/core';
import type { TlsMaterial } from '@cotrace/network';
import * as grpc from '@grpc/grpc-js';
import type { Consortium, ConsortiumNode } from '../consortium.js';
import { MAX_MESSAGE_BYTES } from './rpc-client.js';

/** A call of which it is known who makes it. */
export type KnownCaller = ConsortiumNode;

type AnyCall = grpc.ServerUnaryCall<unknown, unknown> | grpc.ServerWritableStream<unknown, unknown>;

/** Who calls: the node of the consortium whose TLS certificate the connection shows. Throws `UNKNOWN_CALLER`. */
export function callerOf(call: Pick<AnyCall, 'getAuthContext'>, consortium: Consortium): KnownCaller {
  const der = call.getAuthContext().sslPeerCertificate?.raw;
  const certificate = der === undefined ? '' : createHash('sha256').update(der).digest('hex');
  const node = consortium.nodes.find((candidate) => candidate.certificate === certificate);
  if (node === undefined) {
    throw new CotraceError(
      'UNKNOWN_CALLER',
      'the TLS certificate of this connection is no node or client of the consortium',
      {
        certificate,
      },
    );
  }
  return node;
}

/** Refuses callers without a role in `domain`: a business node may ask for its own domain only. Throws `NOT_YOUR_DOMAIN`. */
export function requireDomain(caller: KnownCaller, domain: string): void {
  if (caller.role === 'business' && caller.domain !== domain) {
    throw new CotraceError(
      'NOT_YOUR_DOMAIN',
      `${caller.name} belongs to ${caller.domain ?? 'no domain'}, not to ${domain}`,
      {
        caller: caller.name,
        domain,
      },
    );
  }
}

/** Refuses callers of another role. Throws `NOT_YOUR_ROLE`. */
export function requireRole(caller: KnownCaller, roles: readonly KnownCaller['role'][]): void {
  if (!roles.includes(caller.role)) {
    throw new CotraceError('NOT_YOUR_ROLE', `a ${caller.role} may not ask this`, { caller: caller.name });
  }
}

const STATUS_OF_CODE: Readonly<Record<string, grpc.status>> = {
  UNKNOWN_CALLER: grpc.status.UNAUTHENTICATED,
  NOT_YOUR_DOMAIN: grpc.status.PERMISSION_DENIED,
  NOT_YOUR_ROLE: grpc.status.PERMISSION_DENIED,
  NOT_FOUND: grpc.status.NOT_FOUND,
  BAD_REQUEST: grpc.status.INVALID_ARGUMENT,
};

/** The gRPC form of an error: its code travels in the metadata, so that callers decide on it and not on a text. */
export function toServiceError(
  error: unknown,
): Partial<grpc.StatusObject> & { code: grpc.status; details: string } {
  const metadata = new grpc.Metadata();
  if (!isCotraceError(error)) {
    return { code: grpc.status.INTERNAL, details: 'internal error; see the log of the node', metadata };
  }
  metadata.set('cotrace-code', error.code);
  return {
    code: STATUS_OF_CODE[error.code] ?? grpc.status.FAILED_PRECONDITION,
    details: error.message,
    metadata,
  };
}

/** A unary method from a function that answers or throws. */
export function unary<Q, R>(
  consortium: Consortium,
  onError: (error: unknown) => void,
  answer: (request: Q, caller: KnownCaller) => Promise<R> | R,
): grpc.handleUnaryCall<Q, R> {
  return (call, callback) => {
    const run = async () => answer(call.request, callerOf(call, consortium));
    run().then(
      (reply) => callback(null, reply),
      (error: unknown) => {
        onError(error);
        callback(toServiceError(error));
      },
    );
  };
}

/** A server-streaming method from an async generator; `signal` ends it when the caller goes. */
export function streaming<Q, R>(
  consortium: Consortium,
  onError: (error: unknown) => void,
  answers: (request: Q, caller: KnownCaller, signal: AbortSignal) => AsyncIterable<R>,
): grpc.handleServerStreamingCall<Q, R> {
  return (call) => {
    const gone = new AbortController();
    call.on('cancelled', () => gone.abort());
    call.on('close', () => gone.abort());
    const run = async () => {
      for await (const message of answers(call.request, callerOf(call, consortium), gone.signal)) {
        if (gone.signal.aborted) return;
        if (!call.write(message)) await drained(call, gone.signal);
      }
    };
    run().then(
      () => call.end(),
      (error: unknown) => {
        if (gone.signal.aborted) return;
        onError(error);
        call.emit('error', toServiceError(error));
      },
    );
  };
}

/** Waits until a stream takes more: a slow reader holds nobody's memory. */
async function drained(
  call: grpc.ServerWritableStream<never, never> | NodeJS.EventEmitter,
  signal: AbortSignal,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      call.removeListener('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    call.on('drain', done);
    signal.addEventListener('abort', done);
  });
}

/** Starts a server on `address` that only talks to holders of a certificate from the consortium's TLS authorities. */
export async function serve(
  address: string,
  tls: TlsMaterial,
  consortium: Consortium,
  services: readonly { definition: grpc.ServiceDefinition; handlers: grpc.UntypedServiceImplementation }[],
): Promise<grpc.Server> {
  const server = new grpc.Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  });
  for (const { definition, handlers } of services) server.addService(definition, handlers);
  const roots = consortium.organisations.map((organisation) => organisation.tlsRoots).join('\n');
  const credentials = grpc.ServerCredentials.createSsl(
    Buffer.from(roots),
    [{ private_key: tls.key, cert_chain: tls.certificate }],
    true,
  );
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(address, credentials, (error) => {
      if (error === null) resolve();
      else
        reject(
          new CotraceError('LISTEN', `cannot listen on ${address}; is the port taken?`, { address }, error),
        );
    });
  });
  return server;
}
