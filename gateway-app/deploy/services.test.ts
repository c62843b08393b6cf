import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { CryptoLayout, parseTopology } from '@cotrace/network';
import { DevnetBackend } from './backends/devnet.js';
import { FabricBackend } from './backends/fabric.js';
import {
  CHAINCODE_LABEL,
  chaincodeSpec,
  listeningServices,
  nodeProcesses,
  processNames,
} from './services.js';
import { Workspace } from '../workspace/workspace.js';

const TOPOLOGY = `
organisations:
  - { name: one, mspId: OneMSP, domain: one.example.com }
  - { name: two, mspId: TwoMSP, domain: two.example.com }
domains: [retail, goods]
`;
const together = parseTopology(TOPOLOGY);
const separate = parseTopology(`${TOPOLOGY}businessNodes: separate\n`);

/** What a path leads to from the built program, which is one folder deeper than its source. */
function asBuilt(path: string): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  return resolve(here, '../dist/deploy', relative(here, path));
}

const own = ['one.chaincode', 'one.master', 'two.chaincode', 'two.master'];
const listening = ['one', 'two'].flatMap((name) => [
  `${name}.chaincode`,
  `${name}.master`,
  `${name}.contract`,
]);
const contract = { listen: (name: string) => `${name}.example.com:9998`, packageId: 'checking:2' };
const nodes = ['one.retail', 'one.goods', 'two.retail', 'two.goods'];

describe('the services of a network', () => {
  it('each listen at a port of their own, which only Fabric’s own cannot change', () => {
    const services = listeningServices(together, new DevnetBackend());
    const peers = ['devnet.orderer', 'devnet.peer.one', 'devnet.peer.two'];
    expect(services.map(({ name }) => name)).toEqual([...peers, ...listening, ...nodes]);
    expect(services.some(({ fixed }) => fixed)).toBe(false);
    // Peers call chaincode services without TLS.
    expect(services.filter(({ tls }) => !tls).map(({ name }) => name)).toEqual([
      'one.chaincode',
      'one.contract',
      'two.chaincode',
      'two.contract',
    ]);
    const fabric = listeningServices(together, FabricBackend);
    expect(fabric.filter(({ fixed }) => !fixed).map(({ name }) => name)).toEqual([...listening, ...nodes]);
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
    nodeProcesses(workspace, topology, new CryptoLayout('/crypto', topology), contract).map(
      ({ spec, config }) => [spec.name, config.nodes.map(({ name }) => name)],
    );

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
    const processes = nodeProcesses(workspace, together, new CryptoLayout('/crypto', together), contract);
    const configs = processes.flatMap(({ config }) => config.nodes);
    for (const member of ['storeDir', 'mspDir', 'tlsDir'] as const) {
      expect(new Set(configs.map((config) => config[member])).size).toBe(configs.length);
    }
    const [master, ...others] = configs.filter(({ name }) => name.startsWith('one'));
    expect(master?.contract).toEqual({
      listen: 'one.example.com:9998',
      packageId: 'checking:2',
      tls: false,
      mspDir: '/crypto/peerOrganizations/one.example.com/users/checking@one.example.com/msp',
    });
    expect(others.filter((config) => 'contract' in config)).toEqual([]);
    for (const { spec, configPath } of processes) {
      expect(configPath).toBe(`/network/config/${spec.name}.json`);
      expect(spec).toMatchObject({ owner: '/network', log: `/network/logs/${spec.name}.log` });
    }
  });

  it('read their configuration by the command of this repository', () => {
    for (const { spec, configPath } of nodeProcesses(
      workspace,
      together,
      new CryptoLayout('/crypto', together),
      contract,
    )) {
      const [program = '', ...rest] = spec.args;
      expect(existsSync(asBuilt(program))).toBe(true);
      expect(rest).toEqual(['node', configPath]);
    }
  });
});

describe('the chaincode service of an organisation', () => {
  it('runs the package that is there under Fabric’s launcher, at the port and with the id that its peer knows', () => {
    const { args, ...spec } = chaincodeSpec(new Workspace('/network'), 'one', 'label:1', 7052);
    expect(spec).toMatchObject({
      name: 'one.chaincode',
      owner: '/network',
      log: '/network/logs/one.chaincode.log',
    });
    const [launcher = '', command, ...options] = args;
    expect(command).toBe('server');
    const values: Record<string, string> = Object.fromEntries(
      options.flatMap((name, i) => (i % 2 === 0 ? [[name, options[i + 1] ?? '']] : [])),
    );
    expect(values).toEqual({
      '--chaincode-address': '127.0.0.1:7052',
      '--chaincode-id': 'label:1',
      '--module-path': expect.any(String) as unknown,
    });
    expect(existsSync(join(asBuilt(values['--module-path'] ?? ''), 'package.json'))).toBe(true);
    expect(existsSync(asBuilt(launcher))).toBe(true);
    expect(spec.env).toEqual({ CORE_CHAINCODE_LOGGING_LEVEL: 'ERROR' });
  });

  it('has a package whose label Fabric takes', () => {
    expect(CHAINCODE_LABEL).toMatch(/^[A-Za-z0-9]+(?:[.+_-][A-Za-z0-9]+)*$/);
  });
});
