import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { isCotraceError } from '@cotrace/core';
import { defaultTopology } from '@cotrace/network';
import { endlessProcess } from '../../testing/endless-process.js';
import { freePorts } from '../../testing/free-ports.js';
import { startProcess, stopProcess, type ProcessEntry } from '../processes.js';
import { chaincodeService, contractService } from '../services.js';
import { writeNetworkState } from './network-state.js';
import { Starter } from './starter.js';
import { requireRunning, waitForChaincodes, waitForDevnet } from './wait-ready.js';
import { Workspace, writeJson } from '../../workspace/workspace.js';

/** What the embedded network writes, but for its process. */
const DEVNET = {
  peers: {},
  orderer: { name: 'orderer', mspId: 'OrdererMSP', address: '127.0.0.1:7050' },
  cryptoDir: '/crypto',
  channels: [],
};

let workspace: Workspace;
let running: ProcessEntry;

const start = (name: string) => startProcess(endlessProcess(workspace, name));

beforeEach(() => {
  workspace = new Workspace(mkdtempSync(join(tmpdir(), 'cotrace-ready-')));
  running = start('running');
});

afterEach(async () => {
  await stopProcess(running, 0);
  rmSync(workspace.root, { recursive: true, force: true });
});

/** A process that has said `lines` and ended. */
async function ended(name: string, lines: string): Promise<ProcessEntry> {
  const entry = start(name);
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
    const error = await waitForDevnet(workspace, dead, 2000).catch((thrown: unknown) => thrown);
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
    expect(() => requireRunning(workspace, [running, dead])).toThrow(/^org1\.master has stopped; see /);
  });

  it('shows the last line of a log, whether short or long, and closes it', async () => {
    const dead = await ended('org1.master', 'first');
    const next = () => {
      const file = openSync(workspace.root, 'r');
      closeSync(file);
      return file;
    };
    const free = next();
    const saying = (last: string) =>
      expect.objectContaining({ detail: expect.objectContaining({ last }) as unknown });
    expect(() => requireRunning(workspace, [dead])).toThrow(saying('first'));
    expect(next()).toBe(free);
    writeFileSync(workspace.log(dead.name), `${'x'.repeat(5000)}\nlast\n`);
    expect(() => requireRunning(workspace, [dead])).toThrow(saying('last'));
  });

  it('takes what the embedded network wrote that it waits for, not what an earlier one left', async () => {
    mkdirSync(workspace.devnet);
    const path = join(workspace.devnet, 'devnet.json');
    writeJson(path, { ...DEVNET, processId: running.pid + 1 });
    const waiting = waitForDevnet(workspace, running, 3000);
    await sleep(120);
    const written = { ...DEVNET, processId: running.pid };
    writeJson(path, written);
    expect(await waiting).toEqual(written);
  });

  it('looks again until its time is over, and says for whom it has waited', async () => {
    await expect(waitForDevnet(workspace, running, 0)).rejects.toMatchObject({
      code: 'NOT_READY',
      detail: { process: 'running' },
    });
    // It stands for a thousand looks, which are more than there is time for.
    let looks = 0;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => ((looks += 1) < 1000 ? 0 : 1));
    try {
      const waiting = waitForDevnet(workspace, running, 0);
      await sleep(20);
      const written = { ...DEVNET, processId: running.pid };
      writeJson(join(workspace.devnet, 'devnet.json'), written);
      expect(await waiting).toEqual(written);
    } finally {
      clock.mockRestore();
    }
  });
});

describe('waiting for chaincode services', () => {
  const topology = defaultTopology();
  const names = topology.organisations.flatMap(({ name }) => [chaincodeService(name), contractService(name)]);
  let starter: Starter;
  let ports: Readonly<Record<string, number>>;
  let servers: Server[];
  let open: Set<Socket>;

  beforeEach(async () => {
    starter = new Starter(workspace, () => undefined);
    const free = await freePorts(names.length);
    ports = Object.fromEntries(names.map((name, i) => [name, free[i] ?? 0]));
    servers = [];
    open = new Set();
  });

  afterEach(async () => {
    for (const socket of open) socket.destroy();
    await Promise.all(servers.map((server) => once(server.close(), 'close')));
  });

  async function listen(name: string): Promise<void> {
    const server = createServer((socket) => {
      open.add(socket);
      socket.resume().once('close', () => open.delete(socket));
    });
    servers.push(server);
    await once(server.listen(ports[name], '127.0.0.1'), 'listening');
  }

  it('lasts until each takes connections, and leaves none open', async () => {
    const [first = '', ...others] = names;
    for (const name of others) await listen(name);
    let isOver = false;
    const waiting = waitForChaincodes(workspace, topology, ports, starter, 3000).then(() => (isOver = true));
    await sleep(70);
    expect(isOver).toBe(false);
    await listen(first);
    await waiting;
    for (let looks = 0; open.size > 0 && looks < 100; looks += 1) await sleep(10);
    expect(open.size).toBe(0);
  });

  it('ends with the one that does not', async () => {
    const [first = '', second = ''] = names;
    await listen(first);
    await expect(waitForChaincodes(workspace, topology, ports, starter, 0)).rejects.toMatchObject({
      code: 'NOT_READY',
      detail: { process: second },
    });
  });

  it('ends with a process that has ended', async () => {
    const processes = [await ended('org2.chaincode', 'no memory\n')];
    writeNetworkState(workspace, { version: 1, ports, processes });
    await expect(waitForChaincodes(workspace, topology, ports, starter, 2000)).rejects.toMatchObject({
      code: 'NOT_READY',
      detail: { process: 'org2.chaincode', last: 'no memory' },
    });
  });
});
