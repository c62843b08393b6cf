import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

describe('the lock of a command that is killed', () => {
  it('ends with it', async () => {
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
