import type { CotraceError } from '@cotrace/core';
import {
  approvalCall,
  commitCall,
  committedDefinition,
  committedNames,
  definitionCall,
  definitionsCall,
  hasApproved,
  readinessCall,
  type ChannelConfig,
  type CommittedDefinition,
  type LifecycleCall,
  type ProposedDefinition,
} from '@cotrace/fabric-model';
import {
  administer,
  outOfPeersPolicy,
  type Administered,
  type ChannelConfigurations,
  type CryptoLayout,
  type Topology,
} from '@cotrace/network';
import type { Contract } from '@hyperledger/fabric-gateway';
import { asksFor, contractEndorsers } from '../../client/contract-endorsers.js';
import { explained } from '../../client/gateway-answers.js';
import type { Consortium } from '../../consortium/consortium.js';
import { connectAdministrator, type Administrator } from '../administrator.js';
import { chaincodesOf, type ChaincodeDuty, type Packages } from '../chaincodes.js';
import { patiently } from '../patiently.js';
import type { Progress } from '../progress.js';
import { DEFINITION } from './backend.js';
import { LIFECYCLE_MS, LIFECYCLE_PAUSE_MS } from '../limits.js';

/** What is taken from a channel's configuration. */
export type AgreedConfig = Pick<ChannelConfig, 'channelId' | 'members' | 'quorum' | 'applicationPolicy'>;

/** What is deployed, and who is told. */
export interface DeployedChaincodes {
  readonly topology: Topology;
  readonly packages: Packages;
  /** Who is a member, and how many members must agree. */
  readonly configurations: Readonly<Record<keyof ChannelConfigurations, AgreedConfig>>;
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
 * Approves, by the administrators of a channel's members, and commits the chaincode definitions of each domain and of the
 * checking contract, all side by side: the first ones where none is committed, the next sequence of the checking contract
 * where the committed policy is not that of the present members and quorum. A member that has not approved what is committed
 * approves it. Throws `CONFIG`, `LIFECYCLE`, and what `stillStarting` throws.
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
  { topology, packages, configurations, progress, stillStarting }: DeployedChaincodes,
  administrators: readonly LifecycleAdministrator[],
): Promise<void> {
  const patience = { deadline: Date.now() + LIFECYCLE_MS, pause: LIFECYCLE_PAUSE_MS, stillStarting };
  const tried: Tried = (what, attempt) =>
    patiently(attempt, (error) => lifecycleFailed(what, error), patience);
  const duties = chaincodesOf(topology, packages, contractEndorsers(configurations.main));
  await Promise.all(
    Object.values(configurations).map(async (config: AgreedConfig) => {
      const members = config.members().map(({ mspId }) => mspId);
      const own = administrators.filter(({ mspId }) => members.includes(mspId));
      const [first] = own;
      if (first === undefined) return;
      const { channelId } = config;
      const what = `asking for the definitions on ${channelId}`;
      const committed = await tried(what, () => committedOn(first, channelId));
      await Promise.all(
        duties
          .filter(({ channel }) => channel === channelId)
          .map(async (duty) => {
            const wanted = wantedDefinition(duty, committed.get(duty.name) ?? null, config);
            const done = await agree({ duty, wanted, administrators: own, tried });
            if (done !== null) progress(`chaincode ${duty.name} ${done}`);
          }),
      );
    }),
  );
}

type Tried = <T>(what: string, attempt: () => Promise<T>) => Promise<T>;

/** A definition that members are to agree on. */
interface WantedDefinition {
  readonly definition: ProposedDefinition & Pick<CommittedDefinition['definition'], 'sequence'>;
  /** MSP ids of those that have approved it, where it is committed; null where it is not. */
  readonly approvedBy: readonly string[] | null;
}

/** What is to be approved: what is committed, unless the contract is to be endorsed by others. */
function wantedDefinition(
  { name, outOf }: ChaincodeDuty,
  committed: CommittedDefinition | null,
  config: AgreedConfig,
): WantedDefinition {
  const policy = outOf !== null && { validationParameter: outOfPeersPolicy(outOf.n, outOf.mspIds) };
  if (committed === null) {
    const { version, sequence } = DEFINITION;
    return { definition: { name, version, sequence: BigInt(sequence), ...policy }, approvedBy: null };
  }
  const { definition } = committed;
  if (outOf === null || asksFor(config.applicationPolicy(definition.validationParameter), outOf))
    return committed;
  return { definition: { ...definition, sequence: definition.sequence + 1n, ...policy }, approvedBy: null };
}

/** Approves and commits what is missing; says what was done, null for nothing. */
async function agree({
  duty,
  wanted: { definition, approvedBy },
  administrators,
  tried,
}: {
  readonly duty: ChaincodeDuty;
  readonly wanted: WantedDefinition;
  readonly administrators: readonly LifecycleAdministrator[];
  readonly tried: Tried;
}): Promise<string | null> {
  const isCommitted = approvedBy !== null;
  const missing = administrators.filter(({ mspId }) => approvedBy?.includes(mspId) !== true);
  await Promise.all(
    missing.map((administrator) =>
      tried(`approval of ${duty.name} by ${administrator.mspId}`, () =>
        approve(administrator, duty, definition, isCommitted),
      ),
    ),
  );
  const [first] = administrators;
  if (isCommitted || first === undefined) {
    const by = missing.map(({ mspId }) => mspId).join(', ');
    return missing.length > 0 ? `approved by ${by}` : null;
  }
  await tried(`commit of ${duty.name}`, () => commit(first, duty.channel, definition));
  const { sequence } = definition;
  const isFirst = sequence === BigInt(DEFINITION.sequence);
  return isFirst ? 'approved and committed' : `approved and committed with sequence ${sequence}`;
}

function lifecycleFailed(what: string, error: unknown): CotraceError {
  return explained('LIFECYCLE', `${what} failed`, { error, peer: 'the peer' }, { what });
}

async function committedOn(
  { contract }: LifecycleAdministrator,
  channel: string,
): Promise<ReadonlyMap<string, CommittedDefinition>> {
  const lifecycle = contract(channel);
  const asked = async ({ name, argument }: LifecycleCall) =>
    lifecycle.evaluate(name, { arguments: [argument] });
  const names = committedNames(await asked(definitionsCall()));
  const definitions = names.map(
    async (name) => [name, committedDefinition(name, await asked(definitionCall(name)))] as const,
  );
  return new Map(await Promise.all(definitions));
}

/** Approves a definition where the organisation has not: Fabric refuses to approve the same one again. */
async function approve(
  { mspId, contract }: LifecycleAdministrator,
  { channel, name: chaincodeName, chaincode }: ChaincodeDuty,
  definition: ProposedDefinition,
  isCommitted: boolean,
): Promise<void> {
  const lifecycle = contract(channel);
  const own = { endorsingOrganizations: [mspId] };
  const question = isCommitted ? definitionCall(chaincodeName) : readinessCall(definition);
  const answer = await lifecycle.evaluate(question.name, { arguments: [question.argument], ...own });
  const isKnown = isCommitted
    ? committedDefinition(chaincodeName, answer).approvedBy.includes(mspId)
    : hasApproved(answer, mspId);
  if (isKnown) return;
  const { name, argument } = approvalCall(definition, chaincode.id);
  await lifecycle.submit(name, { arguments: [argument], ...own });
}

async function commit(
  { contract }: LifecycleAdministrator,
  channel: string,
  definition: ProposedDefinition,
): Promise<void> {
  const { name, argument } = commitCall(definition);
  await contract(channel).submit(name, { arguments: [argument] });
}
