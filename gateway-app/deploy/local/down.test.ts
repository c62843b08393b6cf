import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asNobody, MAY_BE_OTHERS } from '../../testing/as-nobody.js';
import { networkDown } from './down.js';
import { makeFolder } from '../../workspace/folder.js';
import { withLock } from '../lock.js';
import { writeNetworkState } from './network-state.js';
import { findProcesses } from '../processes.js';
import { networkStatus } from './status.js';
import { Workspace } from '../../workspace/workspace.js';

let folder: string;
let workspace: Workspace;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cotrace-down-'));
  workspace = new Workspace(join(folder, 'home'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const purge = (home = workspace) => networkDown(home, true, () => undefined);

/** What a first start has made once it has the lock. */
async function begin(home = workspace): Promise<void> {
  makeFolder(home);
  await withLock(home, () => Promise.resolve());
  mkdirSync(home.logs);
}

describe('removing a network', () => {
  it('removes what is one, and says so', async () => {
    await begin();
    expect(await purge()).toBe(true);
    expect(existsSync(workspace.root)).toBe(false);
  });

  it('leaves alone what is none, and says so', async () => {
    expect(await purge()).toBe(false);
    mkdirSync(workspace.logs, { recursive: true });
    writeFileSync(join(workspace.logs, 'mine.log'), 'mine');
    writeFileSync(workspace.topology, 'mine');
    expect(await purge()).toBe(false);
    expect(readdirSync(workspace.root).sort()).toEqual(['logs', 'topology.yaml']);
    expect(readdirSync(workspace.logs)).toEqual(['mine.log']);
  });

  it('keeps a link and the folder that it leads to', async () => {
    const real = join(folder, 'real');
    mkdirSync(real);
    symlinkSync(real, workspace.root);
    await begin();
    expect(await purge()).toBe(true);
    expect([existsSync(workspace.root), readdirSync(real)]).toEqual([true, []]);
  });

  it('is refused for a file', async () => {
    writeFileSync(workspace.root, '');
    await expect(purge()).rejects.toMatchObject({ code: 'CONFIG' });
    expect(() => networkStatus(workspace)).toThrow(expect.objectContaining({ code: 'CONFIG' }));
    expect(existsSync(workspace.root)).toBe(true);
  });
});

describe('the folder of a network', () => {
  it('is for its user alone', () => {
    makeFolder(workspace);
    expect(statSync(workspace.root).mode & 0o777).toBe(0o700);
  });

  it('is none in which something else has the names of a network', () => {
    mkdirSync(workspace.configs, { recursive: true });
    expect(() => makeFolder(workspace)).toThrow(/holds no network, and other things .*config; give --home/);
  });

  it('is no file', () => {
    writeFileSync(workspace.root, '');
    expect(() => makeFolder(workspace)).toThrow(/home is a file; give --home a folder/);
  });
});

/** Only root may start and be other users. */
const asRoot = MAY_BE_OTHERS ? it : it.skip;

asRoot('says so where the folder is not for this user to look into, and not that nothing runs', async () => {
  await begin();
  chmodSync(folder, 0o755);
  await asNobody(async () => {
    expect(() => networkStatus(workspace)).toThrow(expect.objectContaining({ code: 'EACCES' }));
    await expect(purge()).rejects.toMatchObject({ code: 'EACCES' });
  });
});

asRoot('removes no network that runs as another user', async () => {
  await begin();
  const other = spawn(process.execPath, ['-e', 'console.log(); setInterval(() => undefined, 1000)'], {
    argv0: `cotrace org1.master of ${workspace.root}`,
    uid: 65_533,
    gid: 65_533,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(other.stdout, 'data');
    const processes = findProcesses(workspace.root, ['org1.master']);
    writeNetworkState(workspace, { version: 1, ports: {}, processes });
    for (const path of [folder, workspace.root, workspace.network, workspace.lock]) chmodSync(path, 0o777);
    for (const name of readdirSync(workspace.lock)) chmodSync(join(workspace.lock, name), 0o666);
    await asNobody(async () => {
      expect(networkStatus(workspace).state).toBe('up');
      await expect(purge()).rejects.toMatchObject({ code: 'NOT_YOUR_PROCESS' });
    });
    expect([other.exitCode, existsSync(workspace.network), existsSync(workspace.logs)]).toEqual([
      null,
      true,
      true,
    ]);
  } finally {
    other.kill('SIGKILL');
  }
});
