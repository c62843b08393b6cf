import { connect as connectHttp2, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { loadTls } from '@cotrace/network';
import { RpcClient } from '../node/rpc-client.js';
import type { RpcMethod } from '../node/rpc-method.js';
import { serve, type RpcServer } from '../node/rpc-server.js';
import { freePorts } from './free-ports.js';
import { SilentLog } from './silent-log.js';
import type { TestNetwork } from './test-network.js';

/** A log that keeps its warnings. */
class KeptWarnings extends SilentLog {
  readonly #lines: string[];

  constructor(lines: string[]) {
    super();
    this.#lines = lines;
  }

  override warn(...[message]: readonly string[]): void {
    this.#lines.push(message ?? '');
  }
}

/** What came back of a call that was made by hand. */
export interface RawAnswer {
  /** The error's code; undefined where there is none. */
  readonly code: unknown;
  /** Bytes of the answer, with gRPC's framing. */
  readonly bytes: number;
}

/** A server of methods on a free port, the master of the first organisation of a test network, and callers of it. */
export class TestRpc {
  readonly network: TestNetwork;
  readonly warnings: string[] = [];
  readonly port: number;
  readonly #closing: (() => void)[] = [];

  private constructor(network: TestNetwork, port: number) {
    this.network = network;
    this.port = port;
  }

  static async start(network: TestNetwork, methods: readonly RpcMethod[]): Promise<TestRpc> {
    const [port = 0] = await freePorts(1);
    const test = new TestRpc(network, port);
    const log = new KeptWarnings(test.warnings);
    const server: RpcServer = await serve(
      `localhost:${port}`,
      loadTls(join(network.layout.master(network.organisation(0)), 'tls')),
      network.consortium,
      methods,
      log,
    );
    test.#closing.push(() => server.close());
    return test;
  }

  /** Somebody whom the consortium file knows. */
  get known(): string {
    return join(this.network.layout.user(this.network.organisation(1), 'User1'), 'tls');
  }

  /** Somebody else whom it knows. */
  get otherKnown(): string {
    return join(this.network.layout.master(this.network.organisation(1)), 'tls');
  }

  /** Somebody with a certificate of a member's authority whom the consortium file does not know. */
  get stranger(): string {
    return join(this.network.layout.user(this.network.organisation(1), 'Admin'), 'tls');
  }

  /** A client as the nodes have it. */
  client(folder: string): RpcClient {
    const { nodes, organisations } = this.network.consortium;
    const [node] = nodes;
    const [organisation] = organisations;
    if (node === undefined || organisation === undefined) throw new RangeError('no organisation');
    const { port } = this;
    const client = new RpcClient(
      `localhost:${port}`,
      loadTls(folder),
      organisation.tlsRoots,
      node.certificate,
    );
    this.#closing.push(() => client.close());
    return client;
  }

  /** A connection that is past its TLS handshake; null: without a certificate. */
  async tls(folder: string | null): Promise<TLSSocket> {
    const { certificate, key } = folder === null ? {} : loadTls(folder);
    const socket = connectTls({
      port: this.port,
      host: 'localhost',
      ...(certificate === undefined ? {} : { cert: certificate, key }),
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
    });
    this.#closing.push(() => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.on('error', reject);
      socket.once('close', () => reject(new Error('the connection was closed')));
    });
    return socket;
  }

  /** A connection over HTTP/2 without gRPC's client, to be misused. */
  async http2(folder: string): Promise<ClientHttp2Session> {
    const socket = await this.tls(folder);
    const session = connectHttp2(`https://localhost:${this.port}`, { createConnection: () => socket });
    // Tests look at how it closes.
    session.on('error', () => undefined);
    return session;
  }

  close(): void {
    for (const close of this.#closing.reverse()) close();
  }
}

/** Waits until a connection is closed, however that happens. */
export function closeOf(connection: ClientHttp2Session | TLSSocket): Promise<void> {
  return new Promise((resolve) => {
    if (connection.destroyed) resolve();
    else connection.once('close', () => resolve());
  });
}

/** Opens a call. */
export function rawCall(session: ClientHttp2Session, path: string): ClientHttp2Stream {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.on('error', () => undefined);
  return stream;
}

const [SETTINGS, HEADERS, RST_STREAM] = [4, 1, 3];
const END_HEADERS = 4;
const CANCEL = 8;

/** An HTTP/2 connection's first bytes, and calls that are opened and taken back at once, as frames. */
export function resets(path: string, count: number): Buffer {
  // HPACK: POST and https of the static table, then an authority and the path as literals.
  const headers = Buffer.concat([Buffer.of(0x83, 0x87, 1, 1, 0x78, 4, path.length), Buffer.from(path)]);
  const reset = Buffer.alloc(4);
  reset.writeUInt32BE(CANCEL);
  const calls = Array.from({ length: count }, (_, i) => [
    frame(HEADERS, END_HEADERS, 2 * i + 1, headers),
    frame(RST_STREAM, 0, 2 * i + 1, reset),
  ]);
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  return Buffer.concat([preface, frame(SETTINGS, 0, 0, Buffer.alloc(0)), ...calls.flat()]);
}

/** Source: RFC 9113, 4.1. */
function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A message with gRPC's prefix; `length` may lie. */
export function framed(message: Uint8Array, length = message.length): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

/** Reads what comes back until the call ends. */
export async function rawAnswer(stream: ClientHttp2Stream): Promise<RawAnswer> {
  let code: unknown;
  let bytes = 0;
  const note = (headers: Readonly<Record<string, unknown>>) => (code ??= headers['cotrace-code']);
  stream.on('response', note);
  stream.on('trailers', note);
  stream.on('data', (chunk: Buffer) => (bytes += chunk.length));
  if (!stream.destroyed) await new Promise((resolve) => stream.once('close', resolve));
  return { code, bytes };
}
