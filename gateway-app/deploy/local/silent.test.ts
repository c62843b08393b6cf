import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
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

describe('a process', () => {
  const service = (name: string, tls: boolean) => ({ name, process: 'one', fixed: false, tls });
  const services = [service('plain', false), service('tls', true)];
  let child: ChildProcess;
  let ports: Record<string, number>;
  const silent = (names: readonly string[]) =>
    silentProcesses(
      services.filter(({ name }) => names.includes(name)),
      ports,
      PATIENCE_MS,
    );

  beforeAll(async () => {
    child = spawn(process.execPath, ['-e', SERVERS], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
    while (said.split('\n').length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    const [plain, tls] = said.split('\n').map(Number);
    ports = { plain: plain ?? 0, tls: tls ?? 0 };
  });

  afterAll(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });

  it('that runs answers, with TLS and without', async () => {
    expect(await silent(['plain', 'tls'])).toEqual([]);
  });

  it('that hangs is found by either service, though the system takes connections for it', async () => {
    child.kill('SIGSTOP');
    try {
      expect(await silent(['plain'])).toEqual(['one']);
      expect(await silent(['tls'])).toEqual(['one']);
    } finally {
      child.kill('SIGCONT');
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
      while (readFileSync(log, 'utf8').split('\n').length < 2) await new Promise((r) => setTimeout(r, 10));
      ports[name] = Number(readFileSync(log, 'utf8').split('\n')[0]);
      if (name === 'hanging') process.kill(pid, 'SIGSTOP');
    }
    await starter.stop('stopped');
    said.length = 0;
    const services = names.map((name) => ({ name, process: name, fixed: false, tls: false }));
    await endSilent(services, ports, starter, (line) => said.push(line), PATIENCE_MS);
    expect(said).toEqual(['hanging runs and does not answer: it is replaced']);
    expect(names.map((name) => starter.runs(name))).toEqual([false, true, false]);
  });
});
