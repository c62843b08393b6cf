import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isCotraceError } from '@cotrace/core';
import { startProcess, stopProcess, type ProcessEntry } from '../processes.js';
import { requireRunning, waitForDevnet } from './wait-ready.js';
import { Workspace, writeJson } from '../../workspace/workspace.js';

let workspace: Workspace;
let running: ProcessEntry;

const start = (name: string, script: string) =>
  startProcess({ name, owner: workspace.root, args: ['-e', script], log: workspace.log(name) });

beforeEach(() => {
  workspace = new Workspace(mkdtempSync(join(tmpdir(), 'cotrace-ready-')));
  running = start('running', 'setInterval(() => undefined, 1000)');
});

afterEach(async () => {
  await stopProcess(running, 0);
  rmSync(workspace.root, { recursive: true, force: true });
});

/** A process that has said `lines` and ended. */
async function ended(name: string, lines: string): Promise<ProcessEntry> {
  const entry = start(name, 'setInterval(() => undefined, 1000)');
  await stopProcess(entry, 0);
  writeFileSync(workspace.log(name), lines);
  return entry;
}

describe('waiting for a network', () => {
  it('goes on while everything runs', () => {
    expect(() => requireRunning(workspace, [running])).not.toThrow();
  });

  it('ends with the process that has ended, what it said last, and where it said it', async () => {
    const dead = await ended('org1.master', 'first\n[STORE_FAILED] disk\n\n');
    const error = await waitForDevnet(workspace, dead).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'NOT_READY',
      detail: { process: 'org1.master', log: workspace.log('org1.master'), last: '[STORE_FAILED] disk' },
    });
    expect(isCotraceError(error) && error.message).toMatch(
      /org1\.master has stopped \(it last said: \[STORE_FAILED\] disk\); see .*org1\.master\.log/,
    );
  });

  it('names a process that has ended beside others that run, whatever became of its log', async () => {
    const dead = await ended('org1.master', '');
    const detail: unknown = expect.objectContaining({ process: 'org1.master', last: null });
    const refused = { code: 'NOT_READY', detail };
    expect(() => requireRunning(workspace, [running, dead])).toThrow(expect.objectContaining(refused));
    rmSync(workspace.log('org1.master'));
    expect(() => requireRunning(workspace, [running, dead])).toThrow(expect.objectContaining(refused));
  });

  it('takes what the embedded network wrote that it waits for, not what an earlier one left', async () => {
    mkdirSync(workspace.devnet);
    const path = join(workspace.devnet, 'devnet.json');
    const node = { name: 'peer', mspId: 'Org1MSP', address: '127.0.0.1:7051' };
    const info = { peers: {}, orderer: node, cryptoDir: '/crypto', channels: [] };
    writeJson(path, { ...info, processId: running.pid + 1 });
    const waiting = waitForDevnet(workspace, running);
    await new Promise((resolve) => setTimeout(resolve, 120));
    const written = { ...info, processId: running.pid };
    writeJson(path, written);
    expect(await waiting).toEqual(written);
  });
});
