import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DevnetBackend } from '../backends/devnet.js';
import { isRunning, stopProcess, type ProcessEntry } from '../processes.js';
import { readNetworkState, writeNetworkState } from './network-state.js';
import { processNames } from '../services.js';
import { endlessProcess, startUnlisted } from '../../testing/endless-process.js';
import { withServer } from '../../testing/with-server.js';
import { Starter } from './starter.js';
import { networkHealth, networkStatus } from './status.js';
import { adoptTopology } from '../../workspace/topology-file.js';
import { Workspace } from '../../workspace/workspace.js';

const TOPOLOGY = `
organisations:
  - { name: org1, mspId: Org1MSP, domain: org1.example.com }
  - { name: org2, mspId: Org2MSP, domain: org2.example.com }
domains: [goods]
`;

let workspace: Workspace;
let said: string[];
let starter: Starter;

beforeEach(() => {
  workspace = new Workspace(mkdtempSync(join(tmpdir(), 'cotrace-starter-')));
  said = [];
  starter = new Starter(workspace, (message) => said.push(message));
});

afterEach(async () => {
  for (const { name } of starter.entries()) await starter.stop(name);
  rmSync(workspace.root, { recursive: true, force: true });
});

const spec = (name: string) => endlessProcess(workspace, name);

describe('starting and stopping the processes of a workspace', () => {
  it('starts what does not run, and once', () => {
    const first = starter.ensure(spec('a'));
    expect(starter.ensure(spec('a'))).toEqual(first);
    expect(starter.entries()).toEqual([first]);
    expect(said).toEqual(['starting a']);
  });

  it('starts again what was killed', async () => {
    const first = starter.ensure(spec('a'));
    await stopProcess(first, 0);
    expect(starter.runs('a')).toBe(false);
    const second = starter.ensure(spec('a'));
    expect(second.pid).not.toBe(first.pid);
    expect(starter.entries()).toEqual([second]);
    expect(starter.runs('a')).toBe(true);
  });

  it('forgets what it has stopped, and stops several at a time', async () => {
    const entries = ['a', 'b', 'c'].map((name) => starter.ensure(spec(name)));
    await Promise.all(['b', 'c', 'none'].map((name) => starter.stop(name)));
    expect(starter.entries()).toEqual(entries.slice(0, 1));
    expect(entries.map(isRunning)).toEqual([true, false, false]);
  });

  it('ends at once what would not end when asked', async () => {
    const log = workspace.log('a');
    const args = ['-e', "process.on('SIGTERM', () => undefined); setInterval(() => console.log('.'), 10)"];
    const entry = starter.ensure({ ...spec('a'), args, log });
    while (statSync(log).size === 0) await sleep(10);
    await starter.kill('a');
    expect([isRunning(entry), starter.entries()]).toEqual([false, []]);
  });

  it('takes in a process that was started and never written down', async () => {
    const lost = await startUnlisted(workspace, 'a');
    starter.adopt(['a', 'b']);
    expect(starter.entries()).toEqual([lost]);
    expect(starter.ensure(spec('a'))).toEqual(lost);
    expect(said).toEqual([]);
  });

  it.each([
    ['with its start', (lost: ProcessEntry) => ({ ...lost, pid: lost.pid - 1 })],
    ['with its id', (lost: ProcessEntry) => ({ ...lost, started: '1' })],
  ])('takes in a process in place of one %s that is gone', async (_, goneOf) => {
    const lost = await startUnlisted(workspace, 'a');
    const other = { ...lost, name: 'b', pid: 2, started: 'gone' };
    writeNetworkState(workspace, { version: 1, ports: { a: 12_000 }, processes: [goneOf(lost), other] });
    starter.adopt(['a']);
    expect(readNetworkState(workspace)).toMatchObject({ ports: { a: 12_000 }, processes: [other, lost] });
  });

  it('leaves the entries as they are where nothing is lost', () => {
    starter.adopt(['a']);
    expect(existsSync(workspace.network)).toBe(false);
    const known = starter.ensure(spec('a'));
    // Each time that it is written, it is another file.
    const { ino } = statSync(workspace.network);
    starter.adopt(['a', 'b']);
    expect(starter.entries()).toEqual([known]);
    expect(statSync(workspace.network).ino).toBe(ino);
  });

  it('says where the list of processes is of another version', () => {
    writeFileSync(workspace.network, '{"version":2}');
    expect(() => starter.entries()).toThrow(expect.objectContaining({ code: 'CONFIG' }));
    rmSync(workspace.network);
  });
});

describe('the status of a network', () => {
  const stopped = () =>
    networkStatus(workspace)
      .processes.filter(({ running }) => !running)
      .map(({ name }) => name);

  it('is down where none was started', async () => {
    const down = { state: 'down', processes: [] } as const;
    expect(networkStatus(workspace)).toEqual(down);
    expect(await networkHealth(workspace)).toEqual({ ...down, silent: [] });
  });

  it('is up only once everything that the topology asks for runs', async () => {
    const file = workspace.path('given.yaml');
    writeFileSync(file, TOPOLOGY);
    const topology = adoptTopology(workspace, file);
    const names = processNames(topology, new DevnetBackend());
    expect(networkStatus(workspace).state).toBe('down');
    const [first = '', ...others] = names;
    starter.ensure(spec(first));
    expect(networkStatus(workspace).state).toBe('partly up');
    expect(
      networkStatus(workspace)
        .processes.map(({ name }) => name)
        .sort(),
    ).toEqual([...names].sort());
    for (const name of others) starter.ensure(spec(name));
    expect(stopped()).toEqual([]);
    expect(networkStatus(workspace).state).toBe('up');
    await withServer(
      () => undefined,
      async (port) => {
        const health = () => networkHealth(workspace, 100);
        expect(await health()).toMatchObject({ state: 'up', silent: [] });
        const silence = (...names: readonly string[]) => {
          const ports = Object.fromEntries(names.map((name) => [name, port]));
          writeNetworkState(workspace, { ...readNetworkState(workspace), ports });
        };
        silence('org1.chaincode');
        expect(await health()).toMatchObject({ state: 'partly up', silent: ['org1.chaincode'] });
        silence('org1.chaincode', 'devnet.orderer');
        expect(await health()).toMatchObject({ state: 'partly up', silent: ['devnet', 'org1.chaincode'] });
        await stopProcess(starter.ensure(spec(first)), 0);
        expect(await health()).toMatchObject({ state: 'partly up', silent: ['org1.chaincode'] });
      },
    );
    expect(stopped()).toEqual([first]);
    expect(networkStatus(workspace).state).toBe('partly up');
    await startUnlisted(workspace, first);
    expect(stopped()).toEqual([]);
    expect(networkStatus(workspace).state).toBe('up');
    starter.adopt(names);
  }, 20_000);
});
