import type { CotraceError } from '@cotrace/core';
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
  type Administered,
  type ChaincodePackage,
  type CryptoLayout,
  type Topology,
} from '@cotrace/network';
import type { Contract } from '@hyperledger/fabric-gateway';
import { explained } from '../../client/gateway-answers.js';
import type { Consortium } from '../../consortium/consortium.js';
import { connectAdministrator, type Administrator } from '../administrator.js';
import { patiently } from '../patiently.js';
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

/** An organisation's administrator at `_lifecycle` of the main channel, as the organisation's own peer serves it. */
export interface LifecycleAdministrator {
  readonly mspId: string;
  readonly contract: Pick<Contract, 'evaluate' | 'submit'>;
}

/**
 * Approves, by every organisation's administrator, and commits the chaincode definition of each domain on the main
 * channel, all side by side, where it is not committed. Throws `CONFIG`, `LIFECYCLE`, and what `stillStarting` throws.
 */
export async function defineChaincodes(
  deployed: DeployedChaincode,
  layout: CryptoLayout,
  consortium: Consortium,
): Promise<void> {
  const administrators: Administrator[] = [];
  try {
    for (const organisation of deployed.topology.organisations) {
      administrators.push(connectAdministrator(organisation, layout, consortium));
    }
    await approveAndCommit(
      deployed,
      administrators.map(({ mspId, main }) => ({ mspId, contract: main.getContract('_lifecycle') })),
    );
  } finally {
    for (const administrator of administrators) administrator.close();
  }
}

/** As `defineChaincodes`, by administrators that are connected. */
export async function approveAndCommit(
  { topology, chaincode, progress, stillStarting }: DeployedChaincode,
  administrators: readonly LifecycleAdministrator[],
): Promise<void> {
  const [first] = administrators;
  if (first === undefined) return;
  const patience = { deadline: Date.now() + LIFECYCLE_MS, pause: LIFECYCLE_PAUSE_MS, stillStarting };
  const tried = <T>(what: string, attempt: () => Promise<T>) =>
    patiently(attempt, (error) => lifecycleFailed(what, error), patience);
  const committed = await tried('asking for the definitions', () => committedOn(first));
  await Promise.all(
    topology.domains
      .filter((name) => !committed.includes(name))
      .map(async (name) => {
        const approvals = administrators.map((administrator) =>
          tried(`approval of ${name} by ${administrator.mspId}`, () =>
            approve(administrator, name, chaincode),
          ),
        );
        await Promise.all(approvals);
        await tried(`commit of ${name}`, () => commit(first, name));
        progress(`chaincode ${name} approved and committed`);
      }),
  );
}

function lifecycleFailed(what: string, error: unknown): CotraceError {
  return explained('LIFECYCLE', `${what} failed`, { error, peer: 'the peer' }, { what });
}

async function committedOn({ contract }: LifecycleAdministrator): Promise<string[]> {
  const { name, argument } = definitionsCall();
  return committedNames(await contract.evaluate(name, { arguments: [argument] }));
}

/** Approves a definition where the organisation has not: Fabric refuses to approve the same one again. */
async function approve(
  { mspId, contract }: LifecycleAdministrator,
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

async function commit({ contract }: LifecycleAdministrator, chaincode: string): Promise<void> {
  const { name, argument } = commitCall(definitionOf(chaincode));
  await contract.submit(name, { arguments: [argument] });
}

function definitionOf(name: string): ProposedDefinition {
  return { name, version: DEFINITION.version, sequence: BigInt(DEFINITION.sequence) };
}
