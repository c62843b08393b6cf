import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  adminPort,
  CryptoLayout,
  defaultTopology,
  FabricLayout,
  KNOWN_FABRIC_VERSIONS,
  namedReach,
  ordererNodes,
  ordererProgram,
  peerHost,
  peerName,
  peerProgram,
  type FabricParts,
} from '@cotrace/network';
import { parse } from 'yaml';
import { readConsortium } from '../consortium/read.js';
import { readProcessConfig } from '../node/process-config.js';
import { prepareHosts } from './hosts/hosts.js';
import { chaincodeService, masterNode, nodeProcesses } from './services.js';
import { Workspace } from '../workspace/workspace.js';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly profiles?: readonly string[];
}

const COMPOSE = new URL('../../docker-compose.yaml', import.meta.url);
const { services, volumes } = parse(readFileSync(COMPOSE, 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};

const topology = defaultTopology();
const reach = namedReach(topology);
const files = new FabricLayout('/network/fabric');
const layout = new CryptoLayout(files.crypto, topology);
/** What the same programs are told on this machine, with other folders and addresses. */
const parts: FabricParts = {
  binaries: { peer: 'peer', orderer: 'orderer', config: '' },
  files,
  layout,
  ports: {},
};
const processes = nodeProcesses(new Workspace('/network'), topology, layout, {
  listen: () => '',
  packageId: '',
});

function service(name: string): Service {
  const found = services[name];
  if (found === undefined) throw new Error(`there is no service ${name}`);
  return found;
}

const portOf = (address: string) => Number(address.slice(address.lastIndexOf(':') + 1));
/** How the kernel's table writes a port. */
const inHexadecimal = (port: number) => `:${port.toString(16).toUpperCase().padStart(4, '0')} `;

/** Settings of a program but for where it listens and where its data are. */
function comparable(env: Readonly<Record<string, string>>): Record<string, string> {
  const local =
    /ADDRESS|LISTENPORT|BOOTSTRAP$|ENDPOINT|FABRIC_CFG_PATH|FILESYSTEMPATH|ROOTDIR|_LOCATION|WALDIR|SNAPDIR/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !local.test(name)));
}

