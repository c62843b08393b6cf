import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Deployment,
  type ListenOptions,
  type NetworkInfo,
  requireOneOrderer,
  type Topology,
} from '@cotrace/network';
import { chaincodesOf, type ChaincodeDuty } from '../chaincodes.js';
import { chaincodeService, contractService, type Service } from '../services.js';
import { waitForDevnet } from '../local/wait-ready.js';
import { hasChanged, writeJson } from '../../workspace/workspace.js';
import { DEFINITION, type Backend, type NetworkRun } from './backend.js';

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

  require(topology: Topology): void {
    requireOneOrderer(topology);
  }

  services({ organisations }: Topology): Service[] {
    const inside = (name: string) => ({ name, process: PROCESS, fixed: false, tls: true });
    return [inside(ORDERER), ...organisations.map(({ name }) => inside(peerPort(name)))];
  }

  async start(run: NetworkRun): Promise<NetworkInfo> {
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
    return waitForDevnet(workspace, process);
  }

  /** Its process deploys what its configuration names. */
  deploy(): Promise<void> {
    return Promise.resolve();
  }
}

function configuration({ workspace, topology, ports, packages }: NetworkRun): DevnetConfig {
  const { organisations } = topology;
  const addresses = (service: (organisation: string) => string) =>
    Object.fromEntries(organisations.map(({ name }) => [name, `127.0.0.1:${ports[service(name)] ?? 0}`]));
  return {
    topology: workspace.topology,
    dir: workspace.devnet,
    deployments: chaincodesOf(topology, packages).map(({ channel, name, chaincode, outOf }) => ({
      channel,
      name,
      ...DEFINITION,
      addresses: addresses(chaincode === packages.trace ? chaincodeService : contractService),
      packageId: chaincode.id,
      ...(outOf !== null && { outOf }),
    })),
    listen: {
      orderer: ports[ORDERER] ?? 0,
      peers: Object.fromEntries(organisations.map(({ name }) => [name, ports[peerPort(name)] ?? 0])),
    },
  };
}
