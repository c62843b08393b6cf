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
import { asNobody, asOrdinary, MAY_BE_OTHERS, processOfOther } from '../../testing/as-nobody.js';
import { endlessProcess, startUnlisted } from '../../testing/endless-process.js';
import { networkDown } from './down.js';
import { makeFolder } from '../../workspace/folder.js';
import { withLock } from '../lock.js';
import { writeNetworkState } from './network-state.js';
import { findProcesses, isRunning, stopProcess } from '../processes.js';
import { Starter } from './starter.js';
import { networkStatus } from './status.js';
import { adoptTopology } from '../../workspace/topology-file.js';
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

  it('removes everything that the network keeps, and nothing else', async () => {
    await begin();
    for (const path of [workspace.configs, workspace.devnet, workspace.nodes]) {
      mkdirSync(join(path, 'inner'), { recursive: true });
      writeFileSync(join(path, 'inner', 'file'), '');
    }
    const { consortium, trust, captureRules, topology, backend, network, chaincodeId } = workspace;
    for (const path of [consortium, trust, captureRules, backend, chaincodeId]) writeFileSync(path, '');
    writeFileSync(topology, '{}');
    writeNetworkState(workspace, { version: 1, ports: {}, processes: [] });
    writeFileSync(join(workspace.root, 'notes.txt'), 'mine');
    rmSync(backend);
    expect(existsSync(network)).toBe(true);
    expect(await purge()).toBe(true);
    expect(readdirSync(workspace.root)).toEqual(['notes.txt']);
  });

  it('says so where the folder cannot be removed', async () => {
    mkdirSync(workspace.root);
    chmodSync(folder, 0o555);
    try {
      await asOrdinary(() => expect(purge()).rejects.toMatchObject({ code: 'EACCES' }));
    } finally {
      chmodSync(folder, 0o755);
    }
  });

  it('is refused for a file', async () => {
    writeFileSync(workspace.root, '');
    await expect(purge()).rejects.toMatchObject({ code: 'CONFIG' });
    expect(() => networkStatus(workspace)).toThrow(expect.objectContaining({ code: 'CONFIG' }));
    expect(existsSync(workspace.root)).toBe(true);
  });
});

describe('stopping a network', () => {
  afterEach(async () => {
    const starter = new Starter(workspace, () => undefined);
    for (const { name } of starter.entries()) await starter.kill(name);
  });

  it('keeps its data, also where there are none yet', async () => {
    mkdirSync(workspace.root);
    const down = () => networkDown(workspace, false, () => undefined);
    expect(await down()).toBe(false);
    expect(readdirSync(workspace.root)).toEqual([]);
    await begin();
    expect(await down()).toBe(true);
    expect(existsSync(workspace.logs)).toBe(true);
  });

  it('ends processes that call others before those, and says which it ends', async () => {
    await begin();
    const starter = new Starter(workspace, () => undefined);
    const steps = [
      ['org1.business', 'org1.goods'],
      ['org1.master'],
      ['org1.chaincode'],
      ['devnet', 'fabric.peer.org1'],
      ['orderer2'],
    ];
    const backwards = steps.flat().reverse();
    for (const name of ['gone', ...backwards]) starter.ensure(endlessProcess(workspace, name));
    const entries = [...starter.entries()];
    for (const entry of entries) if (entry.name === 'gone') await stopProcess(entry, 0);
    const running = () => entries.filter(isRunning).map(({ name }) => name);
    const seen: (readonly string[])[] = [];
    const said: string[] = [];
    await networkDown(workspace, false, (line) => {
      said.push(line);
      seen.push(running().sort());
    });
    expect(running()).toEqual([]);
    expect(starter.entries()).toEqual([]);
    expect(said.map((line) => line.replace('stopping ', '')).toSorted()).toEqual(steps.flat().toSorted());
    const still = steps.flatMap((step, i) => step.map(() => steps.slice(i).flat().sort()));
    expect(seen).toEqual(still);
  });

  it('ends a process that nobody wrote down', async () => {
    await begin();
    adoptTopology(workspace, null);
    const lost = await startUnlisted(workspace, 'org1.master');
    await networkDown(workspace, false, () => undefined);
    const left = isRunning(lost);
    await stopProcess(lost, 0);
    expect(left).toBe(false);
  });
});

describe('the folder of a network', () => {
  it('is for its user alone', () => {
    makeFolder(workspace);
    expect(statSync(workspace.root).mode & 0o777).toBe(0o700);
  });

  it('is none in which something else has the names of a network', () => {
    mkdirSync(workspace.configs, { recursive: true });
    expect(() => makeFolder(workspace)).toThrow(
      /holds no network, but has other things .*config; give --home/,
    );
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
  const other = await processOfOther('org1.master', workspace.root);
  try {
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
