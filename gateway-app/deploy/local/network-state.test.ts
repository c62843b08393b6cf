import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { chooseBackend, readBackend } from '../backends/choose.js';
import { readDevnetInfo } from './devnet-info.js';
import { readNetworkState, writeNetworkState } from './network-state.js';
import { Workspace } from '../../workspace/workspace.js';

const folder = mkdtempSync(join(tmpdir(), 'cotrace-network-state-'));
const workspace = new Workspace(folder);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ENTRY = { name: 'org1.master', pid: 4711, started: '12345' };
const STATE = { version: 1, ports: { 'org1.master': 12_000 }, processes: [ENTRY] };
const latin1 = (value: object) => Buffer.from(JSON.stringify(value), 'latin1');
const withEntry = (change: object) => ({ ...STATE, processes: [{ ...ENTRY, ...change }] });

/** What reading a file throws that holds `value`, or text or bytes as they are. */
function refusal(path: string, value: unknown, read: () => unknown): unknown {
  const isRaw = typeof value === 'string' || value instanceof Uint8Array;
  writeFileSync(path, isRaw ? value : JSON.stringify(value));
  try {
    read();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was refused');
}

describe('network.json', () => {
  it('comes back as it was written, and keeps nothing of where it is', () => {
    const processes = [{ ...ENTRY, owner: folder }];
    writeNetworkState(workspace, { version: 1, ports: STATE.ports, processes });
    expect(JSON.parse(readFileSync(workspace.network, 'utf8'))).toEqual(STATE);
    expect(readNetworkState(workspace)).toEqual({ ...STATE, processes });
  });

  it('holds nothing where no network was started', () => {
    const nothing = { version: 1, ports: {}, processes: [] };
    expect(readNetworkState(new Workspace(join(folder, 'none')))).toEqual(nothing);
  });

  it('takes every port and process id that there can be', () => {
    const processes = [2, 4_194_304].map((pid) => ({
      ...ENTRY,
      name: `org${pid}.master`,
      pid,
      owner: folder,
    }));
    const state = { version: 1, ports: { a: 1, b: 65_535 }, processes } as const;
    writeNetworkState(workspace, state);
    expect(readNetworkState(workspace)).toEqual(state);
  });

  it.each([
    ['all processes of the user', withEntry({ pid: -1 }), 'processes[0].pid'],
    ["this command's own group", withEntry({ pid: 0 }), 'processes[0].pid'],
    ['the first process of the system', withEntry({ pid: 1 }), 'processes[0].pid'],
    ['a group of processes', withEntry({ pid: -4711 }), 'processes[0].pid'],
    ['an id beyond the last', withEntry({ pid: 4_194_305 }), 'processes[0].pid'],
    ['a part of a process', withEntry({ pid: 4711.5 }), 'processes[0].pid'],
    ['an id as text', withEntry({ pid: '4711' }), 'processes[0].pid'],
    ['no start', { ...STATE, processes: [{ name: 'org1.master', pid: 4711 }] }, 'started is missing'],
    ['a start that is none', withEntry({ started: 'yesterday' }), 'processes[0].started'],
    ['a log outside of the folder', withEntry({ name: '../../etc/passwd' }), 'processes[0].name'],
    ['more than there is', withEntry({ signal: 'SIGKILL' }), 'unknown member "signal"'],
    [
      'one process twice',
      { ...STATE, processes: [ENTRY, { ...ENTRY, name: 'other' }] },
      'processes must name each process once',
    ],
    [
      'one name twice',
      { ...STATE, processes: [ENTRY, { ...ENTRY, pid: 4712 }] },
      'processes must name each process once',
    ],
    ['a port that is none', { ...STATE, ports: { a: 65_536 } }, 'ports.a must be'],
    ['no port', { ...STATE, ports: { a: 0 } }, 'ports.a must be'],
    ['another version', { ...STATE, version: 2 }, 'version must be'],
    ['what nobody knows', { ...STATE, home: '/' }, 'unknown member "home"'],
    ['no processes', { version: 1, ports: {} }, 'processes is missing'],
    ['a list', [], 'must be an object'],
    ['no JSON', '{"version":1', 'is not JSON'],
    ['a member twice', '{"version":1,"version":1}', 'is not JSON'],
    ['text that is not UTF-8', latin1({ ...STATE, ports: { café: 1 } }), 'is not JSON'],
  ])('is refused with %s', (_, value, message) => {
    const error = refusal(workspace.network, value, () => readNetworkState(workspace));
    expect(error).toMatchObject({ code: 'CONFIG' });
    expect(String(error)).toContain(workspace.network);
    expect(String(error)).toContain(message);
    expect(String(error)).toContain('remove the file');
  });
});

describe('backend.json', () => {
  it.each([
    [{ backend: 'docker' }],
    [{}],
    [{ backend: 'fabric', binaries: '/usr/bin' }],
    [{ backend: 'fabric', binaries: { peer: 'peer', orderer: '/orderer', config: '/config' } }],
    [{ backend: 'fabric', binaries: { peer: '/peer', config: '/config' } }],
    [{ backend: 'devnet', binaries: null, program: '/bin/sh' }],
  ])('is refused as %j', (value) => {
    for (const read of [() => readBackend(workspace), () => chooseBackend(workspace, null)]) {
      expect(refusal(workspace.backend, value, read)).toMatchObject({ code: 'CONFIG' });
    }
  });

  it('gives back the programs of the last start', () => {
    const choice = {
      backend: 'fabric',
      binaries: { peer: '/bin/peer', orderer: '/bin/orderer', config: '/config' },
    };
    writeFileSync(workspace.backend, JSON.stringify(choice));
    const { FABRIC_BIN: set } = process.env;
    delete process.env['FABRIC_BIN'];
    try {
      expect(chooseBackend(workspace, null).choice).toEqual(choice);
    } finally {
      if (set !== undefined) process.env['FABRIC_BIN'] = set;
    }
  });
});

describe('devnet.json', () => {
  const path = join(folder, 'devnet.json');
  const channel = (name: string) => ({ name, genesisHeaderHash: '00'.repeat(32) });
  const node = { name: 'peer0.org1.example.com', mspId: 'Org1MSP', address: '127.0.0.1:7051' };
  const info = {
    peers: { org1: node },
    orderer: node,
    cryptoDir: '/crypto',
    channels: ['main', 'checking'].map(channel),
    processId: 4711,
  };

  it('comes back as it was written', () => {
    writeFileSync(path, JSON.stringify(info));
    expect(readDevnetInfo(path)).toEqual(info);
    writeFileSync(path, JSON.stringify({ ...info, processId: 1 }));
    expect(readDevnetInfo(path)?.processId).toBe(1);
    expect(readDevnetInfo(join(folder, 'none.json'))).toBeNull();
  });

  it.each([
    ['no process', { ...info, processId: 0 }],
    ['an address without a port', { ...info, peers: { org1: { ...node, address: '127.0.0.1' } } }],
    ['half a hash', { ...info, channels: [{ name: 'main', genesisHeaderHash: 'ab' }] }],
    ['no ordering node', { ...info, orderer: null }],
    ['a third channel', { ...info, channels: ['main', 'checking', 'third'].map(channel) }],
    ['more than there is', { ...info, more: 1 }],
    ['a node with more than there is', { ...info, orderer: { ...node, more: 1 } }],
    ['a channel with more than there is', { ...info, channels: [{ ...channel('main'), more: 1 }] }],
  ])('is refused with %s', (_, value) => {
    expect(refusal(path, value, () => readDevnetInfo(path))).toMatchObject({ code: 'CONFIG' });
  });
});
