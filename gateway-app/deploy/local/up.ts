import { existsSync } from 'node:fs';
import { CryptoLayout, servicePackage, type NetworkInfo } from '@cotrace/network';
import type { BackendName, NetworkRun } from '../backends/backend.js';
import { chooseBackend } from '../backends/choose.js';
import { ensureRules } from '../capture-rules.js';
import { makeConsortium } from '../make-consortium.js';
import { defineDomains } from '../define-domains.js';
import { makeFolder } from '../../workspace/folder.js';
import { withLock } from '../lock.js';
import type { Consortium } from '../../consortium/consortium.js';
import { makeTrust } from '../../consortium/make-trust.js';
import { readNetworkState } from './network-state.js';
import { choosePorts, portOf } from './ports.js';
import type { Progress } from '../progress.js';
import {
  CHAINCODE_LABEL,
  chaincodeService,
  chaincodeSpec,
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
    const topology = adoptTopology(workspace, topologyPath, (wanted) => backend.require(wanted));
    writeJson(workspace.backend, choice);
    const starter = tools.makeStarter(workspace, progress);
    starter.adopt(processNames(topology, backend));
    const services = listeningServices(topology, backend);
    await tools.endSilent(services, readNetworkState(workspace).ports, starter, progress);
    const ports = await settlePorts(workspace, services, starter);
    const chaincode = await servicePackage(CHAINCODE_LABEL);
    for (const { name } of topology.organisations) {
      starter.ensure(chaincodeSpec(workspace, name, chaincode.id, portOf(ports, chaincodeService(name))));
    }
    const run = { workspace, topology, starter, ports, chaincode, progress };
    const { layout, consortium } = await startNodes(run, await backend.start(run));
    await tools.waitForChaincodes(workspace, topology, ports, starter);
    await backend.deploy(run, layout, consortium);
    const requireAll = () => requireRunning(workspace, starter.entries());
    await tools.defineDomains(topology, layout, consortium, requireAll, progress);
    await tools.waitForNodes(workspace, topology, consortium, starter);
  });
}

/** Writes what nodes and clients are told, and starts the nodes: again, where they were told other addresses. */
async function startNodes(
  { workspace, topology, starter, ports, progress }: NetworkRun,
  info: NetworkInfo,
): Promise<{ readonly layout: CryptoLayout; readonly consortium: Consortium }> {
  const layout = new CryptoLayout(info.cryptoDir, topology);
  const nodes = nodeProcesses(workspace, topology, layout);
  const addressOf = (name: string) => `localhost:${portOf(ports, name)}`;
  const consortium = makeConsortium(topology, layout, info, addressOf);
  if (hasChanged(workspace.consortium, consortium)) {
    progress('what nodes are told has changed; restarting them');
    for (const { spec } of nodes) await starter.stop(spec.name);
  }
  if (!isWritten(workspace.consortium, consortium) || !existsSync(workspace.trust)) {
    writeAtomically(workspace.trust, makeTrust(topology, consortium, info.cryptoDir));
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
