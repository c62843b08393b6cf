import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTopology, type NetworkInfo } from '@cotrace/network';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { foundingConfigurations } from '../../testing/founding-configurations.js';
import { RecordingStarter } from '../../testing/recording-starter.js';
import { TestNetwork } from '../../testing/test-network.js';
import { Workspace, writeJson } from '../../workspace/workspace.js';
import type { NetworkRun } from './backend.js';
import { DevnetBackend } from './devnet.js';

const TOPOLOGY = `
organisations:
  - { name: one, mspId: OneMSP, domain: one.example.com }
  - { name: two, mspId: TwoMSP, domain: two.example.com }
domains: [retail, goods]
channels: { main: trade, checking: trade-checking }
`;
const topology = parseTopology(TOPOLOGY);
const PORTS = {
  'one.chaincode': 1001,
  'two.chaincode': 1002,
  'one.contract': 1006,
  'two.contract': 1007,
  'devnet.orderer': 1003,
  'devnet.peer.one': 1004,
  'devnet.peer.two': 1005,
};
const trace = { id: 'label:1', label: 'label', bytes: new Uint8Array() };
const checking = { id: 'checking:2', label: 'checking', bytes: new Uint8Array() };
const packages = { trace, checking };
const node = { name: 'peer0.one.example.com', mspId: 'OneMSP', address: '127.0.0.1:1004' };
const info: NetworkInfo = { peers: { one: node }, orderer: node, cryptoDir: '/crypto', channels: [] };

let network: TestNetwork;
let backend: DevnetBackend;
let joined: string[];
let workspace: Workspace;
let starter: RecordingStarter;

beforeAll(async () => {
  network = await TestNetwork.create({ organisations: 2 });
  const configurations = foundingConfigurations(network.topology, network.layout.dir);
  backend = new DevnetBackend(({ organisations }, _channels, { reach }) => {
    const places = ['orderer', 'fabric.peer.one'].map(reach);
    joined = [...organisations.map(({ name }) => name), ...places];
    return Promise.resolve(configurations);
  });
});

afterAll(() => network.remove());

beforeEach(() => {
  workspace = new Workspace(mkdtempSync(join(tmpdir(), 'cotrace-devnet-')));
  const path = join(workspace.devnet, 'devnet.json');
  starter = new RecordingStarter(workspace, () => {
    writeJson(path, { ...info, processId: process.pid });
    return null;
  });
});

afterEach(() => rmSync(workspace.root, { recursive: true, force: true }));

function run(changes: Partial<NetworkRun> = {}): NetworkRun {
  return {
    workspace,
    whole: topology,
    topology,
    starter,
    ports: PORTS,
    packages,
    progress: () => undefined,
    ...changes,
  };
}

/** What the process is told. */
function told(): unknown {
  const path = starter.specs.at(-1)?.args.at(-1) ?? '';
  return JSON.parse(readFileSync(path, 'utf8'));
}

describe('the embedded network as a backend', () => {
  it('has one ordering node', () => {
    backend.require(topology);
    const bft = parseTopology(`${TOPOLOGY}orderer: { consensus: bft, nodes: 4 }\n`);
    expect(() => backend.require(bft)).toThrow(expect.objectContaining({ code: 'TOPOLOGY' }));
  });

  it('is one process, in which every node has a port of its own that may change', () => {
    expect(backend.services(topology)).toEqual(
      ['devnet.orderer', 'devnet.peer.one', 'devnet.peer.two'].map((name) => ({
        name,
        process: 'devnet',
        fixed: false,
        tls: true,
      })),
    );
  });

  it('is started with what it is to listen on and to deploy, and gives what it then says of itself', async () => {
    const started = await backend.start(run());
    expect(started.info).toEqual({ ...info, processId: process.pid });
    expect(joined).toEqual(['one', 'two', node.address, node.address]);
    expect(starter.take()).toEqual(['start devnet']);
    const [spec] = starter.specs;
    expect(spec).toMatchObject({ owner: workspace.root, log: workspace.log('devnet') });
    const [program = ''] = spec?.args ?? [];
    expect(program).toMatch(/\/devnet\/server\.js$/);
    expect(existsSync(program.replace(/\.js$/, '.ts'))).toBe(true);
    const addresses = { one: '127.0.0.1:1001', two: '127.0.0.1:1002' };
    const deployment = { channel: 'trade', version: '1', sequence: 1, addresses, packageId: 'label:1' };
    const contract = {
      ...deployment,
      addresses: { one: '127.0.0.1:1006', two: '127.0.0.1:1007' },
      packageId: 'checking:2',
      outOf: { n: 2, mspIds: ['OneMSP', 'TwoMSP'] },
    };
    expect(told()).toEqual({
      topology: workspace.topology,
      dir: workspace.devnet,
      deployments: [
        { ...deployment, name: 'retail' },
        { ...deployment, name: 'goods' },
        { ...contract, channel: 'trade-checking', name: 'checking' },
        { ...contract, channel: 'trade', name: 'anchor' },
      ],
      listen: { orderer: 1003, peers: { one: 1004, two: 1005 } },
    });
  });

  it('is left to choose a port where there is none', async () => {
    await backend.start(run({ ports: {} }));
    expect(told()).toMatchObject({
      deployments: [{ addresses: { one: '127.0.0.1:0' } }, {}, {}, {}],
      listen: { orderer: 0, peers: { one: 0, two: 0 } },
    });
  });

  it('is stopped and started again only where something has changed that it was told', async () => {
    await backend.start(run());
    starter.take();
    await backend.start(run());
    expect(starter.take()).toEqual(['start devnet']);
    await backend.start(run({ ports: { ...PORTS, 'two.chaincode': 2002 } }));
    expect(starter.take()).toEqual(['stop devnet', 'start devnet']);
    expect(told()).toMatchObject({ deployments: [{ addresses: { two: '127.0.0.1:2002' } }, {}, {}, {}] });
  });
});
