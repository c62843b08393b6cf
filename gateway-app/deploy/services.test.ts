import { describe, expect, it } from '@jest/globals';
import { CryptoLayout, parseTopology } from '@cotrace/network';
import { DevnetBackend } from './backends/devnet.js';
import { FabricBackend } from './backends/fabric.js';
import { listeningServices, nodeProcesses, processNames } from './services.js';
import { Workspace } from '../workspace/workspace.js';

const TOPOLOGY = `
organisations:
  - { name: one, mspId: OneMSP, domain: one.example.com }
  - { name: two, mspId: TwoMSP, domain: two.example.com }
domains: [retail, goods]
`;
const together = parseTopology(TOPOLOGY);
const separate = parseTopology(`${TOPOLOGY}businessNodes: separate\n`);

const own = ['one.chaincode', 'one.master', 'two.chaincode', 'two.master'];
const nodes = ['one.retail', 'one.goods', 'two.retail', 'two.goods'];

describe('the services of a network', () => {
  it('each listen at a port of their own, which only Fabric’s own cannot change', () => {
    const services = listeningServices(together, new DevnetBackend());
    const peers = ['devnet.orderer', 'devnet.peer.one', 'devnet.peer.two'];
    expect(services.map(({ name }) => name)).toEqual([...peers, ...own, ...nodes]);
    expect(services.some(({ fixed }) => fixed)).toBe(false);
    const fabric = listeningServices(together, FabricBackend);
    expect(fabric.filter(({ fixed }) => !fixed).map(({ name }) => name)).toEqual([...own, ...nodes]);
    expect(fabric.filter(({ fixed }) => fixed).length).toBeGreaterThan(0);
  });

  it('run in processes: business nodes in one for each organisation, or each in one', () => {
    const business = ['one.business', 'two.business'];
    expect(processNames(together, new DevnetBackend())).toEqual(['devnet', ...own, ...business]);
    expect(processNames(separate, new DevnetBackend())).toEqual(['devnet', ...own, ...nodes]);
  });
});

describe('the processes with nodes', () => {
  const workspace = new Workspace('/network');
  const namesOf = (topology: typeof together) =>
    nodeProcesses(workspace, topology, new CryptoLayout('/crypto', topology)).map(({ spec, config }) => [
      spec.name,
      config.nodes.map(({ name }) => name),
    ]);

  it('have every node once, masters alone', () => {
    const masters = ['one.master', 'two.master'].map((name) => [name, [name]]);
    expect(namesOf(together)).toEqual([
      ...masters,
      ['one.business', ['one.retail', 'one.goods']],
      ['two.business', ['two.retail', 'two.goods']],
    ]);
    expect(namesOf(separate)).toEqual([...masters, ...nodes.map((name) => [name, [name]])]);
  });

  it('have a store for each node, and keys of nobody else', () => {
    const processes = nodeProcesses(workspace, together, new CryptoLayout('/crypto', together));
    const configs = processes.flatMap(({ config }) => config.nodes);
    for (const member of ['storeDir', 'mspDir', 'tlsDir'] as const) {
      expect(new Set(configs.map((config) => config[member])).size).toBe(configs.length);
    }
    for (const { spec, configPath } of processes) {
      expect(configPath).toBe(`/network/config/${spec.name}.json`);
      expect(spec).toMatchObject({ owner: '/network', log: `/network/logs/${spec.name}.log` });
    }
  });
});
