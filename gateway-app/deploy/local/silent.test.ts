import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { tlsFiles } from '@cotrace/network';
import { TestNetwork } from '../../testing/test-network.js';
import { withServer } from '../../testing/with-server.js';
import { startProcess, stopProcess, type ProcessEntry } from '../processes.js';
import { endSilent, silentProcesses } from './silent.js';
import { Starter } from './starter.js';
import { Workspace } from '../../workspace/workspace.js';

/** How long who hangs is waited for, and who answers in the end. */
const PATIENCE_MS = 400;
const LONG_MS = 10_000;
/** One server as chaincode services have it, one as the others, with a certificate; both say where they listen. */
const SERVERS = `
  const [certificate, key] = process.argv.slice(1).map((path) => require('node:fs').readFileSync(path));
  const say = (server) => server.listen(0, '127.0.0.1', () => console.log(server.address().port));
  say(require('node:http2').createServer());
  const options = { cert: certificate, key };
  require('node:timers').setTimeout(() => say(require('node:tls').createServer(options)), 50);
`;

/** The ports that a process has written to its log, once they are `count`. */
async function portsIn(log: string, count: number): Promise<number[]> {
  for (;;) {
    const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
    if (lines.length >= count) return lines.map(Number);
    await sleep(10);
  }
}

describe('a process', () => {
  const service = (name: string, tls: boolean) => ({ name, process: 'one', fixed: false, tls });
  const services = [service('plain', false), service('tls', true)];
  let network: TestNetwork;
  let child: ProcessEntry;
  let ports: Record<string, number>;
  const silent = (names: readonly string[], patience: number) =>
    silentProcesses(
      services.filter(({ name }) => names.includes(name)),
      ports,
      patience,
    );

  beforeAll(async () => {
    network = await TestNetwork.create({ organisations: 2, domains: ['goods'] });
    const { certificate, key } = tlsFiles(join(network.layout.master(network.organisation(0)), 'tls'));
    const log = network.folder('one.log');
    child = startProcess({ name: 'one', owner: network.dir, args: ['-e', SERVERS, certificate, key], log });
    const [plain = 0, tls = 0] = await portsIn(log, 2);
    ports = { plain, tls };
  });

  afterAll(async () => {
    await stopProcess(child, 0);
    await network.remove();
  });

  it('that runs answers, with TLS and without', async () => {
    expect(await silent(['plain', 'tls'], LONG_MS)).toEqual([]);
  });

  it('that hangs is found by either service, though the system takes connections for it', async () => {
    process.kill(child.pid, 'SIGSTOP');
    try {
      const asked = [['plain'], ['tls'], ['plain', 'tls']].map((names) => silent(names, PATIENCE_MS));
      expect(await Promise.all(asked)).toEqual([['one'], ['one'], ['one']]);
    } finally {
      process.kill(child.pid, 'SIGCONT');
    }
    expect(await silent(['plain', 'tls'], LONG_MS)).toEqual([]);
  });

  it('that does not listen, or of which no port is known, does not hang', async () => {
    const gone = { plain: 1 };
    expect(await silentProcesses(services, gone, LONG_MS)).toEqual([]);
  });

  it('that hangs up at once does not hang', async () => {
    await withServer(
      (socket) => socket.destroy(),
      async (port) => {
        expect(await silentProcesses(services, { plain: port, tls: port }, LONG_MS)).toEqual([]);
      },
    );
  });

  it('is sent nothing where it does not speak TLS', async () => {
    const received: Buffer[] = [];
    await withServer(
      (socket) => {
        socket.on('data', (bytes) => received.push(bytes));
        setTimeout(() => socket.write('hello'), 20);
      },
      async (port) => {
        expect(await silentProcesses(services, { plain: port }, LONG_MS)).toEqual([]);
      },
    );
    expect(received).toEqual([]);
  });
});

describe('processes that hang when a network is brought up', () => {
  let workspace: Workspace;
  let starter: Starter;
  let said: string[];

  beforeEach(() => {
    workspace = new Workspace(mkdtempSync(join(tmpdir(), 'cotrace-silent-')));
    said = [];
    starter = new Starter(workspace, (line) => said.push(line));
  });

  afterEach(async () => {
    for (const { name } of starter.entries()) await starter.kill(name);
    rmSync(workspace.root, { recursive: true, force: true });
  });

  it('are named and ended, and no others', async () => {
    const ports: Record<string, number> = {};
    const names = ['hanging', 'running', 'absent'];
    const started = names.slice(0, 2);
    for (const name of started) {
      starter.ensure({ name, owner: workspace.root, args: ['-e', SERVERS], log: workspace.log(name) });
    }
    for (const name of started) [ports[name] = 0] = await portsIn(workspace.log(name), 1);
    for (const { name, pid } of starter.entries()) if (name === 'hanging') process.kill(pid, 'SIGSTOP');
    said.length = 0;
    const services = names.map((name) => ({ name, process: name, fixed: false, tls: false }));
    // Another program has taken its port, and hangs.
    await withServer(
      () => undefined,
      async (port) => {
        const now = { ...ports, absent: port };
        await endSilent(services, now, starter, (line) => said.push(line), PATIENCE_MS);
      },
    );
    expect(said).toEqual(['hanging runs but does not answer; restarting it']);
    expect(names.map((name) => starter.runs(name))).toEqual([false, true, false]);
  });
});
