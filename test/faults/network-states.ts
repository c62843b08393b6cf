import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readNetworkState } from '../../gateway-app/deploy/local/network-state.js';
import { isRunning } from '../../gateway-app/deploy/processes.js';
import { networkStatus } from '../../gateway-app/deploy/local/status.js';
import { Workspace } from '../../gateway-app/workspace/workspace.js';
import type { Backend } from '../acceptance/backend.js';
import { Cotrace } from '../acceptance/cotrace.js';

const TOPOLOGY = `
organisations:
  - { name: one, mspId: OneMSP, domain: one.example.com }
  - { name: two, mspId: TwoMSP, domain: two.example.com }
domains: [production]
`;
const MINUTE = 60_000;

/** What differs between networks. */
export interface StatesOf {
  readonly backend: Backend;
  /** Processes of a network of two organisations and one domain. */
  readonly processes: number;
  /** Services of the Fabric network whose ports may change. */
  readonly movable: readonly string[];
  /** Services whose ports are in the channels' configuration. */
  readonly fixed: readonly string[];
}

/** `cotrace network up|status|down`, twice in a row, in any state: it ends in the asked state, or says how to. */
export function networkStates({ backend, processes: PROCESSES, movable, fixed }: StatesOf): void {
  const folder = mkdtempSync(join(tmpdir(), 'cotrace-states-'));
  const cotrace = new Cotrace(join(folder, 'home'));
  const { home } = cotrace;
  const workspace = new Workspace(home);
  const topology = join(folder, 'topology.yaml');

  beforeAll(() => writeFileSync(topology, TOPOLOGY));

  afterAll(async () => {
    await cotrace.run('network', 'down', '--purge');
    rmSync(folder, { recursive: true, force: true });
  }, MINUTE);

  const up = () => cotrace.run('network', 'up', '--topology', topology, ...backend.flags);
  const down = () => cotrace.run('network', 'down');

  const state = () => networkStatus(workspace).state;

  /** What `cotrace network status` says. */
  async function toldStatus() {
    const { code, value } = await cotrace.json<{ state: string; processes: readonly object[] }>(
      'network',
      'status',
    );
    return { code, state: value.state, processes: value.processes.length };
  }

  const entries = () => readNetworkState(workspace).processes;
  const pids = () => Object.fromEntries(entries().map(({ name, pid }) => [name, pid]));

  async function crash(pattern: RegExp): Promise<void> {
    for (const entry of entries().filter(({ name }) => pattern.test(name))) {
      if (!isRunning(entry)) continue;
      process.kill(entry.pid, 'SIGKILL');
      while (isRunning(entry)) await sleep(5);
    }
  }

  /** Processes of this network, as the system lists them: what no file knows of counts, too. */
  function listed(): string[] {
    return readdirSync('/proc')
      .filter((name) => /^[0-9]+$/.test(name))
      .flatMap((pid) => {
        const path = `/proc/${pid}/cmdline`;
        const shown = existsSync(path) ? readOrNothing(path).split('\0')[0] : undefined;
        return shown?.endsWith(`of ${home}`) === true ? [shown] : [];
      });
  }

  describe(`cotrace network on ${backend.name}`, () => {
    it(
      'says that nothing runs where nothing was ever started, and leaves no trace of being asked',
      async () => {
        expect(await toldStatus()).toEqual({ code: 1, state: 'down', processes: 0 });
        expect(await down()).toMatchObject({ code: 0 });
        expect(existsSync(home)).toBe(false);
      },
      MINUTE,
    );

    it(
      'comes up, and up again without touching what runs',
      async () => {
        expect(await up()).toMatchObject({ code: 0 });
        expect(await toldStatus()).toEqual({ code: 0, state: 'up', processes: PROCESSES });
        const before = pids();
        expect(await up()).toMatchObject({ code: 0 });
        expect(pids()).toEqual(before);
        expect(listed()).toHaveLength(PROCESSES);
      },
      2 * MINUTE,
    );

    it(
      'refuses another topology, and stays as it is',
      async () => {
        const other = join(folder, 'other.yaml');
        writeFileSync(other, 'domains: [retail]\n');
        const refused = await cotrace.error('network', 'up', '--topology', other);
        expect(refused).toMatchObject({ exit: 2, code: 'CONFIG' });
        expect(state()).toBe('up');
      },
      MINUTE,
    );

    it(
      'comes up from half up, and starts no more than is missing',
      async () => {
        await crash(/^one\.(?:master|chaincode)$/);
        expect(await toldStatus()).toEqual({ code: 1, state: 'partly up', processes: PROCESSES });
        const before = pids();
        expect(await up()).toMatchObject({ code: 0 });
        const { 'one.master': master, 'one.chaincode': chaincode, ...others } = pids();
        expect(before).toMatchObject(others);
        expect([before['one.master'], before['one.chaincode']]).not.toContain(master);
        expect([before['one.master'], before['one.chaincode']]).not.toContain(chaincode);
        expect(state()).toBe('up');
      },
      2 * MINUTE,
    );

    it(
      'goes down, and down again; comes up from there although others have taken its ports',
      async () => {
        expect(await down()).toMatchObject({ code: 0 });
        expect(await down()).toMatchObject({ code: 0 });
        expect(state()).toBe('down');
        expect(listed()).toEqual([]);
        const { ports } = readNetworkState(workspace);
        const taken = ['one.chaincode', 'two.master', 'one.production', ...movable];
        const servers = taken.map((name) =>
          createServer((socket) => socket.destroy()).listen(ports[name], '127.0.0.1'),
        );
        await Promise.all(servers.map((server) => once(server, 'listening')));
        try {
          expect(await up()).toMatchObject({ code: 0 });
          expect(state()).toBe('up');
          const now = readNetworkState(workspace).ports;
          const moved = Object.keys(ports).filter((name) => now[name] !== ports[name]);
          expect(moved.sort()).toEqual([...taken].sort());
        } finally {
          for (const server of servers) server.close();
        }
      },
      2 * MINUTE,
    );

    for (const name of fixed)
      it(
        `says so where others have taken the port of ${name}, which cannot change, and comes up once they have gone`,
        async () => {
          await crash(new RegExp(`^${name.replaceAll('.', '\\.')}$`));
          const port = readNetworkState(workspace).ports[name];
          const server = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
          await once(server, 'listening');
          try {
            const refused = await cotrace.error('network', 'up');
            expect(refused).toMatchObject({ exit: 1, code: 'NO_PORT' });
            expect(refused.message).toContain(`port ${port}`);
          } finally {
            server.close();
          }
          expect(await up()).toMatchObject({ code: 0 });
          expect(state()).toBe('up');
        },
        2 * MINUTE,
      );

    it(
      'moves a crashed chaincode service whose port was taken, and tells the running network',
      async () => {
        await crash(/^two\.chaincode$/);
        const server = createServer((socket) => socket.destroy()).listen(
          readNetworkState(workspace).ports['two.chaincode'],
          '127.0.0.1',
        );
        await once(server, 'listening');
        try {
          expect(await up()).toMatchObject({ code: 0 });
          expect(state()).toBe('up');
        } finally {
          server.close();
        }
      },
      2 * MINUTE,
    );

    it(
      'comes up after everything has crashed, and after the list of its processes was lost',
      async () => {
        await crash(/./);
        expect(state()).toBe('down');
        expect(await up()).toMatchObject({ code: 0 });
        rmSync(workspace.network);
        expect(await up()).toMatchObject({ code: 0 });
        expect(state()).toBe('up');
        expect(listed()).toHaveLength(PROCESSES);
      },
      3 * MINUTE,
    );

    it(
      'says which process does not start, and why, and comes up once that is mended',
      async () => {
        await crash(/^one\.business$/);
        const store = join(workspace.nodes, 'one.production');
        const current = readFileSync(join(store, 'CURRENT'));
        writeFileSync(join(store, 'CURRENT'), 'nonsense\n');
        const failed = await cotrace.error('network', 'up');
        expect(failed).toMatchObject({ exit: 1, code: 'NOT_READY' });
        expect(failed.message).toMatch(
          /^\[NOT_READY\] one\.business has stopped .*STORE_FAILED.*one\.business\.log/,
        );
        writeFileSync(join(store, 'CURRENT'), current);
        expect(await up()).toMatchObject({ code: 0 });
        expect(state()).toBe('up');
      },
      2 * MINUTE,
    );

    it(
      'comes up once however many ask for it, also where those who asked were killed',
      async () => {
        expect(await down()).toMatchObject({ code: 0 });
        for (const delay of [500, 900, 1300]) {
          const killed = cotrace.start('network', 'up');
          await sleep(delay);
          killed.signal('SIGKILL');
          await killed.ended;
        }
        const ended = await Promise.all([up(), up()]);
        expect(ended.map(({ code }) => code)).toEqual([0, 0]);
        expect(state()).toBe('up');
        expect(listed()).toHaveLength(PROCESSES);
      },
      3 * MINUTE,
    );

    it(
      'ends up or down, and nothing in between, where one starts it while another stops it',
      async () => {
        const ended = await Promise.all([up(), down()]);
        expect(ended.map(({ code }) => code)).toEqual([0, 0]);
        expect(['up', 'down']).toContain(state());
        expect(listed()).toHaveLength(state() === 'up' ? PROCESSES : 0);
      },
      3 * MINUTE,
    );

    it(
      'removes what it made and nothing else, and can begin anew',
      async () => {
        writeFileSync(join(home, 'notes.txt'), 'mine');
        const purged = await cotrace.run('network', 'down', '--purge');
        expect(purged).toMatchObject({ code: 0 });
        expect(listed()).toEqual([]);
        expect(readdirSync(home)).toEqual(['notes.txt']);
        rmSync(join(home, 'notes.txt'));
        expect(await cotrace.run('network', 'down', '--purge')).toMatchObject({ code: 0 });
        expect(existsSync(home)).toBe(false);
      },
      MINUTE,
    );
  });
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It ended while it was looked at.
    return '';
  }
}
