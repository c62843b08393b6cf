import { join } from 'node:path';
import { CotraceError } from '@cotrace/core';
import {
  approvalCall,
  commitCall,
  committedNames,
  definitionsCall,
  hasApproved,
  readinessCall,
  type ProposedDefinition,
} from '@cotrace/fabric-model';
import {
  administer,
  loadIdentity,
  loadTls,
  type Administered,
  type ChaincodePackage,
  type CryptoLayout,
  type Topology,
} from '@cotrace/network';
import { GatewayError, type Contract } from '@hyperledger/fabric-gateway';
import { explained } from '../../client/gateway-answers.js';
import type { Consortium } from '../../consortium/consortium.js';
import { connectFabric } from '../../fabric/connection.js';
import { pauseFor } from '../../node/retry.js';
import type { Progress } from '../progress.js';
import { DEFINITION } from './backend.js';
import { LIFECYCLE_MS, LIFECYCLE_PAUSE_MS } from '../limits.js';

/** What is deployed, and who is told. */
export interface DeployedChaincode {
  readonly topology: Topology;
  readonly chaincode: ChaincodePackage;
  readonly progress: Progress;
  /** Is called between attempts, and throws where waiting is of no use. */
  readonly stillStarting: () => void;
}

/** Installs the package at every organisation's peer that does not have it. Throws `PEER_ADMIN`. */
export async function installPackages(
  { organisations }: Topology,
  chaincode: ChaincodePackage,
  administered: Administered,
  progress: Progress,
): Promise<void> {
  await Promise.all(
    organisations.map(async (organisation) => {
      const administration = administer(organisation, administered);
      try {
        if ((await administration.installed()).includes(chaincode.id)) return;
        progress(`installing the chaincode package at ${organisation.name}`);
        await administration.install(chaincode);
      } finally {
        administration.close();
      }
    }),
  );
}

/**
 * Approves, by every organisation's administrator, and commits the chaincode definition of each domain on the main
 * channel, all side by side, where it is not committed. Throws `LIFECYCLE`, `NOT_READY`.
 */
export async function defineChaincodes(
  deployed: DeployedChaincode,
  layout: CryptoLayout,
  consortium: Consortium,
): Promise<void> {
  const { topology, progress, stillStarting } = deployed;
  const administrators = topology.organisations.map((organisation, i) => {
    const entry = consortium.organisations[i];
    if (entry === undefined)
      throw new CotraceError('LIFECYCLE', `${organisation.name} is not in the consortium`);
    const folder = layout.user(organisation, 'Admin');
    const identity = loadIdentity(join(folder, 'msp'), organisation.mspId);
    const tls = loadTls(join(folder, 'tls'));
    const fabric = connectFabric({ ...entry.peer, tlsRoots: entry.tlsRoots, identity, tls }, 'calls');
    const network = fabric.gateway.getNetwork(consortium.channels.main.name);
    return {
      mspId: organisation.mspId,
      contract: network.getContract('_lifecycle'),
      close: () => fabric.close(),
    };
  });
  const deadline = Date.now() + LIFECYCLE_MS;
  const patiently = async <T>(what: string, attempt: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof GatewayError) || Date.now() > deadline) {
          throw explained('LIFECYCLE', `${what} failed`, { error, peer: 'the peer' }, { what });
        }
        stillStarting();
        await pauseFor(LIFECYCLE_PAUSE_MS, new AbortController().signal);
      }
    }
  };
  try {
    const [first] = administrators;
    if (first === undefined) return;
    const committed = await patiently('asking for the definitions', () => committedOn(first.contract));
    await Promise.all(
      topology.domains
        .filter((name) => !committed.includes(name))
        .map(async (name) => {
          const approvals = administrators.map((administrator) =>
            patiently(`approval of ${name} by ${administrator.mspId}`, () =>
              approve(administrator, name, deployed.chaincode),
            ),
          );
          await Promise.all(approvals);
          await patiently(`commit of ${name}`, () => commit(first.contract, name));
          progress(`chaincode ${name} approved and committed`);
        }),
    );
  } finally {
    for (const administrator of administrators) administrator.close();
  }
}

async function committedOn(contract: Contract): Promise<string[]> {
  const { name, argument } = definitionsCall();
  return committedNames(await contract.evaluate(name, { arguments: [argument] }));
}

/** Approves a definition where the organisation has not: Fabric refuses to approve the same one again. */
async function approve(
  { mspId, contract }: { readonly mspId: string; readonly contract: Contract },
  chaincode: string,
  { id }: ChaincodePackage,
): Promise<void> {
  const own = { endorsingOrganizations: [mspId] };
  const question = readinessCall(definitionOf(chaincode));
  const answer = await contract.evaluate(question.name, { arguments: [question.argument], ...own });
  if (hasApproved(answer, mspId)) return;
  const { name, argument } = approvalCall(definitionOf(chaincode), id);
  await contract.submit(name, { arguments: [argument], ...own });
}

async function commit(contract: Contract, chaincode: string): Promise<void> {
  const { name, argument } = commitCall(definitionOf(chaincode));
  await contract.submit(name, { arguments: [argument] });
}

function definitionOf(name: string): ProposedDefinition {
  return { name, version: DEFINITION.version, sequence: BigInt(DEFINITION.sequence) };
}
