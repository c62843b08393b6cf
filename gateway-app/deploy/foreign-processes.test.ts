import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asNobody, MAY_BE_OTHERS } from '../testing/as-nobody.js';
import { findProcesses, isRunning, stopProcess } from './processes.js';

const ENDLESS = 'setInterval(() => undefined, 1000); console.log("ready")';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cotrace-foreign-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** When a process started, as the entry of any process says. */
function findBy(pid: number): { readonly started: string } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ');
  return { started: fields?.[19] ?? '' };
}

describe("another program's process", () => {
  it('is not ours though an entry has its id and start', async () => {
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
