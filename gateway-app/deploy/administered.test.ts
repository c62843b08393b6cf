import { defaultDomains } from '@cotrace/chaincode';
import { outOfPeersPolicy, servicePackage } from '@cotrace/network';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { connectionsLeft, settledConnections } from '../testing/open-connections.js';
import { RecordingStarter } from '../testing/recording-starter.js';
import { RunningDevnet } from '../testing/running-devnet.js';
import { Workspace } from '../workspace/workspace.js';
import { FabricBackend } from './backends/fabric.js';
import { defineChaincodes } from './backends/lifecycle.js';
import type { Packages } from './chaincodes.js';
import { defineDomains } from './define-domains.js';

const nothing = () => undefined;

let devnet: RunningDevnet;
/** Of this test alone: a run of the tests may be one of many on the same network. */
let domain: string;
let packages: Packages;
let said: string[];
let before: number;

const progress = (line: string) => said.push(line);

beforeAll(async () => {
  devnet = await RunningDevnet.start();
});

afterAll(() => devnet.stop());

beforeEach(async () => {
  const id = Math.round(1000 * performance.now());
  domain = `goods${id}`;
  const checkingPackage = await servicePackage(`checking_${id}`);
  packages = { trace: await servicePackage(`label_${id}`), checking: checkingPackage };
  said = [];
  before = await settledConnections();
});

describe('the administrators of a running network', () => {
  it('leave no connection where one of them is not of the consortium', async () => {
    const { topology, layout, consortium, configurations } = devnet;
    const organisations = consortium.organisations.slice(0, 1);
    const deployed = { topology, packages, configurations, progress, stillStarting: nothing };
    await expect(defineChaincodes(deployed, layout, { ...consortium, organisations })).rejects.toMatchObject({
      code: 'CONFIG',
      detail: { mspId: 'org2MSP' },
    });
    expect(await connectionsLeft(before)).toBeLessThanOrEqual(before);
  });

  it('define domains at the first peer, and leave no connection', async () => {
    const { topology, layout, consortium } = devnet;
    const [{ name } = { name: '' }] = defaultDomains;
    const clock = jest.spyOn(Date, 'now');
    let looks = 0;
    // The chaincode is not there: after the first try, more than a minute has passed.
    const requireRunning = () => {
      looks += 1;
      const now = Date.now();
      clock.mockImplementation(() => now + 60_001);
    };
    try {
      await expect(
        defineDomains({ ...topology, domains: [name] }, layout, consortium, requireRunning, progress),
      ).rejects.toMatchObject({ code: 'NOT_DEFINED', detail: { answers: [expect.stringContaining(name)] } });
    } finally {
      clock.mockRestore();
    }
    expect(looks).toBe(1);
    expect(await connectionsLeft(before)).toBeLessThanOrEqual(before);
  });

  it('define no domain where there is no organisation', async () => {
    const { topology, layout, consortium } = devnet;
    await defineDomains({ ...topology, organisations: [] }, layout, consortium, nothing, progress);
    expect(said).toEqual([]);
  });
});

describe('chaincodes on Fabric’s own programs', () => {
  const backend = new FabricBackend({ peer: '/peer', orderer: '/orderer', config: '/config' });

  function run(starter: RecordingStarter, workspace: Workspace) {
    const { topology, reach } = devnet;
    const ports = topology.organisations.map(({ name }): [string, number] => {
      const peer = `fabric.peer.${name}`;
      return [peer, Number(reach(peer).split(':')[1])];
    });
    const domains = [domain];
    const wanted = { whole: topology, topology: { ...topology, domains }, ports: Object.fromEntries(ports) };
    return { ...wanted, workspace, starter, packages, progress };
  }

  it('are installed, approved and committed once, and no connection is left', async () => {
    const workspace = new Workspace('/nowhere');
    const deploy = () => backend.deploy(run(new RecordingStarter(workspace), workspace), devnet);
    expect(devnet.definition(domain)).toBeNull();
    await deploy();
    expect(devnet.definition(domain)).toMatchObject({ version: '1', sequence: 1n });
    await deploy();
    const { trace, checking } = packages;
    expect(said.sort()).toEqual([
      ...['anchor', 'checking', domain].map((name) => `chaincode ${name} approved and committed`),
      ...[checking, trace].flatMap(({ label }) =>
        ['org1', 'org2'].map((name) => `installing the chaincode package ${label} at ${name}`),
      ),
    ]);
    const policyBytes = outOfPeersPolicy(2, ['org1MSP', 'org2MSP']);
    const { main, checking: other } = devnet.topology.channels;
    expect(devnet.definition('anchor', main)).toMatchObject({ policyBytes });
    expect(devnet.definition('checking', other)).toMatchObject({ policyBytes });
    expect(devnet.definition('checking', main)).toBeNull();
    expect(await connectionsLeft(before)).toBeLessThanOrEqual(before);
  });

  it('are waited for only while all processes of the workspace run', async () => {
    const workspace = new Workspace('/nowhere');
    const starter = new RecordingStarter(workspace);
    const gone = { name: 'org1.chaincode', pid: 4_194_304, started: '1', owner: workspace.root };
    Object.defineProperty(starter, 'entries', { value: () => [gone] });
    // Where nobody listens.
    const peer = { address: '127.0.0.1:1', serverName: null };
    const organisations = devnet.consortium.organisations.map((one) => ({ ...one, peer }));
    const { layout, configurations } = devnet;
    const deployed = { layout, configurations, consortium: { ...devnet.consortium, organisations } };
    await expect(backend.deploy(run(starter, workspace), deployed)).rejects.toMatchObject({
      code: 'NOT_READY',
      detail: { process: 'org1.chaincode' },
    });
  });
});
