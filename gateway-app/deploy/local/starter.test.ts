import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DevnetBackend } from '../backends/devnet.js';
import { isRunning, stopProcess } from '../processes.js';
import { processNames } from '../services.js';
import { endlessProcess, startUnlisted } from '../../testing/endless-process.js';
import { Starter } from './starter.js';
import { networkStatus } from './status.js';
import { adoptTopology } from '../../workspace/topology-file.js';
import { Workspace } from '../../workspace/workspace.js';

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
    await Promise.all(['a', 'b', 'none'].map((name) => starter.stop(name)));
    expect(starter.entries()).toEqual(entries.slice(2));
    expect(entries.map(isRunning)).toEqual([false, false, true]);
  });

  it('takes in a process that was started and never written down', async () => {
    const lost = await startUnlisted(workspace, 'a');
    starter.adopt(['a', 'b']);
    expect(starter.entries()).toEqual([lost]);
    expect(starter.ensure(spec('a'))).toEqual(lost);
    expect(said).toEqual([]);
  });

  it('takes in a process in place of one that is gone', async () => {
    await stopProcess(starter.ensure(spec('a')), 0);
    const lost = await startUnlisted(workspace, 'a');
    starter.adopt(['a']);
    expect(starter.entries()).toEqual([lost]);
  });

  it('leaves the entries as they are where nothing is lost', () => {
    const known = starter.ensure(spec('a'));
    starter.adopt(['a', 'b']);
    expect(starter.entries()).toEqual([known]);
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

  it('is down where none was started', () => {
    expect(networkStatus(workspace)).toEqual({ state: 'down', processes: [] });
  });

  it('is up only once everything that the topology asks for runs', async () => {
    const topology = adoptTopology(workspace, null);
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
    await stopProcess(starter.ensure(spec(first)), 0);
    expect(stopped()).toEqual([first]);
    expect(networkStatus(workspace).state).toBe('partly up');
    await startUnlisted(workspace, first);
    expect(stopped()).toEqual([]);
    expect(networkStatus(workspace).state).toBe('up');
    starter.adopt(names);
  }, 20_000);
});
