// Strangers at a node, as a process of their own: `node stranger.mjs KIND COUNT HOST PORT SECONDS [TLS_FOLDER]`. Each
// has one connection and opens it again as soon as it is refused. Prints how often that was.
import { connect as connectHttp2 } from 'node:http2';
import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';

const [kind, count, host, port, seconds, folder] = process.argv.slice(2);
const end = Date.now() + Number(seconds) * 1000;
const identity =
  folder === undefined
    ? {}
    : { cert: readFileSync(join(folder, 'client.crt')), key: readFileSync(join(folder, 'client.key')) };
const options = { host, port: Number(port), rejectUnauthorized: false, ALPNProtocols: ['h2'], ...identity };
/** 20 MiB of block numbers, framed as one message. */
const request = Buffer.alloc(20 * 1024 * 1024 + 5, 1);
request.writeUInt8(0, 0);
request.writeUInt32BE(request.length - 5, 1);
let connections = 0;

/** Waits until a connection is closed; Node does not always see that the other side has closed it. */
const closeOf = (connection) =>
  new Promise((resolve) => {
    const impatience = setTimeout(() => connection.destroy(), 4000);
    connection.on('error', () => undefined);
    connection.once('close', () => {
      clearTimeout(impatience);
      resolve();
    });
  });

const kinds = {
  /** Sends the largest request there may be, and takes its refusal for an answer. */
  async request() {
    const session = connectHttp2(`https://${host}:${port}`, options);
    const closed = closeOf(session);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/cotrace.v1.Master/AttestationsOf',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.on('error', () => undefined);
    stream.once('close', () => session.destroy());
    stream.resume().end(request);
    await closed;
  },

  /** Sends bytes without end, whatever HTTP/2 says about flow control. */
  async blast() {
    const socket = connectTls(options);
    const closed = closeOf(socket);
    socket.resume();
    socket.once('secureConnect', () => {
      socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0');
      const send = () => {
        while (!socket.destroyed && socket.write(request));
      };
      socket.on('drain', send);
      send();
    });
    await closed;
  },

  /** Leaves as soon as its handshake is over: what it costs the other side is spent then. */
  async leave() {
    const socket = connectTls(options);
    const closed = closeOf(socket);
    socket.once('secureConnect', () => socket.destroy());
    await closed;
  },

  /** Says nothing at all. */
  async silent() {
    await closeOf(connectTcp({ host, port: Number(port) }));
  },
};

async function keepComing() {
  while (Date.now() < end) {
    connections += 1;
    await kinds[kind]();
  }
}

const done = () => {
  console.log(connections);
  process.exit(0);
};
setTimeout(done, Number(seconds) * 1000);
await Promise.all(Array.from({ length: Number(count) }, keepComing));
done();
