import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentProcesses } from './silent.js';

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
