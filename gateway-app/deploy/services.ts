import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { businessNodes, type BusinessNode, type CryptoLayout, type Topology } from '@cotrace/network';
import type { NodeConfig, ProcessConfig } from '../node/node-config.js';
import type { ProcessSpec } from './processes.js';
import type { Workspace } from '../workspace/workspace.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const COTRACE = fileURLToPath(new URL('../../bin/cotrace.js', import.meta.url));
const CHAINCODE_FOLDER = join(repository, 'chaincode', 'package');
const CHAINCODE_LAUNCHER = join(repository, 'node_modules', 'fabric-shim', 'cli.js');

/** Label of the chaincode package; its id follows from it. */
export const CHAINCODE_LABEL = 'cotrace-trace_1';
/** Label of the package of the checking contract. */
export const CHECKING_LABEL = 'cotrace-checking_1';

export const chaincodeService = (organisation: string) => `${organisation}.chaincode`;
/** The checking contract, in its master's process. */
export const contractService = (organisation: string) => `${organisation}.contract`;
export const masterNode = (organisation: string) => `${organisation}.master`;
/** The process in which a business node runs. */
export function businessProcess(
  { businessNodes: mode }: Topology,
  { name, organisation }: BusinessNode,
): string {
  return mode === 'together' ? `${organisation.name}.business` : name;
}

/** Something that listens on a port of its own. */
export interface Service {
  readonly name: string;
  /** The process that it runs in. */
  readonly process: string;
  /** Whether its port cannot change once it is chosen. */
  readonly fixed: boolean;
  /** Whether it speaks TLS: on this machine all do but services of chaincodes. */
  readonly tls: boolean;
}

/** What of a backend listens, and in which processes. */
export interface FabricServices {
  services(topology: Topology): Service[];
}

/** Everything that listens: the Fabric network's services, and ours. */
export function listeningServices(topology: Topology, backend: FabricServices): Service[] {
  const alone = (name: string, tls: boolean) => ({ name, process: name, fixed: false, tls });
  return [
    ...backend.services(topology),
    ...topology.organisations.flatMap(({ name }) => [
      alone(chaincodeService(name), false),
      alone(masterNode(name), true),
      { name: contractService(name), process: masterNode(name), fixed: false, tls: false },
    ]),
    ...businessNodes(topology).map((node) => ({
      name: node.name,
      process: businessProcess(topology, node),
      fixed: false,
      tls: true,
    })),
  ];
}

/** The processes of a network. */
export function processNames(topology: Topology, backend: FabricServices): string[] {
  return [...new Set(listeningServices(topology, backend).map(({ process }) => process))];
}

/** The chaincode service of an organisation: the prebuilt package under Fabric's own launcher. */
export function chaincodeSpec(
  workspace: Workspace,
  organisation: string,
  packageId: string,
  port: number,
): ProcessSpec {
  const name = chaincodeService(organisation);
  const address = ['--chaincode-address', `127.0.0.1:${port}`, '--chaincode-id', packageId];
  return {
    name,
    owner: workspace.root,
    args: [CHAINCODE_LAUNCHER, 'server', ...address, '--module-path', CHAINCODE_FOLDER],
    env: { CORE_CHAINCODE_LOGGING_LEVEL: 'ERROR' },
    log: workspace.log(name),
  };
}

/** A process with Cotrace nodes of one organisation, and the configuration file that it reads. */
export interface NodeProcess {
  readonly spec: ProcessSpec;
  readonly configPath: string;
  readonly config: ProcessConfig;
}

/**
 * The masters, and the business nodes: together per organisation, or one process each. `contract`: where a master serves the
 * checking contract (`host:port`), by the name of its organisation, and the id of its package.
 */
export function nodeProcesses(
  workspace: Workspace,
  topology: Topology,
  layout: CryptoLayout,
  contract: { readonly listen: (organisation: string) => string; readonly packageId: string },
): NodeProcess[] {
  const masters = topology.organisations.map((organisation) => {
    const name = masterNode(organisation.name);
    const master = {
      ...nodeConfig(workspace, name, layout.master(organisation)),
      contract: {
        listen: contract.listen(organisation.name),
        packageId: contract.packageId,
        tls: false,
        mspDir: join(layout.submitter(organisation), 'msp'),
      },
    };
    return nodeProcess(workspace, name, [master]);
  });
  const business = businessNodes(topology).map((node) => ({
    process: businessProcess(topology, node),
    config: nodeConfig(workspace, node.name, layout.business(node.organisation, node.domain)),
  }));
  const names = [...new Set(business.map(({ process }) => process))];
  return [
    ...masters,
    ...names.map((name) => {
      const nodes = business.filter(({ process }) => process === name).map(({ config }) => config);
      return nodeProcess(workspace, name, nodes);
    }),
  ];
}

function nodeConfig(workspace: Workspace, name: string, folder: string): NodeConfig {
  return {
    name,
    mspDir: join(folder, 'msp'),
    tlsDir: join(folder, 'tls'),
    storeDir: join(workspace.nodes, name),
  };
}

function nodeProcess(workspace: Workspace, name: string, nodes: readonly NodeConfig[]): NodeProcess {
  const configPath = join(workspace.configs, `${name}.json`);
  return {
    spec: { name, owner: workspace.root, args: [COTRACE, 'node', configPath], log: workspace.log(name) },
    configPath,
    config: { consortium: workspace.consortium, nodes },
  };
}
