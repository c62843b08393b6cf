import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FabricLayout, parseTopology, type Administered, type Topology } from '@cotrace/network';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { foundingConfigurations } from '../../testing/founding-configurations.js';
import { RecordingStarter } from '../../testing/recording-starter.js';
import { Workspace } from '../../workspace/workspace.js';
import { startProcess, type ProcessEntry } from '../processes.js';
import type { NetworkRun } from './backend.js';
import { FabricBackend } from './fabric.js';

const TOPOLOGY = `
organisations:
  - { name: one, mspId: OneMSP, domain: one.example.com }
  - { name: two, mspId: TwoMSP, domain: two.example.com }
domains: [goods]
`;
const topology = parseTopology(TOPOLOGY);
const PEERS = ['fabric.peer.one', 'fabric.peer.two'];
const PORTS = {
  orderer: 1001,
  'orderer.admin': 1002,
  'fabric.peer.one': 1003,
  'fabric.peer.two': 1004,
  'one.chaincode': 1005,
  'two.chaincode': 1006,
  'one.contract': 1007,
  'two.contract': 1008,
};
const trace = { id: 'label:1', label: 'label', bytes: new Uint8Array() };
const checking = { id: 'checking:2', label: 'checking', bytes: new Uint8Array() };
const packages = { trace, checking };
const nothing = () => undefined;

const joinNobody = (wanted: Topology, _channels: unknown, { layout }: Administered) =>
  Promise.resolve(foundingConfigurations(wanted, layout.dir));

let folder: string;
let binaries: { peer: string; orderer: string; config: string };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cotrace-fabric-'));
  const config = join(folder, 'stock');
  mkdirSync(config);
  for (const name of ['core.yaml', 'orderer.yaml']) writeFileSync(join(config, name), 'peer: { id: x }\n');
  binaries = { peer: join(folder, 'peer'), orderer: join(folder, 'orderer'), config };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A run in the workspace, by a starter that starts nothing. */
function run(workspace: Workspace, starter: RecordingStarter, changes: Partial<NetworkRun> = {}): NetworkRun {
  return {
    workspace,
    whole: topology,
    topology,
    starter,
    ports: PORTS,
    packages,
    progress: nothing,
    ...changes,
  };
}

describe('Fabric’s own programs as a backend', () => {
  it('have ports that stay, since they stand in genesis blocks', () => {
    const services = new FabricBackend(binaries).services(topology);
    expect(services.map(({ name, process }) => [name, process])).toEqual([
      ['orderer', 'orderer'],
      ['orderer.admin', 'orderer'],
      ...PEERS.map((name) => [name, name]),
    ]);
    expect(services.every(({ fixed, tls }) => fixed && tls)).toBe(true);
  });

  it('are refused where they are too old for the topology', () => {
    const says = "#!/bin/sh\nprintf 'peer:\\n Version: v2.5.16\\n'\n";
    writeFileSync(binaries.peer, says, { mode: 0o755 });
    const backend = new FabricBackend(binaries);
    backend.require(topology);
    const bft = parseTopology(`${TOPOLOGY}orderer: { consensus: bft, nodes: 4 }\n`);
    expect(() => backend.require(bft)).toThrow(expect.objectContaining({ code: 'FABRIC_BIN' }));
  });
});

