import { existsSync } from 'node:fs';
import { CryptoLayout, servicePackage, type Topology } from '@cotrace/network';
import type { Backend, BackendName } from '../backends/backend.js';
import { chooseBackend } from '../backends/choose.js';
import { ensureRules } from '../capture-rules.js';
import { makeConsortium } from '../make-consortium.js';
import { defineDomains } from '../define-domains.js';
import { makeFolder } from '../../workspace/folder.js';
import { withLock } from '../lock.js';
import { makeTrust } from '../../consortium/make-trust.js';
import { readNetworkState } from './network-state.js';
import { choosePorts } from './ports.js';
import type { Progress } from '../progress.js';
import {
  CHAINCODE_LABEL,
  chaincodeService,
  chaincodeSpec,
  listeningServices,
  nodeProcesses,
  processNames,
} from '../services.js';
import { endSilent } from './silent.js';
import { Starter } from './starter.js';
import { adoptTopology } from '../../workspace/topology-file.js';
import { requireRunning, waitForChaincodes, waitForNodes } from './wait-ready.js';
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

/**
 * Brings the network of a workspace up: makes what is missing, starts what does not run, and waits until everything
 * answers. May be repeated in any state; what runs is left alone, but for what must be told of a port that had to
 * change. Throws `CONFIG`, `LOCKED`, `NO_PORT`, `PROCESS`, `NOT_READY` and what the parts throw.
 */
export async function networkUp(
  workspace: Workspace,
  { topology: topologyPath, backend: backendName }: NetworkChoice,
  progress: Progress,
): Promise<void> {
  makeFolder(workspace);
  await withLock(workspace, async () => {
    const { backend, choice } = chooseBackend(workspace, backendName);
    const topology = adoptTopology(workspace, topologyPath, (wanted) => backend.require(wanted));
    writeJson(workspace.backend, choice);
    const starter = new Starter(workspace, progress);
    starter.adopt(processNames(topology, backend));
    const services = listeningServices(topology, backend);
    await endSilent(services, readNetworkState(workspace).ports, starter, progress);
    const ports = await settlePorts(workspace, topology, backend, starter);
    const chaincode = await servicePackage(CHAINCODE_LABEL);
    for (const { name } of topology.organisations) {
      starter.ensure(chaincodeSpec(workspace, name, chaincode.id, ports[chaincodeService(name)] ?? 0));
    }
    const run = { workspace, topology, starter, ports, chaincode, progress };
    const info = await backend.start(run);

    const layout = new CryptoLayout(info.cryptoDir, topology);
    const nodes = nodeProcesses(workspace, topology, layout);
    const consortium = makeConsortium(topology, layout, info, (name) => `localhost:${ports[name] ?? 0}`);
    if (hasChanged(workspace.consortium, consortium)) {
      progress('addresses have changed: the nodes are started anew');
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
    await waitForChaincodes(workspace, topology, ports, starter);
    await backend.deploy(run, layout, consortium);
    const requireAll = () => requireRunning(workspace, starter.entries());
    await defineDomains(topology, layout, consortium, requireAll, progress);
    await waitForNodes(workspace, topology, consortium, starter);
  });
}

/** The port of every service. A process that runs where nobody knows is stopped, to be started where it is known. */
async function settlePorts(
  workspace: Workspace,
  topology: Topology,
  backend: Backend,
  starter: Starter,
): Promise<Readonly<Record<string, number>>> {
  const services = listeningServices(topology, backend);
  const { ports } = readNetworkState(workspace);
  for (const { name, process } of services) if (ports[name] === undefined) await starter.stop(process);
  return choosePorts(
    workspace,
    services.map(({ name, process, fixed }) => ({ name, fixed, running: starter.runs(process) })),
  );
}
