import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readNetworkState, writeNetworkState } from './network-state.js';
import { chaincodeService } from '../services.js';
import { Starter } from './starter.js';
import { readNetworkTopology } from '../../workspace/topology-file.js';
import { networkUp } from './up.js';
import { Workspace } from '../../workspace/workspace.js';

/** A service that takes connections and answers none; it says where it listens. */
const HANGING = `
  const server = require('node:net').createServer();
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

let folder: string;
let workspace: Workspace;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cotrace-up-'));
  workspace = new Workspace(join(folder, 'home'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What the process has written to its log, once that is something. */
async function written(log: string): Promise<string> {
  for (;;) {
    const text = readFileSync(log, 'utf8');
    if (text.endsWith('\n')) return text;
    await sleep(10);
  }
}

describe('a network that is brought up', () => {
  it('with BFT ordering on programs that have none is refused before anything is made', async () => {
    const [bin, config] = ['bin', 'config'].map((name) => join(folder, name));
    if (bin === undefined || config === undefined) throw new RangeError('there are two');
    for (const path of [bin, config]) mkdirSync(path);
    const says = "#!/bin/sh\nprintf 'peer:\\n Version: v2.5.16\\n'\n";
    for (const name of ['peer', 'orderer']) writeFileSync(join(bin, name), says, { mode: 0o755 });
    for (const name of ['core.yaml', 'orderer.yaml']) writeFileSync(join(config, name), '');
    const topology = join(folder, 'bft.yaml');
    writeFileSync(topology, 'orderer: { consensus: bft, nodes: 4 }\n');
    const { env } = process;
    process.env = { ...env, FABRIC_BIN: bin, FABRIC_CONFIG: config };
    try {
      await expect(
        networkUp(workspace, { topology, backend: 'fabric' }, () => undefined),
      ).rejects.toMatchObject({ code: 'FABRIC_BIN', message: expect.stringContaining('needs Fabric 3.x') });
    } finally {
      process.env = env;
    }
    expect(readNetworkTopology(workspace)).toBeNull();
    expect(readNetworkState(workspace).processes).toEqual([]);
  });

  it('has a process that runs and does not answer ended before anything is started', async () => {
    const name = chaincodeService('org1');
    const starter = new Starter(workspace, () => undefined);
    mkdirSync(workspace.logs, { recursive: true });
    const log = workspace.log(name);
    starter.ensure({ name, owner: workspace.root, args: ['-e', HANGING], log });
    const ports = { [name]: Number(await written(log)) };
    writeNetworkState(workspace, { ...readNetworkState(workspace), ports });
    const said: string[] = [];
    const end = new Error('the test has seen enough');
    // It will not answer however long it is waited for.
    const { setTimeout: later } = globalThis;
    const hurry = jest
      .spyOn(globalThis, 'setTimeout')
      .mockImplementation((act: () => void, milliseconds = 0) => later(act, milliseconds / 50));
    try {
      const up = networkUp(workspace, { topology: null, backend: null }, (line) => {
        said.push(line);
        if (said.length > 1) throw end;
      });
      await expect(up).rejects.toBe(end);
    } finally {
      hurry.mockRestore();
      await starter.kill(name);
    }
    expect(said).toEqual([
      `${name} runs and does not answer: it is replaced`,
      expect.stringMatching(/^starting /),
    ]);
  });
});
