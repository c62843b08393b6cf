import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CryptoLayout,
  type Deployment,
  genesisBlock,
  joinMembers,
  type ListenOptions,
  type NetworkInfo,
  ordererNodes,
  peerName,
  type Reach,
  requireOneOrderer,
  type Topology,
} from '@cotrace/network';
import { chaincodesOf, foundingEndorsers, type ChaincodeDuty } from '../chaincodes.js';
import { chaincodeService, contractService, type Service } from '../services.js';
import { requireRunning, waitForDevnet } from '../local/wait-ready.js';
import { hasChanged, writeJson } from '../../workspace/workspace.js';
import {
  DEFINITION,
  type Backend,
  type DeployedFabric,
  type NetworkRun,
  type RunningFabric,
} from './backend.js';
import { defineChaincodes } from './lifecycle.js';

const MAIN = fileURLToPath(new URL('devnet/server.js', import.meta.resolve('@cotrace/network')));
const PROCESS = 'devnet';
const ORDERER = 'devnet.orderer';
const peerPort = (organisation: string) => `devnet.peer.${organisation}`;

/** What the embedded network's process is told. */
interface DevnetConfig {
  /** Path of the topology file. */
  readonly topology: string;
  /** State folder. */
  readonly dir: string;
  readonly deployments: readonly (Deployment & Partial<Pick<ChaincodeDuty, 'outOf'>>)[];
  readonly listen: Pick<ListenOptions, 'orderer' | 'peers'>;
}

/** The embedded network, all its peers and the ordering node in one process. */
export class DevnetBackend implements Backend {
  readonly name = 'devnet';
  readonly #join: typeof joinMembers;

  /** `join`: how members' peers come into the channels. */
  constructor(join = joinMembers) {
    this.#join = join;
  }

  require(topology: Topology): void {
    requireOneOrderer(topology);
  }

  services({ organisations }: Topology): Service[] {
    const inside = (name: string) => ({ name, process: PROCESS, fixed: false, tls: true });
    return [inside(ORDERER), ...organisations.map(({ name }) => inside(peerPort(name)))];
  }

  async start(run: NetworkRun): Promise<RunningFabric> {
    const { workspace, starter } = run;
    const path = join(workspace.configs, 'devnet.json');
    const config = configuration(run);
    if (hasChanged(path, config)) await starter.stop(PROCESS);
    writeJson(path, config);
    const process = starter.ensure({
      name: PROCESS,
      owner: workspace.root,
      args: [MAIN, path],
      log: workspace.log(PROCESS),
    });
    const info = await waitForDevnet(workspace, process);
    const { whole, topology } = run;
    const layout = new CryptoLayout(info.cryptoDir, whole);
    const channels = info.channels.map(({ name, genesisHeaderHash: headerHash }) => ({
      name,
      headerHash,
      block: genesisBlock(whole, name, info.cryptoDir),
    }));
    const reach = reachOf(topology, info);
    return { info, configurations: await this.#join(topology, channels, { layout, reach }) };
  }

  /** Its process has deployed what its configuration names, for the members of its start. */
  deploy(run: NetworkRun, { layout, consortium, configurations }: DeployedFabric): Promise<void> {
    const stillStarting = () => requireRunning(run.workspace, run.starter.entries());
    return defineChaincodes({ ...run, stillStarting, configurations }, layout, consortium);
  }
}

/** Where it says that its nodes are, by the names of Fabric's own. */
function reachOf(topology: Topology, { peers, orderer }: NetworkInfo): Reach {
  const addresses = new Map([
    ...ordererNodes(topology).map(({ name }) => [name, orderer.address] as const),
    ...topology.organisations.map(
      (organisation) => [peerName(organisation), peers[organisation.name]?.address ?? ''] as const,
    ),
  ]);
  return (name) => addresses.get(name) ?? '';
}

function configuration({ workspace, whole, topology, ports, packages }: NetworkRun): DevnetConfig {
  const { organisations } = topology;
  const addresses = (service: (organisation: string) => string) =>
    Object.fromEntries(organisations.map(({ name }) => [name, `127.0.0.1:${ports[service(name)] ?? 0}`]));
  return {
    topology: workspace.topology,
    dir: workspace.devnet,
    deployments: chaincodesOf(topology, packages, foundingEndorsers(whole)).map(
      ({ channel, name, chaincode, outOf }) => ({
        channel,
        name,
        ...DEFINITION,
        addresses: addresses(chaincode === packages.trace ? chaincodeService : contractService),
        packageId: chaincode.id,
        ...(outOf !== null && { outOf }),
      }),
    ),
    listen: {
      orderer: ports[ORDERER] ?? 0,
      peers: Object.fromEntries(organisations.map(({ name }) => [name, ports[peerPort(name)] ?? 0])),
    },
  };
}
