import { join } from 'node:path';
import { CotraceError } from '@cotrace/core';
import {
  businessNodes,
  CryptoLayout,
  ensureChannels,
  ensureCrypto,
  fabricInfo,
  FabricLayout,
  joinChannels,
  namedReach,
  nominalAddresses,
  runningPart,
  type Topology,
} from '@cotrace/network';
import { readConsortium } from '../../consortium/read.js';
import type { ProcessConfig } from '../../node/node-config.js';
import { defineChaincodes, installPackages } from '../backends/lifecycle.js';
import { makePackages } from '../chaincodes.js';
import { ensureRules } from '../capture-rules.js';
import { defineDomains } from '../define-domains.js';
import { makeFolder } from '../../workspace/folder.js';
import { withLock } from '../lock.js';
import { makeConsortium } from '../make-consortium.js';
import { foundingConfig, makeTrust } from '../../consortium/make-trust.js';
import { agreedCheckpoint } from '../../consortium/network-terms.js';
import { businessProcess, masterNode, nodeProcesses } from '../services.js';
import { adoptTopology, readNetworkTopology } from '../../workspace/topology-file.js';
import type { Progress } from '../progress.js';
import { writeClients } from '../write-clients.js';
import { writeAtomically, writeJson, type Workspace } from '../../workspace/workspace.js';
import { HOSTS_MS } from '../limits.js';

/** What asks the nodes of a network; a test has others. */
export interface HostTools {
  readonly joinChannels: typeof joinChannels;
  readonly installPackages: typeof installPackages;
  readonly defineChaincodes: typeof defineChaincodes;
  readonly defineDomains: typeof defineDomains;
}

const TOOLS: HostTools = { joinChannels, installPackages, defineChaincodes, defineDomains };

/** Ports where each process has a host of its own; business nodes that share one count up. */
const MASTER_PORT = 7060;
/** Of the checking contract, on the host of its master. */
const CONTRACT_PORT = 9997;
const FIRST_BUSINESS_PORT = 7061;

/** Where a node is reached, and where its process listens: `host:port`. */
interface HostAddress {
  readonly address: string;
  readonly listen: string;
}

/** The addresses of our own nodes, by name: each process is a host of the same name. */
function hostAddresses(topology: Topology): ReadonlyMap<string, HostAddress> {
  const at = (host: string, port: number) => ({ address: `${host}:${port}`, listen: `0.0.0.0:${port}` });
  return new Map([
    ...topology.organisations.map(({ name }) => {
      const node = masterNode(name);
      return [node, at(node, MASTER_PORT)] as const;
    }),
    ...businessNodes(topology).map((node) => {
      const port = FIRST_BUSINESS_PORT + topology.domains.indexOf(node.domain);
      return [node.name, at(businessProcess(topology, node), port)] as const;
    }),
  ]);
}

/**
 * Makes the files of a network whose processes run on hosts of their own (docker-compose.yaml): certificates, genesis
 * blocks, the consortium's files, and the configuration of each process with its stores below `stores`. What is there
 * stays. Throws `TOPOLOGY`, `CONFIG`, `CRYPTO_FOLDER`, `LOCKED`.
 */
export async function prepareHosts(
  workspace: Workspace,
  topologyPath: string | null,
  stores: string,
  progress: Progress,
): Promise<void> {
  makeFolder(workspace);
  await withLock(workspace, () => makeFiles(workspace, topologyPath, stores, progress));
}

async function makeFiles(
  workspace: Workspace,
  topologyPath: string | null,
  stores: string,
  progress: Progress,
): Promise<void> {
  const whole = adoptTopology(workspace, topologyPath);
  const topology = runningPart(whole);
  const files = new FabricLayout(workspace.fabric);
  const layout = await ensureCrypto(whole, files.crypto);
  const channels = ensureChannels(whole, files, nominalAddresses(whole));
  progress('certificates and genesis blocks are ready');
  const addresses = hostAddresses(topology);
  const addressOf = (name: string) => addresses.get(name)?.address ?? '';
  const info = fabricInfo(topology, { layout, reach: namedReach(topology) }, channels);
  const consortium = makeConsortium(topology, layout, info, addressOf);
  writeJson(workspace.consortium, consortium);
  if (agreedCheckpoint(consortium) === null) {
    const config = foundingConfig(whole, consortium, layout.dir);
    writeAtomically(workspace.trust, makeTrust(consortium, config));
  } else
    progress('a checkpoint is agreed on: `cotrace consortium` makes the trust file of the present members');
  for (const warning of ensureRules(workspace, topology)) progress(`warning: ${warning}`);
  writeClients(workspace, topology, layout);
  const packages = await makePackages();
  const contract = { listen: () => `0.0.0.0:${CONTRACT_PORT}`, packageId: packages.checking.id };
  for (const { configPath, config } of nodeProcesses(workspace, topology, layout, contract)) {
    const nodes = config.nodes.map((node) => ({
      ...node,
      storeDir: join(stores, node.name),
      listen: addresses.get(node.name)?.listen ?? '',
    }));
    writeJson(configPath, { ...config, nodes } satisfies ProcessConfig);
  }
  writeAtomically(workspace.chaincodeId, packages.trace.id);
  progress(`the chaincode services run under ${packages.trace.id}`);
}

/**
 * Joins the channels, installs, approves and commits the chaincodes and defines the domains, where that is not done or members
 * and quorum have changed since, once
 * peers, ordering nodes and chaincode services of a network that `prepareHosts` made run. Throws `CONFIG`, `NOT_READY`
 * and what the parts throw; it may be repeated.
 */
export async function deployHosts(workspace: Workspace, progress: Progress, tools = TOOLS): Promise<void> {
  const whole = readNetworkTopology(workspace);
  if (whole === null) {
    throw new CotraceError(
      'CONFIG',
      `${workspace.root} holds no network; make its files with \`cotrace network prepare\``,
      { workspace: workspace.root },
    );
  }
  const files = new FabricLayout(workspace.fabric);
  const topology = runningPart(whole);
  const layout = new CryptoLayout(files.crypto, whole);
  const administered = { layout, reach: namedReach(topology) };
  const deadline = Date.now() + HOSTS_MS;
  const stillStarting = () => {
    if (Date.now() < deadline) return;
    throw new CotraceError('NOT_READY', 'the hosts do not answer; see the logs of peers and ordering nodes', {
      patience: HOSTS_MS,
    });
  };
  const channels = ensureChannels(whole, files, nominalAddresses(whole));
  const configurations = await tools.joinChannels(topology, channels, administered, stillStarting);
  progress('every node has joined its channels');
  const packages = await makePackages();
  await tools.installPackages(topology, packages, administered, progress);
  const consortium = readConsortium(workspace.consortium);
  const deployed = { topology, packages, progress, stillStarting, configurations };
  await tools.defineChaincodes(deployed, layout, consortium);
  await tools.defineDomains(topology, layout, consortium, stillStarting, progress);
}
