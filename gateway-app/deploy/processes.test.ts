import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asNobody, MAY_BE_OTHERS } from '../testing/as-nobody.js';
import { findProcesses, isRunning, startProcess, stopProcess, type ProcessEntry } from './processes.js';

const ENDLESS = 'setInterval(() => undefined, 1000); console.log("ready")';
const STUBBORN = `process.on('SIGTERM', () => undefined); ${ENDLESS}`;

let folder: string;
let started: ProcessEntry[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cotrace-processes-'));
  started = [];
});

afterEach(async () => {
  await Promise.all(started.map((entry) => stopProcess(entry, 0)));
  rmSync(folder, { recursive: true, force: true });
});

async function startReady(name: string, script: string): Promise<ProcessEntry> {
  const log = join(folder, `${name}.log`);
  const entry = startProcess({ name, owner: folder, args: ['-e', script], log });
  started.push(entry);
  while (!readFileSync(log, 'utf8').includes('ready')) await sleep(10);
  return entry;
}

/** When a process started, as the entry of any process says. */
function findBy(pid: number): { readonly started: string } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ');
  return { started: fields?.[19] ?? '' };
}

describe('a process of a network', () => {
  it('runs, and is gone when it was stopped', async () => {
    const entry = await startReady('one', ENDLESS);
    expect(isRunning(entry)).toBe(true);
    await stopProcess(entry, 10_000);
    expect(isRunning(entry)).toBe(false);
    await stopProcess(entry, 10_000);
  });

  it('is killed where it does not end when asked', async () => {
    const entry = await startReady('stubborn', STUBBORN);
    await stopProcess(entry, 50);
    expect(isRunning(entry)).toBe(false);
  });

  it('is not confused with a later process of the same id', async () => {
    const later = await startReady('later', ENDLESS);
    const earlier = { ...later, started: '1' };
    expect(isRunning(earlier)).toBe(false);
    await stopProcess(earlier, 0);
    expect(isRunning(later)).toBe(true);
  });

  it('writes to the end of its log', async () => {
    await stopProcess(await startReady('again', ENDLESS), 1000);
    const log = join(folder, 'again.log');
    const second = startProcess({ name: 'again', owner: folder, args: ['-e', ENDLESS], log });
    started.push(second);
    while (readFileSync(log, 'utf8') !== 'ready\nready\n') await sleep(10);
  });

  it('is found by its owner and name, though nobody wrote its id down', async () => {
    const entry = await startReady('lost', ENDLESS);
    expect(findProcesses(folder, ['other', 'lost'])).toEqual([entry]);
    expect(findProcesses(folder, ['other'])).toEqual([]);
    expect(findProcesses(`${folder}-other`, ['lost'])).toEqual([]);
    await stopProcess(entry, 1000);
    expect(findProcesses(folder, ['lost'])).toEqual([]);
  });

  it('is not running where another program has its id and start, whatever the entry says', async () => {
    const other = spawn(process.execPath, ['-e', ENDLESS], {
      argv0: 'editor',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(other.stdout, 'data');
      const pid = other.pid ?? 0;
      const { started } = findBy(pid);
      const entry = { name: 'org1.master', pid, started, owner: folder };
      expect(isRunning(entry)).toBe(false);
      await stopProcess(entry, 0);
      expect(other.exitCode).toBeNull();
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('is running under its own name alone', async () => {
    const entry = await startReady('one', ENDLESS);
    expect(isRunning({ ...entry, name: 'two' })).toBe(false);
  });

  it("is not the copy's where its folder was copied, and still the folder's where that was moved or is a link", async () => {
    const home = join(folder, 'home');
    mkdirSync(home);
    const log = join(folder, 'moved.log');
    const entry = startProcess({ name: 'one', owner: home, args: ['-e', ENDLESS], log });
    started.push(entry);
    while (!readFileSync(log, 'utf8').includes('ready')) await sleep(10);
    const copy = join(folder, 'copy');
    mkdirSync(copy);
    expect(isRunning({ ...entry, owner: copy })).toBe(false);
    const link = join(folder, 'link');
    symlinkSync(home, link);
    expect(isRunning({ ...entry, owner: link })).toBe(true);
    expect(findProcesses(link, ['one'])).toEqual([{ ...entry, owner: link }]);
    const moved = join(folder, 'moved');
    renameSync(home, moved);
    expect(isRunning({ ...entry, owner: moved })).toBe(true);
    started.push({ ...entry, owner: moved });
  });
});

/** Only root may start and be other users. */
const asRoot = MAY_BE_OTHERS ? describe : describe.skip;
if (!MAY_BE_OTHERS) process.stderr.write('skipped: processes of another user, for want of root\n');

asRoot("another user's process", () => {
  it('runs, and is not ended', async () => {
    const other = spawn(process.execPath, ['-e', ENDLESS], {
      argv0: `cotrace one of ${folder}`,
      uid: 65_533,
      gid: 65_533,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(other.stdout, 'data');
      const [entry] = findProcesses(folder, ['one']);
      if (entry === undefined) throw new Error('it is not found');
      await asNobody(async () => {
        expect(isRunning(entry)).toBe(true);
        expect(isRunning({ ...entry, started: '1' })).toBe(false);
        await expect(stopProcess(entry, 0)).rejects.toMatchObject({ code: 'NOT_YOUR_PROCESS' });
      });
      expect(other.exitCode).toBeNull();
    } finally {
      other.kill('SIGKILL');
    }
  });
});
