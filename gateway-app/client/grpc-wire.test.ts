import { once } from 'node:events';
import { createSecureServer, type Http2SecureServer, type Http2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadTls } from '@cotrace/network';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import { findOrganisation } from '../node/node-config.js';
import { TestNetwork } from '../testing/test-network.js';
import type { ClientContext } from './client-config.js';
import { Connections } from './connections.js';

let network: TestNetwork;
/** Takes connections of clients, and answers nothing. */
let server: Http2SecureServer;
const sessions: Http2Session[] = [];

beforeAll(async () => {
  network = await TestNetwork.create({ organisations: 2, domains: ['goods'] });
  const { certificate: cert, key } = loadTls(join(network.layout.master(network.organisation(0)), 'tls'));
  server = createSecureServer({ cert, key });
  server.on('session', (session) => sessions.push(session));
  server.listen(0, 'localhost');
  await once(server, 'listening');
});

afterAll(async () => {
  for (const session of sessions) session.destroy();
  server.close();
  await network.remove();
});

/** A client of an organisation whose peer and master are the server. */
function context(): ClientContext {
  const own = network.organisation(0);
  const address = `localhost:${(server.address() as AddressInfo).port}`;
  const nodes = network.consortium.nodes
    .filter(({ name }) => name === 'org1.master')
    .map((node) => ({ ...node, address }));
  const organisation = findOrganisation(network.consortium, own.mspId);
  return {
    consortium: { ...network.consortium, nodes },
    organisation: { ...organisation, peer: { address, serverName: null } },
    identity: own.client,
    tls: loadTls(join(network.layout.user(own, 'User1'), 'tls')),
  };
}

/** Whether something comes true in two seconds. */
async function soon(isTrue: () => boolean): Promise<boolean> {
  for (let waited = 0; waited < 2000 && !isTrue(); waited += 10) await sleep(10);
  return isTrue();
}

describe('a client’s connections', () => {
  it('are made when they are first used, once each, and end with the session', async () => {
    const connections = new Connections(context());
    const ask = () => {
      connections.peer.ledgerEnd(60_000).catch(() => undefined);
      for (const { client } of connections.masters()) {
        client.call(Master.method.status, {}).catch(() => undefined);
      }
    };
    try {
      await sleep(20);
      expect(sessions).toHaveLength(0);
      ask();
      expect(await soon(() => sessions.length === 2)).toBe(true);
      ask();
      await sleep(20);
      expect(sessions).toHaveLength(2);
    } finally {
      connections.close();
    }
    expect(await soon(() => sessions.every(({ closed }) => closed))).toBe(true);
  });
});
