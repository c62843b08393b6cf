import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { TlsMaterial } from '../../identity/tls.js';
import { FABRIC_MESSAGE_BYTES } from '../limits.js';

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  /** Port that it must be; 0 for any. */
  readonly port: number;
  /** Port that it should be if any will do; 0 for none. */
  readonly wish: number;
}

/** A server that listens. */
export interface BoundServer {
  readonly server: Server;
  /** `host:port` */
  readonly address: string;
}

/**
 * A gRPC server of a node. As with Fabric's default `clientAuthRequired: false`, clients need no certificate: who
 * they are is in what they sign.
 */
export function nodeServer(): Server {
  return new Server({
    'grpc.max_receive_message_length': FABRIC_MESSAGE_BYTES,
    'grpc.max_send_message_length': -1,
  });
}

/** Starts to listen with TLS. A wished port that cannot be had is replaced by any free one. */
export async function bind(
  server: Server,
  tls: TlsMaterial,
  { host, port, wish }: ListenAddress,
): Promise<BoundServer> {
  const pair = { private_key: tls.key, cert_chain: tls.certificate };
  const serverCredentials = ServerCredentials.createSsl(null, [pair], false);
  const tryPort = (wanted: number): Promise<number> =>
    new Promise((resolve, reject) => {
      server.bindAsync(`${host}:${wanted}`, serverCredentials, (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
  const bound = port === 0 && wish !== 0 ? await tryPort(wish).catch(() => tryPort(0)) : await tryPort(port);
  return { server, address: `${host}:${bound}` };
}
