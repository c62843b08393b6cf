import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signaturePolicyBytes } from '@cotrace/fabric-model';
import { defaultTopology, type DevnetHandle, type DevnetOptions, type Topology } from '@cotrace/network';
import { waitForChaincode } from '../../network/devnet/testing/asset-network.js';
import type { Target } from '../../network/devnet/testing/gateway-client.js';
import { ChaincodeProcesses } from './chaincode-processes.js';
import { CHAINCODES } from './chaincodes.js';
import { BATCH } from './ordering.js';

/** How long an invocation waits for a chaincode that is down. */
const STARTUP_TIMEOUT_MS = 500;

/** A network that a script can run on. */
export interface ScriptedNetwork {
  readonly target: Target;
  readonly packages: ChaincodeProcesses;
  close(): Promise<void>;
}

/** The topology of every network that scripts run on. */
export function scriptedTopology(): Topology {
  return { ...defaultTopology(), batch: { ...BATCH } };
}

/** The embedded network with the chaincodes of scripts, started by `start`. */
export async function scriptedDevnet(
  start: (options: DevnetOptions) => Promise<DevnetHandle>,
): Promise<ScriptedNetwork> {
  const dir = mkdtempSync(join(tmpdir(), 'cotrace-conformance-'));
  const processes = await ChaincodeProcesses.reserve();
  const packageId = (name: string) => `conform_${name}:1`;
  for (const name of ['a', 'b', 'c'] as const) processes.start(name, packageId(name));
  const network = await start({
    topology: scriptedTopology(),
    dir,
    startupTimeout: STARTUP_TIMEOUT_MS,
    deployments: CHAINCODES.map(({ channel, name, package: from, policy, on }) => ({
      channel,
      name,
      version: '1.0',
      sequence: 1,
      packageId: packageId(from),
      addresses: Object.fromEntries(on.map((organisation) => [organisation, processes.address(from)])),
      ...(policy && { policy: signaturePolicyBytes(policy) }),
    })),
  });
  for (const { channel, name } of CHAINCODES) await waitForChaincode(network, channel, name);
  return {
    target: network,
    packages: processes,
    close: async () => {
      await network.stop();
      await processes.stopAll();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
