import { existsSync } from 'node:fs';
import type { ChannelConfig } from '@cotrace/fabric-model';
import {
  CryptoLayout,
  runningPart,
  type ChannelConfigurations,
  type NetworkInfo,
  type Organisation,
  type Topology,
} from '@cotrace/network';
import type { BackendName, NetworkRun } from '../backends/backend.js';
import { chooseBackend } from '../backends/choose.js';
import { makePackages } from '../chaincodes.js';
import { ensureRules } from '../capture-rules.js';
import { makeConsortium } from '../make-consortium.js';
import { defineDomains } from '../define-domains.js';
import { makeFolder } from '../../workspace/folder.js';
import { withLock } from '../lock.js';
import type { Consortium } from '../../consortium/consortium.js';
import { foundingConfig, makeTrust } from '../../consortium/make-trust.js';
import { agreedCheckpoint } from '../../consortium/network-terms.js';
import { readNetworkState } from './network-state.js';
import { choosePorts, portOf } from './ports.js';
import type { Progress } from '../progress.js';
import {
  chaincodeService,
  chaincodeSpec,
  contractService,
  listeningServices,
  nodeProcesses,
  processNames,
  type Service,
} from '../services.js';
import { endSilent } from './silent.js';
import { Starter } from './starter.js';
import { adoptTopology } from '../../workspace/topology-file.js';
import { waitForNodes } from './wait-nodes.js';
import { requireRunning, waitForChaincodes } from './wait-ready.js';
import { writeClients } from '../write-clients.js';
import {
  hasChanged,
  isWritten,
  writeAtomically,
  writeJson,
  type Workspace,
} from '../../workspace/workspace.js';

/** What a network is; null: what it is already, or the default at the first start. */
export interface NetworkChoice {
  /** Path of a topology file. */
  readonly topology: string | null;
  readonly backend: BackendName | null;
}

/** What starts the processes of a network, and asks them; a test has others. */
export interface NetworkTools {
  readonly chooseBackend: typeof chooseBackend;
  readonly makeStarter: (workspace: Workspace, progress: Progress) => Starter;
  readonly endSilent: typeof endSilent;
  readonly waitForChaincodes: typeof waitForChaincodes;
  readonly defineDomains: typeof defineDomains;
  readonly waitForNodes: typeof waitForNodes;
}

const TOOLS: NetworkTools = {
  chooseBackend,
  makeStarter: (workspace, progress) => new Starter(workspace, progress),
  endSilent,
  waitForChaincodes,
  defineDomains,
  waitForNodes,
};

/**
 * Brings the network of a workspace up: makes what is missing, starts what does not run, and waits until everything
 * answers. May be repeated in any state; what runs is left alone, but for what must be told of a port that had to
 * change. Throws `CONFIG`, `LOCKED`, `NO_PORT`, `PROCESS`, `NOT_READY` and what the parts throw.
 */
export async function networkUp(
  workspace: Workspace,
  { topology: topologyPath, backend: backendName }: NetworkChoice,
  progress: Progress,
  tools = TOOLS,
): Promise<void> {
  makeFolder(workspace);
  await withLock(workspace, async () => {
    const { backend, choice } = tools.chooseBackend(workspace, backendName);
    const whole = adoptTopology(workspace, topologyPath, (wanted) => backend.require(wanted));
    const topology = runningPart(whole);
    writeJson(workspace.backend, choice);
    const starter = tools.makeStarter(workspace, progress);
    const running = processNames(topology, backend);
    starter.adopt(processNames(whole, backend));
    for (const { name } of starter.entries()) if (!running.includes(name)) await starter.stop(name);
    const services = listeningServices(topology, backend);
    await tools.endSilent(services, readNetworkState(workspace).ports, starter, progress);
    const ports = await settlePorts(workspace, services, starter);
    const packages = await makePackages();
    for (const { name } of topology.organisations) {
      starter.ensure(
        chaincodeSpec(workspace, name, packages.trace.id, portOf(ports, chaincodeService(name))),
      );
    }
    const run = { workspace, whole, topology, starter, ports, packages, progress };
    const { info, configurations } = await backend.start(run);
    const { layout, consortium } = await startNodes(run, info, configurations.main);
    await tools.waitForChaincodes(workspace, topology, ports, starter);
    const members = membersOf(topology, configurations, progress);
    await backend.deploy(run, { layout, consortium, configurations });
    const requireAll = () => requireRunning(workspace, starter.entries());
    await tools.defineDomains(members, layout, consortium, requireAll, progress);
    await tools.waitForNodes(workspace, members, consortium, starter);
  });
}

/** The organisations of a topology that are members of main; says of the others that they are not. */
function membersOf(topology: Topology, { main }: ChannelConfigurations, progress: Progress): Topology {
  const mspIds = main.members().map(({ mspId }) => mspId);
  const isMember = ({ mspId }: Organisation) => mspIds.includes(mspId);
  for (const { name, mspId } of topology.organisations.filter((organisation) => !isMember(organisation))) {
    progress(
      `warning: ${name} is not a member of channel ${main.channelId}: its nodes wait for an update of the channel that has ${mspId}`,
    );
  }
  return { ...topology, organisations: topology.organisations.filter(isMember) };
}

/** Writes what nodes and clients are told, and starts the nodes: again, where they were told other addresses. */
async function startNodes(
  { workspace, whole, topology, starter, ports, packages, progress }: NetworkRun,
  info: NetworkInfo,
  main: ChannelConfig,
): Promise<{ readonly layout: CryptoLayout; readonly consortium: Consortium }> {
  const layout = new CryptoLayout(info.cryptoDir, whole);
  const nodes = nodeProcesses(workspace, topology, layout, {
    listen: (organisation) => `127.0.0.1:${portOf(ports, contractService(organisation))}`,
    packageId: packages.checking.id,
  });
  const addressOf = (name: string) => `localhost:${portOf(ports, name)}`;
  const consortium = makeConsortium(topology, layout, info, addressOf);
  if (hasChanged(workspace.consortium, consortium)) {
    progress('what nodes are told has changed; restarting them');
    for (const { spec } of nodes) await starter.stop(spec.name);
  }
  if (!isWritten(workspace.consortium, consortium) || !existsSync(workspace.trust)) {
    // Where too many of the founders are gone to be believed, the present members are.
    const isAgreed = agreedCheckpoint(consortium) !== null;
    const config = isAgreed ? main : foundingConfig(whole, consortium, info.cryptoDir);
    writeAtomically(workspace.trust, makeTrust(consortium, config));
  }
  // Last: while it is not as it should be, the trust file counts as not written.
  writeJson(workspace.consortium, consortium);
  writeClients(workspace, topology, layout);
  for (const warning of ensureRules(workspace, topology)) progress(`warning: ${warning}`);
  for (const { spec, configPath, config } of nodes) {
    writeJson(configPath, config);
    starter.ensure(spec);
  }
  return { layout, consortium };
}

/** The port of every service. A process that runs where nobody knows is stopped, to be started where it is known. */
async function settlePorts(
  workspace: Workspace,
  services: readonly Service[],
  starter: Starter,
): Promise<Readonly<Record<string, number>>> {
  const { ports } = readNetworkState(workspace);
  for (const { name, process } of services) if (ports[name] === undefined) await starter.stop(process);
  return choosePorts(
    workspace,
    services.map(({ name, process, fixed }) => ({ name, fixed, running: starter.runs(process) })),
  );
}
