import { CotraceError } from '@cotrace/core';
import { approvalCall, commitCall, signaturePolicyBytes } from '@cotrace/fabric-model';
import { GatewayError, type Contract } from '@hyperledger/fabric-gateway';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectGateway, userOf, type Target } from '../../network/devnet/testing/gateway-client.js';
import { CHAINCODES, type ScriptedChaincode } from './chaincodes.js';

const PATIENCE_MS = 60_000;
const PAUSE_MS = 200;

interface Administrator {
  readonly organisation: string;
  readonly mspId: string;
  readonly contract: (channel: string) => Contract;
  readonly close: () => void;
}

/**
 * Approves and commits the chaincodes of scripts by every organisation's administrator, all side by side; `packageIds`
 * by the letter of the package. Throws `NOT_DEFINED`.
 */
export async function defineScripted(
  target: Target,
  packageIds: Readonly<Record<string, string>>,
): Promise<void> {
  const administrators = target.topology.organisations.map(({ name, mspId }): Administrator => {
    const connection = connectGateway(target, name, userOf(target, name, 'Admin'));
    return {
      organisation: name,
      mspId,
      contract: (channel) => connection.gateway.getNetwork(channel).getContract('_lifecycle'),
      close: () => connection.close(),
    };
  });
  try {
    await Promise.all(
      CHAINCODES.map(async (chaincode) => {
        await Promise.all(
          administrators.map((administrator) =>
            patiently(() => approve(administrator, chaincode, packageIds[chaincode.package] ?? '')),
          ),
        );
        const [first] = administrators;
        if (first !== undefined) await patiently(() => commit(first.contract(chaincode.channel), chaincode));
      }),
    );
  } finally {
    for (const { close } of administrators) close();
  }
}

/** A network that has just started may not have a leader yet, and peers learn of each other by and by. */
async function patiently(attempt: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (!(error instanceof GatewayError) || Date.now() > deadline) {
        throw new CotraceError('NOT_DEFINED', 'a chaincode cannot be defined', {}, error);
      }
    }
    await sleep(PAUSE_MS);
  }
}

function definitionOf({ name, policy }: ScriptedChaincode) {
  return {
    name,
    version: '1.0',
    sequence: 1n,
    ...(policy && { validationParameter: signaturePolicyBytes(policy) }),
  };
}

async function approve(
  { organisation, mspId, contract }: Administrator,
  chaincode: ScriptedChaincode,
  packageId: string,
): Promise<void> {
  const runs = chaincode.on.includes(organisation);
  const { name, argument } = approvalCall(definitionOf(chaincode), runs ? packageId : '');
  await contract(chaincode.channel).submit(name, { arguments: [argument], endorsingOrganizations: [mspId] });
}

async function commit(contract: Contract, chaincode: ScriptedChaincode): Promise<void> {
  const { name, argument } = commitCall(definitionOf(chaincode));
  await contract.submit(name, { arguments: [argument] });
}
