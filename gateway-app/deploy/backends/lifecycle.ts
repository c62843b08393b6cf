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
  outOfPeersPolicy,
  type Administered,
  type CryptoLayout,
  type Topology,
} from '@cotrace/network';
import type { Contract } from '@hyperledger/fabric-gateway';
import { explained } from '../../client/gateway-answers.js';
import type { Consortium } from '../../consortium/consortium.js';
import { connectAdministrator, type Administrator } from '../administrator.js';
import { chaincodesOf, type ChaincodeDuty, type Packages } from '../chaincodes.js';
import { patiently } from '../patiently.js';
import type { Progress } from '../progress.js';
import { DEFINITION } from './backend.js';
import { LIFECYCLE_MS, LIFECYCLE_PAUSE_MS } from '../limits.js';

/** What is deployed, and who is told. */
export interface DeployedChaincodes {
  readonly topology: Topology;
  readonly packages: Packages;
  readonly progress: Progress;
  /** Is called between attempts, and throws where waiting is of no use. */
  readonly stillStarting: () => void;
}

/** Installs the packages at every organisation's peer that does not have them. Throws `PEER_ADMIN`. */
export async function installPackages(
  { organisations }: Topology,
  { trace, checking }: Packages,
  administered: Administered,
  progress: Progress,
): Promise<void> {
  await Promise.all(
    organisations.map(async (organisation) => {
      const administration = administer(organisation, administered);
      try {
        const installed = await administration.installed();
        for (const chaincode of [trace, checking]) {
          if (installed.includes(chaincode.id)) continue;
          progress(`installing the chaincode package ${chaincode.label} at ${organisation.name}`);
          await administration.install(chaincode);
        }
      } finally {
        administration.close();
      }
    }),
  );
}

/** An organisation's administrator at `_lifecycle` of a channel, as the organisation's own peer serves it. */
export interface LifecycleAdministrator {
  readonly mspId: string;
  readonly contract: (channel: string) => Pick<Contract, 'evaluate' | 'submit'>;
}

/**
 * Approves, by every organisation's administrator, and commits the chaincode definitions of each domain and of the checking
 * contract, all side by side, where they are not committed. Throws `CONFIG`, `LIFECYCLE`, and what `stillStarting` throws.
 */
export async function defineChaincodes(
  deployed: DeployedChaincodes,
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
      administrators.map(({ mspId, network }) => ({
        mspId,
        contract: (channel) => network(channel).getContract('_lifecycle'),
      })),
    );
  } finally {
    for (const administrator of administrators) administrator.close();
  }
}

/** As `defineChaincodes`, by administrators that are connected. */
export async function approveAndCommit(
  { topology, packages, progress, stillStarting }: DeployedChaincodes,
  administrators: readonly LifecycleAdministrator[],
): Promise<void> {
  const [first] = administrators;
  if (first === undefined) return;
  const patience = { deadline: Date.now() + LIFECYCLE_MS, pause: LIFECYCLE_PAUSE_MS, stillStarting };
  const tried = <T>(what: string, attempt: () => Promise<T>) =>
    patiently(attempt, (error) => lifecycleFailed(what, error), patience);
  const { channels } = topology;
  const committed = new Map(
    await Promise.all(
      [channels.main, channels.checking].map(async (channel) => {
        const names = await tried(`asking for the definitions on ${channel}`, () =>
          committedOn(first, channel),
        );
        return [channel, names] as const;
      }),
    ),
  );
  await Promise.all(
    chaincodesOf(topology, packages)
      .filter(({ channel, name }) => committed.get(channel)?.includes(name) !== true)
      .map(async (duty) => {
        const { name } = duty;
        const approvals = administrators.map((administrator) =>
          tried(`approval of ${name} by ${administrator.mspId}`, () => approve(administrator, duty)),
        );
        await Promise.all(approvals);
        await tried(`commit of ${name}`, () => commit(first, duty));
        progress(`chaincode ${name} approved and committed`);
      }),
  );
}

function lifecycleFailed(what: string, error: unknown): CotraceError {
  return explained('LIFECYCLE', `${what} failed`, { error, peer: 'the peer' }, { what });
}

async function committedOn({ contract }: LifecycleAdministrator, channel: string): Promise<string[]> {
  const { name, argument } = definitionsCall();
  return committedNames(await contract(channel).evaluate(name, { arguments: [argument] }));
}

/** Approves a definition where the organisation has not: Fabric refuses to approve the same one again. */
async function approve({ mspId, contract }: LifecycleAdministrator, duty: ChaincodeDuty): Promise<void> {
  const lifecycle = contract(duty.channel);
  const own = { endorsingOrganizations: [mspId] };
  const question = readinessCall(definitionOf(duty));
  const answer = await lifecycle.evaluate(question.name, { arguments: [question.argument], ...own });
  if (hasApproved(answer, mspId)) return;
  const { name, argument } = approvalCall(definitionOf(duty), duty.chaincode.id);
  await lifecycle.submit(name, { arguments: [argument], ...own });
}

async function commit({ contract }: LifecycleAdministrator, duty: ChaincodeDuty): Promise<void> {
  const { name, argument } = commitCall(definitionOf(duty));
  await contract(duty.channel).submit(name, { arguments: [argument] });
}

function definitionOf({ name, outOf }: ChaincodeDuty): ProposedDefinition {
  return {
    name,
    version: DEFINITION.version,
    sequence: BigInt(DEFINITION.sequence),
    ...(outOf !== null && { validationParameter: outOfPeersPolicy(outOf.n, outOf.mspIds) }),
  };
}
