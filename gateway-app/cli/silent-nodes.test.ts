import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TestNetwork } from '../testing/test-network.js';

const COTRACE = fileURLToPath(new URL('../bin/cotrace.js', import.meta.url));
/** Far more than the deadlines of calls, in milliseconds, and far less than what gRPC waits for a handshake. */
const LONG_MS = 10_000;

let network: TestNetwork;
let client: string;
const servers: Server[] = [];
const sockets: Socket[] = [];

/** A port at which connections are taken and nothing is said, as by a process that hangs. */
async function silentPort(): Promise<number> {
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  network = await TestNetwork.create({ organisations: 2, domains: ['goods'] });
  const { consortium, layout } = network;
  const addressOf = async () => `localhost:${await silentPort()}`;
  const nodes = [];
  for (const node of consortium.nodes) {
    nodes.push({ ...node, address: node.role === 'client' ? null : await addressOf() });
  }
  const organisations = [];
  for (const organisation of consortium.organisations) {
    organisations.push({ ...organisation, peer: { ...organisation.peer, address: await addressOf() } });
  }
  const path = network.folder('consortium.json');
  writeFileSync(path, JSON.stringify({ ...consortium, nodes, organisations }));
  const own = network.organisation(0);
  const folder = layout.user(own, 'User1');
  const [mspDir, tlsDir] = [join(folder, 'msp'), join(folder, 'tls')];
  client = network.folder('client.json');
  writeFileSync(client, JSON.stringify({ consortium: path, mspId: own.mspId, mspDir, tlsDir }));
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  await network.remove();
});

it('a command says that every process is silent, and ends', async () => {
  const child = spawn(process.execPath, [COTRACE, '--client', client, '--json', 'nodes'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: LONG_MS,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  const rows = JSON.parse(said === '' ? '[]' : said) as { readonly state: string; readonly lag: unknown }[];
  expect([code, rows.map(({ state, lag }) => [state, lag])]).toEqual([1, new Array(4).fill(['away', null])]);
});
