import type { TLSSocket } from 'node:tls';
import { CotraceError, isCotraceError } from '@cotrace/core';
import type { TlsMaterial } from '@cotrace/network';
import type { Consortium } from '../consortium/consortium.js';
import { requestErrors, type Log } from './log.js';
import { closeConnection, refuseConnection } from './refuse-connection.js';
import { RefusedLog } from './refused-log.js';
import { RpcCaller } from './rpc-caller.js';
import { RpcListener, type Arrival } from './rpc-listener.js';
import type { KnownCaller, RpcMethod } from './rpc-method.js';
import { serveCaller, type Served } from './rpc-session.js';

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

/** A server that listens. */
export interface RpcServer {
  /** Ends every call and connection, and listens no more. */
  close(): void;
}

/**
 * Starts a server on `address` for the nodes and clients of the consortium. Who calls is looked up by the certificate of
 * the connection before anything else is read of it; strangers get `UNKNOWN_CALLER`. Throws `LISTEN`.
 */
export async function serve(
  address: string,
  tls: TlsMaterial,
  consortium: Consortium,
  methods: readonly RpcMethod[],
  log: Log,
): Promise<RpcServer> {
  const callers = new Map(consortium.nodes.map((node) => [node.certificate, new RpcCaller(node)]));
  const refused = new RefusedLog(log);
  const served: Served = {
    methods: new Map(methods.map((method) => [method.path, method])),
    onError: requestErrors(log),
    onTooMany: (error) => refused.note('calls', error.message),
  };
  const roots = consortium.organisations.map((organisation) => organisation.tlsRoots).join('\n');
  const listener = new RpcListener(tls, roots, (arrival) => receive(arrival, callers, served, refused));
  await listener.listen(address);
  return {
    close: () => {
      listener.close();
      refused.close();
    },
  };
}

/** Serves a known caller, and refuses everybody else. */
function receive(
  arrival: Arrival,
  callers: ReadonlyMap<string, RpcCaller>,
  served: Served,
  refused: RefusedLog,
): void {
  const { socket, certificate, isPressed, address } = arrival;
  if (certificate === null) {
    refused.note('connections without a certificate of a member’s authority', address);
    closeConnection(socket, isPressed);
    return;
  }
  const caller = callers.get(certificate);
  if (caller === undefined) {
    refused.note(
      'connections whose certificate is not in the consortium file',
      `${address}, SHA-256 ${certificate}`,
    );
    refuseConnection(socket, unknownCaller(certificate), isPressed);
    return;
  }
  try {
    connect(socket, caller);
  } catch (error) {
    if (!isCotraceError(error, 'TOO_MANY_CALLS')) throw error;
    refused.note('connections of a caller that has too many', error.message);
    refuseConnection(socket, error, isPressed);
    return;
  }
  arrival.wasKnown();
  serveCaller(socket, caller, served);
}

function connect(socket: TLSSocket, caller: RpcCaller): void {
  caller.connect();
  socket.on('error', () => socket.destroy());
  socket.once('close', () => caller.disconnect());
}

function unknownCaller(certificate: string): CotraceError {
  return new CotraceError(
    'UNKNOWN_CALLER',
    'the TLS certificate of this connection does not belong to a node or client of the consortium',
    { certificate },
  );
}
