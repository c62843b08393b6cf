import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseTopology } from '../topology.js';
import { ensureCrypto } from './ensure.js';
import type { CryptoLayout } from './layout.js';
import { loadTls, loadTlsRoots } from './tls.js';

const topology = parseTopology(
  'organisations: [{name: a, mspId: AMSP, domain: a.test}, {name: b, mspId: BMSP, domain: b.test}]\ndomains: [rice]',
);
const [a, b] = topology.organisations;
if (a === undefined || b === undefined) throw new Error('two organisations expected');

describe('mutual TLS', () => {
  const dir = mkdtempSync(join(tmpdir(), 'cotrace-tls-'));
  let layout: CryptoLayout;

  beforeAll(async () => {
    layout = await ensureCrypto(topology, dir);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  /** Common name of the client that a server of organisation a's master sees, or the client's error. */
  const handshake = async (options: ConnectionOptions): Promise<unknown> => {
    const { certificate, key } = loadTls(join(layout.master(a), 'tls'));
    const server = createServer({ cert: certificate, key, ca: loadTlsRoots(layout), requestCert: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const accepted = once(server, 'secureConnection');
      const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ...options });
      try {
        const [socket] = (await Promise.race([accepted, failure(client), failure(server)])) as [TLSSocket];
        const { CN } = socket.getPeerCertificate().subject;
        socket.destroy();
        return CN;
      } catch (error) {
        return error;
      } finally {
        client.destroy();
      }
    } finally {
      server.close();
      await once(server, 'close');
    }
  };

  it("lets another organisation's business node in, under every name of the server", async () => {
    const { certificate, key } = loadTls(join(layout.business(b, 'rice'), 'tls'));
    const options = { cert: certificate, key, ca: loadTlsRoots(layout) };
    for (const servername of ['localhost', 'master.a.test']) {
      expect(await handshake({ ...options, servername })).toBe('rice@b.test');
    }
    expect(await handshake(options)).toBe('rice@b.test');
  });

  it('refuses a server of an organisation that the client does not trust', async () => {
    const { ca, certificate, key } = loadTls(join(layout.peer(b), 'tls'));
    expect(await handshake({ ca, cert: certificate, key })).toMatchObject({
      code: 'SELF_SIGNED_CERT_IN_CHAIN',
    });
  });

  it('refuses a server under a name that is not its own', async () => {
    const { certificate, key } = loadTls(join(layout.orderer(), 'tls'));
    expect(
      await handshake({ cert: certificate, key, ca: loadTlsRoots(layout), servername: 'master.b.test' }),
    ).toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  it('says which file is missing', () => {
    expect(() => loadTls(dir)).toThrow(
      expect.objectContaining({ code: 'TLS_FOLDER', detail: { path: join(dir, 'ca.crt') } }),
    );
  });
});

async function failure(emitter: NodeJS.EventEmitter): Promise<never> {
  const [error] = (await Promise.race([once(emitter, 'error'), once(emitter, 'tlsClientError')])) as [Error];
  throw error;
}
