import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CotraceError } from '@cotrace/core';
import { loadTls } from '@cotrace/network';
import { TestNetwork } from '../testing/test-network.js';
import { closeOf, resets } from '../testing/test-rpc.js';
import { closeConnection, refuseConnection } from './refuse-connection.js';

const MIB = 1024 * 1024;

let network: TestNetwork;

beforeAll(async () => {
  network = await TestNetwork.create({ organisations: 2, domains: ['goods'] });
});
afterAll(() => network.remove());

/** Bytes that a server which refuses its connections so reads of a sender with 50 MiB, and how long it keeps it. */
async function sendTo(refuse: (socket: TLSSocket) => void) {
  const { key, certificate } = loadTls(join(network.layout.master(network.organisation(0)), 'tls'));
  let read = 0;
  const server = createServer({ key, cert: certificate, ALPNProtocols: ['h2'] }, (refused) => {
    refused.once('close', () => (read = refused.bytesRead));
    refuse(refused);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  const begin = performance.now();
  socket.write(resets('/cotrace.v1.Master/Find', 1));
  for (let i = 0; i < 50; i++) socket.write(Buffer.alloc(MIB));
  socket.resume();
  await closeOf(socket);
  await new Promise((resolve) => server.close(resolve));
  return { read, time: performance.now() - begin };
}

describe('a connection that is refused where strangers are many', () => {
  it('is kept a while, and no more of it is read than what fills the buffers', async () => {
    const error = new CotraceError('UNKNOWN_CALLER', 'nobody');
    const sent = await Promise.all([
      sendTo((socket) => refuseConnection(socket, error, true)),
      sendTo((socket) => closeConnection(socket, true)),
    ]);
    for (const { read, time } of sent) {
      expect(time).toBeGreaterThan(1200);
      expect(read).toBeLessThan(MIB);
    }
  });

  it('is closed at once where they are few', async () => {
    const ended: string[] = [];
    const noted = async (name: string, isPressed: boolean) => {
      await sendTo((socket) => closeConnection(socket, isPressed));
      ended.push(name);
    };
    await Promise.all([noted('kept', true), noted('at once', false)]);
    expect(ended).toEqual(['at once', 'kept']);
  });
});
