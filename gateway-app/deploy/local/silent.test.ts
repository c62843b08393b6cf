import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startProcess, stopProcess, type ProcessEntry } from '../processes.js';
import { endSilent, silentProcesses } from './silent.js';
import { Starter } from './starter.js';
import { Workspace } from '../../workspace/workspace.js';

const PATIENCE_MS = 400;
/** One server as chaincode services have it, one as the others; both say where they listen. */
const SERVERS = `
  const say = (server) => server.listen(0, '127.0.0.1', () => console.log(server.address().port));
  say(require('node:http2').createServer());
  require('node:timers').setTimeout(() => say(require('node:tls').createServer()), 50);
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
  let workspace: Workspace;
  let child: ProcessEntry;
  let ports: Record<string, number>;
  const silent = (names: readonly string[]) =>
    silentProcesses(
      services.filter(({ name }) => names.includes(name)),
      ports,
      PATIENCE_MS,
    );

  beforeAll(async () => {
    workspace = new Workspace(mkdtempSync(join(tmpdir(), 'cotrace-silent-')));
    const log = workspace.log('one');
    child = startProcess({ name: 'one', owner: workspace.root, args: ['-e', SERVERS], log });
    const [plain = 0, tls = 0] = await portsIn(log, 2);
    ports = { plain, tls };
  });

  afterAll(async () => {
    await stopProcess(child, 0);
    rmSync(workspace.root, { recursive: true, force: true });
  });

  it('that runs answers, with TLS and without', async () => {
    expect(await silent(['plain', 'tls'])).toEqual([]);
  });

  it('that hangs is found by either service, though the system takes connections for it', async () => {
    process.kill(child.pid, 'SIGSTOP');
    try {
      const asked = [silent(['plain']), silent(['tls']), silent(['plain', 'tls'])];
      expect(await Promise.all(asked)).toEqual([['one'], ['one'], ['one']]);
    } finally {
      process.kill(child.pid, 'SIGCONT');
    }
    expect(await silent(['plain', 'tls'])).toEqual([]);
  });

  it('that does not listen, or of which no port is known, does not hang', async () => {
    const gone = { plain: 1 };
    expect(await silentProcesses(services, gone, PATIENCE_MS)).toEqual([]);
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
    const names = ['hanging', 'running', 'stopped'];
    for (const name of names) {
      const log = workspace.log(name);
      const { pid } = starter.ensure({ name, owner: workspace.root, args: ['-e', SERVERS], log });
      [ports[name] = 0] = await portsIn(log, 1);
      if (name === 'hanging') process.kill(pid, 'SIGSTOP');
    }
    await starter.stop('stopped');
    said.length = 0;
    const services = names.map((name) => ({ name, process: name, fixed: false, tls: false }));
    await endSilent(services, ports, starter, (line) => said.push(line), PATIENCE_MS);
    expect(said).toEqual(['hanging runs but does not answer; restarting it']);
    expect(names.map((name) => starter.runs(name))).toEqual([false, true, false]);
  });
});
