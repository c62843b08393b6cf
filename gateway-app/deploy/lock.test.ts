import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { withLock } from './lock.js';
import { Workspace } from '../workspace/workspace.js';

/** Holds the lock of a folder until it is killed. */
const HOLDER = `
  const { ClassicLevel } = await import('classic-level');
  await new ClassicLevel(process.argv[1]).open();
  console.log('held');
  setInterval(() => undefined, 1000);
`;

let workspace: Workspace;

beforeEach(() => {
  workspace = new Workspace(mkdtempSync(join(tmpdir(), 'cotrace-lock-')));
});

afterEach(() => rmSync(workspace.root, { recursive: true, force: true }));

describe('the lock of a workspace', () => {
  it('lets one work at a time', async () => {
    let running = 0;
    const work = async () => {
      running += 1;
      expect(running).toBe(1);
      await sleep(10);
      running -= 1;
      return 'done';
    };
    const all = await Promise.all([1, 2, 3].map(() => withLock(workspace, work)));
    expect(all).toEqual(['done', 'done', 'done']);
  });

  it('is free again after work that failed', async () => {
    await expect(withLock(workspace, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await withLock(workspace, () => Promise.resolve(1))).toBe(1);
  });

  it('says that another command works, once patience has run out', async () => {
    await withLock(workspace, async () => {
      await expect(withLock(workspace, () => Promise.resolve(), 0)).rejects.toMatchObject({ code: 'LOCKED' });
    });
  });

  it('ends with the process that has it, however that ends', async () => {
    const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, workspace.lock], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    await expect(withLock(workspace, () => Promise.resolve(), 0)).rejects.toMatchObject({ code: 'LOCKED' });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(await withLock(workspace, () => Promise.resolve(1), 0)).toBe(1);
  }, 20_000);
});