describe('the start of Fabric’s own programs', () => {
  let workspace: Workspace;
  let starter: RecordingStarter;

  // Certificates are made once: that takes longer than all else.
  beforeAll(() => {
    workspace = new Workspace(join(folder, 'home'));
  });

  beforeEach(() => {
    starter = new RecordingStarter(workspace);
    rmSync(workspace.configs, { recursive: true, force: true });
  });

  it('has each with its configuration and log, orderers first, and joins them to the channels', async () => {
    const joined: unknown[] = [];
    const backend = new FabricBackend(binaries, (wanted, channels, { layout, reach }) => {
      joined.push(
        wanted,
        channels.map(({ name }) => name),
        starter.take(),
        reach('fabric.peer.two'),
      );
      return Promise.resolve(foundingConfigurations(wanted, layout.dir));
    });
    const { info, configurations } = await backend.start(run(workspace, starter));
    const started = ['start orderer', ...PEERS.map((name) => `start ${name}`)];
    const { main, checking } = topology.channels;
    expect(joined).toEqual([topology, [main, checking], started, '127.0.0.1:1004']);
    expect(starter.specs.map(({ command }) => command)).toEqual([
      binaries.orderer,
      binaries.peer,
      binaries.peer,
    ]);
    expect(starter.specs.map(({ args }) => args)).toEqual([[], ['node', 'start'], ['node', 'start']]);
    for (const { name, owner, log } of starter.specs) {
      expect([owner, log]).toEqual([workspace.root, workspace.log(name)]);
      expect(existsSync(join(workspace.configs, `${name}.json`))).toBe(true);
    }
    const environments = starter.specs.map(({ env }) => JSON.stringify(env));
    for (const [i, port] of [1001, 1003, 1004].entries()) expect(environments[i]).toContain(String(port));
    expect(environments[1]).toContain('127.0.0.1:1005');
    expect(environments[2]).toContain('127.0.0.1:1006');
    expect(environments[1]).toContain('127.0.0.1:1007');
    expect(environments[2]).toContain('127.0.0.1:1008');
    expect(info.peers['one']).toEqual({
      name: 'peer0.one.example.com',
      mspId: 'OneMSP',
      address: '127.0.0.1:1003',
    });
    expect(configurations.main.members().map(({ mspId }) => mspId)).toEqual(['OneMSP', 'TwoMSP']);
    expect(info.cryptoDir).toBe(new FabricLayout(workspace.fabric).crypto);
    expect(info.channels.map(({ name }) => name)).toEqual([main, checking]);
  });

  it('tells peers of no chaincode where it has no port', async () => {
    await new FabricBackend(binaries, joinNobody).start(
      run(workspace, starter, { ports: { ...PORTS, 'one.chaincode': undefined as unknown as number } }),
    );
    const address = JSON.stringify({ address: '127.0.0.1:0', checking: '127.0.0.1:1007' });
    expect(Object.values(starter.specs[1]?.env ?? {})).toContain(address);
  });

  it('ends what runs otherwise, and what a peer has made of the old address of its chaincode', async () => {
    const files = new FabricLayout(workspace.fabric);
    const built = [...PEERS, 'orderer'].map((name) => join(files.data(name), 'externalbuilder'));
    const backend = new FabricBackend(binaries, joinNobody);
    const ports = { ...PORTS, 'one.chaincode': 2005 };
    for (const path of built) rmSync(path, { recursive: true, force: true });
    await backend.start(run(workspace, starter, { ports }));
    await backend.start(run(workspace, starter));
    expect(starter.take()).toContain('stop fabric.peer.one');
    for (const path of built) mkdirSync(path, { recursive: true });
    starter.take();
    await backend.start(run(workspace, starter));
    expect(starter.take()).toEqual(['start orderer', ...PEERS.map((name) => `start ${name}`)]);
    expect(built.map((path) => existsSync(path))).toEqual([true, true, true]);
    await backend.start(
      run(workspace, starter, { ports: { ...PORTS, orderer: 2001, 'two.chaincode': 2006 } }),
    );
    expect(starter.take()).toEqual([
      'stop orderer',
      'start orderer',
      'start fabric.peer.one',
      'stop fabric.peer.two',
      'start fabric.peer.two',
    ]);
    expect(built.map((path) => existsSync(path))).toEqual([true, false, true]);
  });

  it('waits for no program that has ended', async () => {
    const running: ProcessEntry[] = [];
    const shell = { command: '/bin/sh', args: ['-c', 'sleep 60'], env: {} };
    const some = new RecordingStarter(workspace, (spec) => {
      if (spec.name === 'fabric.peer.two') return null;
      const entry = startProcess({ ...spec, ...shell });
      running.push(entry);
      return entry;
    });
    const backend = new FabricBackend(binaries, (wanted, channels, nodes, stillStarting) => {
      stillStarting();
      return joinNobody(wanted, channels, nodes);
    });
    try {
      for (const [ended, name] of [
        [some, 'fabric.peer.two'],
        [starter, 'orderer'],
      ] as const) {
        const starting = backend.start(run(workspace, ended));
        await expect(starting).rejects.toMatchObject({ code: 'NOT_READY', detail: { process: name } });
      }
    } finally {
      for (const { pid } of running) process.kill(-pid, 'SIGKILL');
    }
  });
});
