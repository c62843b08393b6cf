import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
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
});
