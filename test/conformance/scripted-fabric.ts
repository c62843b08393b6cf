import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256, toHex } from '@cotrace/core';
import { administer, findFabric, localReach, startFabric, type FabricHandle } from '@cotrace/network';
import { connectGateway } from '../../network/devnet/testing/gateway-client.js';
import { packageBytes } from '../../network/devnet/testing/package-bytes.js';
import { ChaincodeProcesses } from './chaincode-processes.js';
import { CHAINCODES } from './chaincodes.js';
import { defineScripted } from './define-scripted.js';
import { scriptedTopology, type ScriptedNetwork } from './scripted-devnet.js';

const PATIENCE_MS = 90_000;
const PAUSE_MS = 200;

/** A network of Fabric's own programs, from FABRIC_BIN, with the chaincodes of scripts. */
export async function scriptedFabric(): Promise<ScriptedNetwork> {
  const binaries = findFabric(process.env);
  const dir = mkdtempSync(join(tmpdir(), 'cotrace-conformance-'));
  const processes = await ChaincodeProcesses.reserve();
  const network = await startFabric({ topology: scriptedTopology(), dir, binaries, chaincodes: {} });
  const close = async (): Promise<void> => {
    await network.stop();
    await processes.stopAll();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const packageIds: Record<string, string> = {};
    for (const name of ['a', 'b', 'c'] as const) packageIds[name] = await install(network, processes, name);
    await defineScripted(network, packageIds);
    await untilDiscovered(network);
    return { target: network, packages: processes, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Installs a package where it is to run, and starts its process; gives its id. */
async function install(
  network: FabricHandle,
  processes: ChaincodeProcesses,
  name: 'a' | 'b' | 'c',
): Promise<string> {
  const label = `conform_${name}`;
  const connection = { address: processes.address(name), dial_timeout: '10s', tls_required: false };
  const bytes = await packageBytes(connection, { type: 'ccaas', label });
  const id = `${label}:${toHex(sha256(bytes))}`;
  processes.start(name, id);
  const { topology, layout, parts } = network;
  const runsOn = CHAINCODES.filter((chaincode) => chaincode.package === name).flatMap(({ on }) => on);
  await Promise.all(
    topology.organisations.map(async (organisation) => {
      if (!runsOn.includes(organisation.name)) return;
      const peer = administer(organisation, { layout, reach: localReach(parts.ports) });
      await peer.install({ id, label, bytes });
      peer.close();
    }),
  );
  return id;
}

/** Gateways know by gossip alone what runs at other organisations: until they all do, they refuse for lack of peers. */
async function untilDiscovered(network: FabricHandle): Promise<void> {
  for (const { name } of network.topology.organisations) {
    const connection = connectGateway(network, name);
    try {
      for (const { channel, name: chaincode, package: from } of CHAINCODES) {
        const contract = connection.gateway.getNetwork(channel).getContract(chaincode);
        const args = ['[]', ...(from === 'c' ? ['200', ''] : [])];
        await eventually(() => contract.newProposal('run', { arguments: args }).endorse());
      }
    } finally {
      connection.close();
    }
  }
}

async function eventually(attempt: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error('gateways lack peers', { cause: error });
    }
    await sleep(PAUSE_MS);
  }
}
