import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { withLock } from './lock.js';
import { Workspace } from '../workspace/workspace.js';

let folder: string;
let workspace: Workspace;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cotrace-lock-'));
  workspace = new Workspace(join(folder, 'home'));
});

afterEach(() => {
  jest.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

const done = () => Promise.resolve('done');

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
    const all = await Promise.all([1, 2].map(() => withLock(workspace, work)));
    expect(all).toEqual(['done', 'done']);
  });

  it('is free again after work, also where it failed', async () => {
    await expect(withLock(workspace, () => Promise.reject(new Error('failed')), -1)).rejects.toThrow(
      'failed',
    );
    expect(await withLock(workspace, done, -1)).toBe('done');
  });

  it('is an error at once where it cannot be taken for another reason', async () => {
    await withLock(workspace, done);
    rmSync(workspace.lock, { recursive: true });
    writeFileSync(workspace.lock, '');
    await expect(withLock(workspace, done, -1)).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });

  it('says that another command works once a minute is over, and looks ten times a second until then', async () => {
    await withLock(workspace, async () => {
      jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
      const start = Date.now();
      let error: unknown = null;
      const waiting = withLock(workspace, done).catch((thrown: unknown) => (error = thrown));
      const looked = async () => {
        for (let i = 0; i < 100 && jest.getTimerCount() === 0 && error === null; i++) await sleep(1);
        return jest.getTimerCount() > 0;
      };
      /** Whether it is waited for yet where it is looked at so many milliseconds after the start. */
      const waits = async (milliseconds: number) => {
        jest.setSystemTime(start + milliseconds - 100);
        jest.advanceTimersByTime(99);
        await turn();
        expect(jest.getTimerCount()).toBe(1);
        jest.advanceTimersByTime(1);
        return looked();
      };
      expect(await looked()).toBe(true);
      expect(await waits(60_000)).toBe(true);
      expect(await waits(60_001)).toBe(false);
      await waiting;
      expect(error).toMatchObject({ code: 'LOCKED', detail: { workspace: workspace.root } });
    });
  });
});
