import type { Contract } from '@hyperledger/fabric-gateway';
import type { DevnetHandle } from '../handle.js';
import type { DevnetOptions } from '../options.js';
import { ChaincodeProcess } from './chaincode-process.js';
import { connectGateway, type Connection } from './gateway-client.js';
import { startTestNetwork } from './test-network.js';

/** A network with the asset contract deployed on `main` as `asset`, and User1 of org1 connected to it. */
export interface AssetNetwork {
  readonly network: DevnetHandle;
  readonly chaincode: ChaincodeProcess;
  readonly connection: Connection;
  readonly contract: Contract;
  /** Deploys the contract of `chaincode` under another name or on another channel. */
  readonly deploy: (name: string, chaincode: ChaincodeProcess, changes?: DeployChanges) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface DeployChanges {
  readonly channel?: string;
  readonly sequence?: number;
  readonly policy?: Uint8Array;
  readonly organisations?: readonly string[];
}

export async function startAssetNetwork(options: Partial<DevnetOptions> = {}): Promise<AssetNetwork> {
  const { network, close } = await startTestNetwork(options);
  const chaincode = await ChaincodeProcess.start('asset:1');
  const deploy: AssetNetwork['deploy'] = (name, { address, packageId }, changes = {}) => {
    const { organisations = network.topology.organisations.map((organisation) => organisation.name) } =
      changes;
    return network.deploy({
      channel: changes.channel ?? 'main',
      name,
      version: '1.0',
      sequence: changes.sequence ?? 1,
      packageId,
      addresses: Object.fromEntries(organisations.map((organisation) => [organisation, address])),
      ...(changes.policy && { policy: changes.policy }),
    });
  };
  await deploy('asset', chaincode);
  await waitForChaincode(network, 'main', 'asset');
  const connection = connectGateway(network, 'org1');
  return {
    network,
    chaincode,
    connection,
    contract: connection.gateway.getNetwork('main').getContract('asset'),
    deploy,
    close: async () => {
      connection.close();
      await close();
      await chaincode.kill();
    },
  };
}

/** Waits until the streams are there, however slowly the chaincode's process starts. */
export async function waitForChaincode(network: DevnetHandle, channel: string, name: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      await network.chaincodeReady(channel, name);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/** Text of a result. */
export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

/** Value of a result that is JSON. */
export function json(bytes: Uint8Array): unknown {
  return JSON.parse(text(bytes));
}
