import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  fabricInfo,
  FabricLayout,
  fabricPorts,
  joinChannels,
  localReach,
  ordererNodes,
  ordererProgram,
  peerProgram,
  prepareFabric,
  requireRelease,
  type FabricBinaries,
  type FabricParts,
  type FabricProgram,
  type Topology,
} from '@cotrace/network';
import { chaincodeService, contractService, type Service } from '../services.js';
import type { ProcessEntry } from '../processes.js';
import { requireRunning } from '../local/wait-ready.js';
import { hasChanged, writeJson } from '../../workspace/workspace.js';
import type { Backend, DeployedFabric, NetworkRun, RunningFabric } from './backend.js';
import { defineChaincodes, installPackages } from './lifecycle.js';

/** Fabric's own peers and orderers, a process each. */
export class FabricBackend implements Backend {
  readonly name = 'fabric';
  readonly #binaries: FabricBinaries;
  readonly #join: typeof joinChannels;

  /** `join`: how nodes come into the channels. */
  constructor(binaries: FabricBinaries, join = joinChannels) {
    this.#binaries = binaries;
    this.#join = join;
  }

  /** Orderers and anchor peers are in the genesis blocks with their ports. */
  static services(topology: Topology): Service[] {
    return fabricPorts(topology).map((service) => ({ ...service, fixed: true, tls: true }));
  }

  require(topology: Topology): void {
    requireRelease(topology, this.#binaries);
  }

  services(topology: Topology): Service[] {
    return FabricBackend.services(topology);
  }

  async start(run: NetworkRun): Promise<RunningFabric> {
    const { workspace, whole, topology, ports } = run;
    const files = new FabricLayout(workspace.fabric);
    const { layout, channels } = await prepareFabric(whole, files, this.#binaries, ports);
    const parts: FabricParts = { binaries: this.#binaries, files, layout, ports };
    const nodes: ProcessEntry[] = [];
    for (const node of ordererNodes(topology)) {
      nodes.push(await ensure(run, ordererProgram(topology, node, parts)));
    }
    for (const organisation of topology.organisations) {
      const local = (name: string) => `127.0.0.1:${ports[name] ?? 0}`;
      const services = {
        address: local(chaincodeService(organisation.name)),
        checking: local(contractService(organisation.name)),
      };
      const peer = await ensure(run, peerProgram(organisation, services, parts), (program) => {
        // What the builder made of the old addresses.
        rmSync(join(files.data(program.name), 'externalbuilder'), { recursive: true, force: true });
      });
      nodes.push(peer);
    }
    const administered = { layout, reach: localReach(ports) };
    const stillStarting = () => requireRunning(workspace, nodes);
    const configurations = await this.#join(topology, channels, administered, stillStarting);
    return { info: fabricInfo(topology, administered, channels), configurations };
  }

  async deploy(run: NetworkRun, { layout, consortium, configurations }: DeployedFabric): Promise<void> {
    const { workspace, topology, starter, ports, packages, progress } = run;
    await installPackages(topology, packages, { layout, reach: localReach(ports) }, progress);
    const stillStarting = () => requireRunning(workspace, starter.entries());
    const deployed = { topology, packages, progress, stillStarting, configurations };
    await defineChaincodes(deployed, layout, consortium);
  }
}

/** The program as a process of the workspace, started anew where it is to run in another way than it does. */
async function ensure(
  { workspace, starter }: NetworkRun,
  program: FabricProgram,
  whileStopped: (program: FabricProgram) => void = () => undefined,
): Promise<ProcessEntry> {
  const { name, command, args, env } = program;
  const path = join(workspace.configs, `${name}.json`);
  if (hasChanged(path, program)) {
    await starter.stop(name);
    whileStopped(program);
  }
  writeJson(path, program);
  return starter.ensure({ name, owner: workspace.root, command, args, env, log: workspace.log(name) });
}
