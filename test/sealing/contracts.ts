import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { administer, CryptoLayout, servicePackage, type Topology } from '@cotrace/network';
import { GatewayError, type Contract, type Network } from '@hyperledger/fabric-gateway';
import { readClientConfig } from '../../gateway-app/client/client-config.js';
import type { Consortium } from '../../gateway-app/consortium/consortium.js';
import { defineChaincodes } from '../../gateway-app/deploy/backends/lifecycle.js';
import { makePackages, type Packages } from '../../gateway-app/deploy/chaincodes.js';
import { readNetworkState } from '../../gateway-app/deploy/local/network-state.js';
import { Starter } from '../../gateway-app/deploy/local/starter.js';
import { chaincodeService } from '../../gateway-app/deploy/services.js';
import { foundingConfigurations } from '../../gateway-app/testing/founding-configurations.js';
import type { Workspace } from '../../gateway-app/workspace/workspace.js';
import { freePort } from '../../network/free-port.js';

/** Name of a chaincode of its own, which is no domain: Fabric does not let one of a package call another of the same package. */
export const CALLER = 'caller';

/** A contract that does whatever it is told: it deletes, sets policies of keys, and calls other chaincodes. */
const CONTRACT = fileURLToPath(new URL('../conformance/contract', import.meta.url));
const LAUNCHER = createRequire(import.meta.url).resolve('fabric-shim/cli.js');

const PATIENCE_MS = 90_000;
const PAUSE_MS = 200;
const nothing = () => undefined;

/** A network of this machine, and what it is made of. */
export interface DeployedTo {
  readonly workspace: Workspace;
  readonly topology: Topology;
  readonly consortium: Consortium;
}

/**
 * Has the services of the domains' chaincodes run another contract than the trace contract, at every organisation: a package says
 * only where its service is. Deploys the same contract as `CALLER`, too.
 */
export async function runOtherContract(network: DeployedTo): Promise<void> {
  const { workspace, topology, consortium } = network;
  const packages = await makePackages();
  const { ports } = readNetworkState(workspace);
  for (const { name } of topology.organisations) {
    const service = chaincodeService(name);
    await runContract(workspace, service, `127.0.0.1:${ports[service] ?? 0}`, packages.trace.id);
  }
  const address = `127.0.0.1:${await freePort()}`;
  const trace = await servicePackage('caller_1', address);
  await runContract(workspace, `${CALLER}.chaincode`, address, trace.id);
  await deployCaller({ ...packages, trace }, network, cryptoDirOf(workspace, consortium));
}

async function runContract(workspace: Workspace, name: string, address: string, id: string): Promise<void> {
  const starter = new Starter(workspace, nothing);
  const service = ['server', '--chaincode-address', address, '--chaincode-id', id];
  const args = [LAUNCHER, ...service, '--module-path', CONTRACT];
  const env = { CORE_CHAINCODE_LOGGING_LEVEL: 'ERROR' };
  await starter.stop(name);
  starter.ensure({ name, owner: workspace.root, args, env, log: workspace.log(name) });
}

/** Deploys a package as a network's own are: as if the caller were its only domain. */
async function deployCaller(
  packages: Packages,
  { topology, consortium }: DeployedTo,
  cryptoDir: string,
): Promise<void> {
  const layout = new CryptoLayout(cryptoDir, topology);
  const addresses = new Map(
    consortium.organisations.map(({ name, peer }) => [`fabric.peer.${name}`, peer.address]),
  );
  const reach = (name: string) => addresses.get(name) ?? '';
  for (const organisation of topology.organisations) {
    const administration = administer(organisation, { layout, reach });
    try {
      await administration.install(packages.trace);
    } finally {
      administration.close();
    }
  }
  const configurations = foundingConfigurations(topology, cryptoDir);
  const deployed = { topology: { ...topology, domains: [CALLER] }, packages, configurations };
  await defineChaincodes({ ...deployed, progress: nothing, stillStarting: nothing }, layout, consortium);
}

function cryptoDirOf(workspace: Workspace, { organisations: [first] }: Consortium): string {
  const { mspDir } = readClientConfig(workspace.client(first?.name ?? ''));
  // crypto/peerOrganizations/ORGANISATION/users/USER/msp
  return resolve(mspDir, '../../../../..');
}

/** Waits until that contract can be called everywhere: gateways learn by and by what runs at other organisations. */
export async function untilCallable(networks: readonly Network[], domains: readonly string[]): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  for (const network of networks) {
    for (const name of [...domains, CALLER]) {
      while (!(await isCallable(network.getContract(name)))) {
        if (Date.now() > until) throw new Error(`${name} cannot be called`);
        await sleep(PAUSE_MS);
      }
    }
  }
}

async function isCallable(contract: Contract): Promise<boolean> {
  try {
    await contract.newProposal('run', { arguments: ['[]'] }).endorse();
    return true;
  } catch (error) {
    if (error instanceof GatewayError) return false;
    throw error;
  }
}