describe('docker-compose.yaml', () => {
  let dir: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'cotrace-compose-'));
    await prepareHosts(new Workspace(dir), null, '/store', () => undefined);
  });

  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('has a service for everything in the default topology, and nothing else', () => {
    const wanted = [
      'prepare',
      'deploy',
      'cotrace',
      ...ordererNodes(topology).map(({ host }) => host),
      ...topology.organisations.flatMap((organisation) => [
        peerHost(organisation),
        chaincodeService(organisation.name),
      ]),
      ...processes.map(({ spec }) => spec.name),
    ];
    expect(Object.keys(services).sort()).toEqual(wanted.sort());
  });

  it('runs pinned releases of Fabric that the suite has passed on, and one image of our own', () => {
    const images = new Set(Object.values(services).map(({ image }) => image));
    const fabric = [...images].filter((image) => image.startsWith('hyperledger/'));
    const versions = fabric.map((image) => image.split(':')[1]);
    expect(new Set(versions).size).toBe(1);
    expect(KNOWN_FABRIC_VERSIONS).toContain(versions[0]);
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect([...images].filter((image) => !fabric.includes(image))).toEqual([`cotrace:${version}`]);
    const built = Object.values(services).filter(({ build }) => build !== undefined);
    expect(built.every(({ image }) => image === `cotrace:${version}`)).toBe(true);
  });

  it('tells peers and ordering nodes what they are told on this machine', () => {
    for (const organisation of topology.organisations) {
      const services = {
        address: `${chaincodeService(organisation.name)}:9999`,
        checking: `${masterNode(organisation.name)}:9997`,
      };
      const { environment = {} } = service(peerHost(organisation));
      expect(comparable(environment)).toEqual(comparable(peerProgram(organisation, services, parts).env));
      const address = reach(peerName(organisation));
      for (const name of ['ADDRESS', 'GOSSIP_BOOTSTRAP', 'GOSSIP_EXTERNALENDPOINT']) {
        expect(environment[`CORE_PEER_${name}`]).toBe(address);
      }
      expect(environment['CORE_PEER_LISTENADDRESS']).toBe(`0.0.0.0:${portOf(address)}`);
      expect(service(chaincodeService(organisation.name)).entrypoint?.join(' ')).toContain('0.0.0.0:9999');
    }
    for (const node of ordererNodes(topology)) {
      const { environment = {} } = service(node.host);
      expect(comparable(environment)).toEqual(comparable(ordererProgram(topology, node, parts).env));
      expect(environment['ORDERER_GENERAL_LISTENPORT']).toBe(String(node.port));
      const admin = portOf(reach(adminPort(node)));
      expect(environment['ORDERER_ADMIN_LISTENADDRESS']).toBe(`0.0.0.0:${admin}`);
    }
  });

  it('runs every node with the configuration that `prepare` makes, where the others look for it', () => {
    const { nodes } = readConsortium(join(dir, 'consortium.json'));
    // An older release wrote them in this order: another one would count as a change of the network.
    const order = ['master', 'business', 'client'];
    const roles = nodes.map(({ role }) => order.indexOf(role));
    expect(roles).toEqual(roles.toSorted());
    for (const { spec } of processes) {
      const path = `/network/config/${spec.name}.json`;
      const { command, healthcheck, volumes: mounted } = service(spec.name);
      expect(command).toEqual(['node', path]);
      expect(healthcheck?.test).toEqual(['CMD', 'cotrace', 'node', path, '--check']);
      expect(mounted.filter((volume) => volume.endsWith(':/store'))).toHaveLength(1);
      for (const node of readProcessConfig(join(dir, 'config', `${spec.name}.json`)).nodes) {
        if (node.contract !== undefined) expect(node.contract.listen).toBe('0.0.0.0:9997');
        expect(node.storeDir).toBe(`/store/${node.name}`);
        const { address } = nodes.find(({ name }) => name === node.name) ?? {};
        expect(address).toBe(`${spec.name}:${portOf(node.listen ?? '')}`);
      }
    }
    const listening = nodes.flatMap(({ address }) => address ?? []);
    expect(new Set(listening).size).toBe(processes.flatMap(({ config }) => config.nodes).length);
  });

  it('names no file that `prepare` does not make', () => {
    const named = Object.values(services).flatMap(({ environment = {}, command = [], entrypoint = [] }) =>
      [...Object.values(environment), ...command, ...entrypoint].flatMap(
        (text) => text.match(/\/network(?:\/[\w.@-]+)+/g) ?? [],
      ),
    );
    expect(named.length).toBeGreaterThan(20);
    const missing = named.filter((path) => !existsSync(join(dir, path.slice('/network'.length))));
    expect([...new Set(missing)]).toEqual([]);
  });

  it('lets one service write each volume, and declares those that there are', () => {
    const mounted = Object.entries(services).flatMap(([name, { volumes: list }]) =>
      list.map((volume) => {
        const [source = '', target, mode] = volume.split(':');
        return { name, source, target, mode };
      }),
    );
    const named = mounted.filter(({ source }) => !source.startsWith('.'));
    expect([...new Set(named.map(({ source }) => source))].sort()).toEqual(Object.keys(volumes).sort());
    const writers = named.filter(({ mode }) => mode !== 'ro').map(({ source }) => source);
    expect(writers.sort()).toEqual(Object.keys(volumes).sort());
    expect(named.find(({ source, mode }) => source === 'network' && mode !== 'ro')?.name).toBe('prepare');
  });

  it('keeps what Fabric writes on a volume', () => {
    for (const [name, { image, environment = {}, volumes: list }] of Object.entries(services)) {
      if (!image.startsWith('hyperledger/')) continue;
      const target = '/var/hyperledger/production';
      expect([name, list.some((volume) => volume.endsWith(`:${target}`))]).toEqual([name, true]);
      const data = Object.entries(environment).filter(([key]) =>
        /FILESYSTEMPATH|ROOTDIR|_LOCATION|WALDIR|SNAPDIR/.test(key),
      );
      expect(data.length).toBeGreaterThan(1);
      expect(data.filter(([, path]) => !path.startsWith(target))).toEqual([]);
    }
  });

  it('waits only for services that say when they are there', () => {
    const last = new Set(['prepare', 'deploy', 'cotrace']);
    for (const [name, { depends_on: needed = {}, healthcheck, image }] of Object.entries(services)) {
      expect([name, healthcheck !== undefined]).toEqual([name, !last.has(name)]);
      for (const [other, { condition }] of Object.entries(needed)) {
        expect(condition).toBe(other === 'prepare' ? 'service_completed_successfully' : 'service_healthy');
        expect(service(other)).toBeDefined();
      }
      const port = image.includes('orderer') ? 7050 : image.includes('peer') ? 7051 : null;
      if (port !== null) expect(healthcheck?.test.join(' ')).toContain(inHexadecimal(port));
      if (name.endsWith('.chaincode')) expect(healthcheck?.test.join(' ')).toContain(inHexadecimal(9999));
    }
    const { depends_on: needed = {} } = service('deploy');
    const running = Object.keys(services).filter((name) => /^(?:peer|orderer)|\.chaincode$/.test(name));
    expect(Object.keys(needed).sort()).toEqual(running.sort());
  });
});
