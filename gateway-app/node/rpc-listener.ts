import { lookup } from 'node:dns/promises';
import { createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { CotraceError } from '@cotrace/core';
import type { TlsMaterial } from '@cotrace/network';
import { ConnectionGate } from './connection-gate.js';
import { certificateHash } from '../consortium/certificate-hash.js';
import { errorCode } from '../settings/error-code.js';
import { TokenBucket } from './token-bucket.js';
import { HANDSHAKE_MS, MAX_SILENT, MAX_WAITING, STRANGERS } from './limits.js';

/** A connection after its TLS handshake. */
export interface Arrival {
  readonly socket: TLSSocket;
  /** SHA-256 of the certificate shown (DER, hexadecimal); null where none of an authority that is trusted was shown. */
  readonly certificate: string | null;
  /** Where it comes from. */
  readonly address: string;
  /** Whether strangers are many: they are then refused slowly, since a refusal makes them come back. */
  readonly isPressed: boolean;
  /** To be called where the certificate is a known caller's. */
  wasKnown(): void;
}

/** A TLS server on every address that a host name stands for. */
export class RpcListener {
  readonly #tls: ReturnType<typeof createTlsServer>;
  readonly #gate = new ConnectionGate(new TokenBucket(STRANGERS.burst, STRANGERS.perSecond), MAX_WAITING);
  readonly #servers: TcpServer[] = [];
  readonly #sockets = new Set<Socket>();
  /** Sockets that have said nothing yet, the oldest first. */
  readonly #silent = new Set<Socket>();
  /** Sockets whose handshake has begun, by their four numbers, which is how the TLS server's sockets know them. */
  readonly #shaking = new Map<string, Socket>();

  /** `roots`: PEM certificates of the authorities whose certificates are trusted. `onArrival` must handle the socket's errors. */
  constructor(tls: TlsMaterial, roots: string, onArrival: (arrival: Arrival) => void) {
    this.#tls = createTlsServer({
      key: tls.key,
      cert: tls.certificate,
      ca: roots,
      requestCert: true,
      // Who is not authorized is refused in `onArrival`, slowly.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
      ALPNProtocols: ['h2'],
      handshakeTimeout: HANDSHAKE_MS,
    });
    this.#tls.on('tlsClientError', (_error, socket) => socket.destroy());
    this.#tls.on('secureConnection', (socket) => {
      if (!this.#shaking.delete(numbersOf(socket))) {
        socket.destroy();
        return;
      }
      onArrival({
        socket,
        certificate: socket.authorized ? certificateOf(socket) : null,
        address: socket.remoteAddress ?? '',
        isPressed: this.#gate.isPressed,
        wasKnown: () => this.#gate.wasKnown(),
      });
    });
  }

  /** Listens on `host:port`. Throws `LISTEN`; nothing listens then. */
  async listen(address: string): Promise<void> {
    try {
      const { hostname, port } = new URL(`tcp://${address}`);
      const hosts = await lookup(hostname.replace(/^\[(.*)\]$/, '$1'), { all: true });
      const failures: unknown[] = [];
      for (const host of hosts) {
        try {
          this.#servers.push(await this.#bind(host.address, Number(port)));
        } catch (error) {
          // `localhost` names addresses of both families where the machine may have only one.
          if (!NOT_HERE.has(errorCode(error))) throw error;
          failures.push(error);
        }
      }
      if (this.#servers.length === 0) throw failures[0];
    } catch (cause) {
      this.close();
      throw new CotraceError('LISTEN', `cannot listen on ${address}; is the port taken?`, { address }, cause);
    }
  }

  /** Closes every connection and listens no more. */
  close(): void {
    for (const server of this.#servers) server.close();
    this.#gate.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async #bind(host: string, port: number): Promise<TcpServer> {
    const server = createTcpServer({ noDelay: true }, (socket) => this.#accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
    return server;
  }

  #accept(socket: Socket): void {
    const numbers = numbersOf(socket);
    this.#sockets.add(socket);
    // A connection that breaks is closed, and whoever reads it sees that.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#silent.delete(socket);
      if (this.#shaking.get(numbers) === socket) this.#shaking.delete(numbers);
    });
    this.#onFirstBytes(socket, () =>
      this.#gate.arrive({
        address: socket.remoteAddress ?? '',
        start: () => {
          if (socket.destroyed) return;
          this.#shaking.set(numbers, socket);
          this.#tls.emit('connection', socket);
        },
        drop: () => socket.destroy(),
      }),
    );
  }

  /** Calls `act` once a connection has said something: who says nothing takes no place from those who do. */
  #onFirstBytes(socket: Socket, act: () => void): void {
    const [oldest] = this.#silent;
    if (this.#silent.size >= MAX_SILENT) oldest?.destroy();
    this.#silent.add(socket);
    const impatience = setTimeout(() => socket.destroy(), HANDSHAKE_MS);
    socket.once('close', () => clearTimeout(impatience));
    // No more is read than fills the socket's buffer, which the TLS server takes over.
    socket.once('readable', () => {
      clearTimeout(impatience);
      this.#silent.delete(socket);
      if (socket.readableLength > 0) act();
      else socket.destroy();
    });
  }
}

const NOT_HERE: ReadonlySet<unknown> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/** What tells apart the connections that there are at one moment. */
function numbersOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return [localAddress, localPort, remoteAddress, remotePort].join(' ');
}

function certificateOf(socket: TLSSocket): string | null {
  const raw = socket.getPeerX509Certificate()?.raw;
  return raw === undefined ? null : certificateHash(raw);
}
