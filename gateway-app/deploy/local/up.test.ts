import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChannelConfigurations } from '@cotrace/network';
import { loadClient, readClientConfig } from '../../client/client-config.js';
import { readConsortium } from '../../consortium/read.js';
import { readProcessConfig } from '../../node/process-config.js';
import { startUnlisted } from '../../testing/endless-process.js';
import { foundingConfigurations } from '../../testing/founding-configurations.js';
import { StarterOnPaper } from '../../testing/starter-on-paper.js';
import { TestNetwork } from '../../testing/test-network.js';
import type { RunningFabric } from '../backends/backend.js';
import { DevnetBackend } from '../backends/devnet.js';
import { stopProcess } from '../processes.js';
import { readNetworkState, writeNetworkState } from './network-state.js';
import { chaincodeService } from '../services.js';
import { Starter } from './starter.js';
import { readNetworkTopology } from '../../workspace/topology-file.js';
import { endSilent } from './silent.js';
import { networkUp, type NetworkTools } from './up.js';
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

it('BFT ordering on programs that have none is refused before anything is made', async () => {
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

describe('bringing a network up', () => {
  const NODES = ['org1.master', 'org2.master', 'org1.business', 'org2.business'];
  const CHAINCODES = ['org1.chaincode', 'org2.chaincode'];
  const ASKED = ['chaincodes are asked', 'chaincodes are deployed', 'domains are defined', 'nodes are asked'];
  const starts = (names: readonly string[]) => names.map((name) => `start ${name}`);
  const stops = (names: readonly string[]) => names.map((name) => `stop ${name}`);

  let network: TestNetwork;
  let configurations: ChannelConfigurations;
  let topology: string;
  let running: Set<string>;
  let done: string[];
  let peer: string;

  beforeAll(async () => {
    network = await TestNetwork.create({ organisations: 3 });
    const { domains } = network.topology;
    // The third one may join.
    const organisations = network.topology.organisations.slice(0, 2);
    configurations = foundingConfigurations({ ...network.topology, organisations }, network.layout.dir);
    topology = network.folder('topology.yaml');
    writeFileSync(topology, JSON.stringify({ organisations, domains }));
  });

  afterAll(() => network.remove());

  beforeEach(() => {
    running = new Set();
    done = [];
    peer = '127.0.0.1:7051';
  });

  /** The Fabric network, which is there at once. */
  class ReadyBackend extends DevnetBackend {
    override start(): Promise<RunningFabric> {
      done.push('fabric');
      const node = (mspId: string, address: string) => ({ name: 'peer', mspId, address });
      const info = {
        peers: {
          org1: node('Org1MSP', peer),
          org2: node('Org2MSP', '127.0.0.1:7061'),
          org3: node('Org3MSP', '127.0.0.1:7071'),
        },
        orderer: node('OrdererMSP', '127.0.0.1:7050'),
        cryptoDir: network.layout.dir,
        channels: Object.values(network.consortium.channels),
      };
      return Promise.resolve({ info, configurations });
    }

    override deploy(): Promise<void> {
      done.push('chaincodes are deployed');
      return Promise.resolve();
    }
  }

  const note = (what: string) => () => {
    done.push(what);
    return Promise.resolve();
  };
  const tools = (): NetworkTools => ({
    chooseBackend: () => ({ backend: new ReadyBackend(), choice: { backend: 'devnet', binaries: null } }),
    makeStarter: (home) => new StarterOnPaper(home, running, (what) => done.push(what)),
    endSilent,
    waitForChaincodes: note('chaincodes are asked'),
    defineDomains: note('domains are defined'),
    waitForNodes: note('nodes are asked'),
  });

  /** What is done and said while a network is brought up. */
  async function up(others: Partial<NetworkTools> = {}): Promise<string[]> {
    done = [];
    const choice = { topology, backend: null };
    await networkUp(workspace, choice, (line) => done.push(line), { ...tools(), ...others });
    return done;
  }

  it('starts what is called before its callers, tells all where everyone listens, and asks them then', async () => {
    expect(await up()).toEqual([...starts(CHAINCODES), 'fabric', ...starts(NODES), ...ASKED]);
    expect(statSync(workspace.root).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(workspace.backend, 'utf8'))).toEqual({
      backend: 'devnet',
      binaries: null,
    });
    const { ports } = readNetworkState(workspace);
    const { nodes } = readConsortium(workspace.consortium);
    const listening = nodes.filter(({ role }) => role !== 'client');
    expect(listening.map(({ name }) => name).sort()).toEqual(
      ['org1', 'org2'].flatMap((name) => [`${name}.goods`, `${name}.master`, `${name}.retail`]),
    );
    for (const { name, address } of listening) expect(address).toBe(`localhost:${ports[name] ?? ''}`);
    for (const name of NODES) {
      const config = readProcessConfig(join(workspace.configs, `${name}.json`));
      expect([config.consortium, config.nodes.length]).toEqual([
        workspace.consortium,
        name.endsWith('.master') ? 1 : 2,
      ]);
    }
    for (const { name, mspId } of network.organisations.slice(0, 2)) {
      expect(loadClient(readClientConfig(workspace.client(name))).organisation.mspId).toBe(mspId);
    }
    expect(existsSync(workspace.captureRules)).toBe(true);
  });

  it('leaves alone what runs and what is written, and makes what is gone', async () => {
    await up();
    const { ports } = readNetworkState(workspace);
    const trust = readFileSync(workspace.trust, 'utf8');
    const given = `${trust} `;
    writeFileSync(workspace.trust, given);
    expect(await up()).toEqual(['fabric', ...ASKED]);
    expect(readNetworkState(workspace).ports).toEqual(ports);
    expect(readFileSync(workspace.trust, 'utf8')).toBe(given);
    rmSync(workspace.trust);
    for (const name of ['org1.chaincode', 'org2.business']) running.delete(name);
    expect(await up()).toEqual(['start org1.chaincode', 'fabric', 'start org2.business', ...ASKED]);
    expect(readFileSync(workspace.trust, 'utf8')).toBe(trust);
  });

  it('restarts the nodes, and those alone, where an address has changed', async () => {
    await up();
    const trust = readFileSync(workspace.trust, 'utf8');
    writeFileSync(workspace.trust, `${trust} `);
    peer = '127.0.0.1:7052';
    expect(await up()).toEqual([
      'fabric',
      'what nodes are told has changed; restarting them',
      ...[...stops(NODES), ...starts(NODES), ...ASKED],
    ]);
    expect(readConsortium(workspace.consortium).organisations[0]?.peer.address).toBe(peer);
    expect(readFileSync(workspace.trust, 'utf8')).toBe(trust);
  });

  it('restarts what runs where nobody knows', async () => {
    await up();
    rmSync(workspace.network);
    const again = await up();
    expect(again.filter((line) => line.startsWith('stop')).sort()).toEqual(
      stops([...CHAINCODES, ...NODES]).sort(),
    );
    expect(again.filter((line) => line.startsWith('start')).sort()).toEqual(
      starts([...CHAINCODES, ...NODES]).sort(),
    );
  });

  it('takes in a process that an earlier command started and did not write down', async () => {
    await up();
    running.clear();
    const lost = await startUnlisted(workspace, 'org1.chaincode');
    try {
      await up();
      expect(readNetworkState(workspace).processes).toEqual([lost]);
    } finally {
      await stopProcess(lost, 0);
    }
  });

  it('ends a process that runs and does not answer before anything is started', async () => {
    await up();
    const name = chaincodeService('org1');
    const end = new Error('the test has seen enough');
    done = [];
    const starter = new Starter(workspace, (line) => {
      done.push(line);
      if (line === `starting ${name}` && done.length > 1) throw end;
    });
    const log = workspace.log(name);
    starter.ensure({ name, owner: workspace.root, args: ['-e', HANGING], log });
    const state = readNetworkState(workspace);
    writeNetworkState(workspace, { ...state, ports: { ...state.ports, [name]: Number(await written(log)) } });
    const again = up({
      makeStarter: () => starter,
      endSilent: (services, ports, among, progress) => endSilent(services, ports, among, progress, 100),
    });
    try {
      await expect(again).rejects.toBe(end);
    } finally {
      await starter.kill(name);
    }
    expect(done).toEqual([`${name} runs but does not answer; restarting it`, `starting ${name}`]);
  });

  it('starts what belongs to an organisation that is to join, and waits for members alone', async () => {
    await up();
    const [one, two, three] = network.topology.organisations;
    const { domains } = network.topology;
    const third = (state: object) => {
      const organisations = [one, two, { ...three, ...state }];
      writeFileSync(workspace.topology, JSON.stringify({ organisations, domains }));
    };
    const waited: string[][] = [];
    const waitForNodes: NetworkTools['waitForNodes'] = (_workspace, { organisations }) => {
      waited.push(organisations.map(({ name }) => name));
      return Promise.resolve();
    };
    const again = () => {
      done = [];
      return networkUp(workspace, { topology: null, backend: null }, (line) => done.push(line), {
        ...tools(),
        waitForNodes,
      });
    };
    third({ founder: false });
    await again();
    const own = ['org3.chaincode', 'org3.master', 'org3.business'];
    expect(done.filter((line) => line.startsWith('start org3'))).toEqual(starts(own));
    expect(
      done.filter((line) => line.startsWith('warning: org3 is not a member of channel main')),
    ).toHaveLength(1);
    expect(waited).toEqual([['org1', 'org2']]);
    expect(readConsortium(workspace.consortium).organisations).toHaveLength(3);

    const processes = own.map((name, i) => ({ name, pid: 2 + i, started: 'gone', owner: workspace.root }));
    writeNetworkState(workspace, { ...readNetworkState(workspace), processes });
    third({ founder: false, left: true });
    await again();
    expect(done.slice(0, 3)).toEqual(stops(own));
    expect(done.some((line) => line.startsWith('warning'))).toBe(false);
    expect(readConsortium(workspace.consortium).organisations).toHaveLength(2);
  });

  it('says where events cannot be captured, and defines domains only while everything runs', async () => {
    await up();
    writeFileSync(workspace.captureRules, 'rules: 1\n');
    expect((await up()).filter((line) => line.startsWith('warning: events cannot be captured'))).toHaveLength(
      1,
    );
    const processes = [{ name: 'org1.master', pid: 4711, started: 'gone', owner: workspace.root }];
    writeNetworkState(workspace, { ...readNetworkState(workspace), processes });
    const defineDomains: NetworkTools['defineDomains'] = (
      _topology,
      _layout,
      _consortium,
      requireRunning,
    ) => {
      requireRunning();
      return Promise.resolve();
    };
    await expect(up({ defineDomains })).rejects.toMatchObject({
      code: 'NOT_READY',
      detail: { process: 'org1.master' },
    });
  });
});
