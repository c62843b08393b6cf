import { ChannelConfig, committedDefinition, definitionCall } from '@cotrace/fabric-model';
import { status } from '@grpc/grpc-js';
import { GatewayError, type Network } from '@hyperledger/fabric-gateway';
import { connectFabric } from '../fabric/connection.js';
import { readBytes } from '../settings/read-bytes.js';
import { checkUpdate } from './check-update.js';
import type { ClientContext } from './client-config.js';
import { asksFor, contractEndorsers } from './contract-endorsers.js';

/** What sealing rests on: both channels' configurations, and the endorsement policies of the checking contract. */
export interface SealingTerms {
  readonly main: ChannelConfig;
  readonly checking: ChannelConfig;
  /** Serialized `ApplicationPolicy` of `anchor` on main and of `checking` on the other channel; null where it is not committed. */
  readonly policies: { readonly anchor: Uint8Array | null; readonly checking: Uint8Array | null };
}

/**
 * What of a network's channels and definitions keeps its members from sealing as the quorum of main's configuration wants it,
 * and what the update in a file would (`checkUpdate`; null: none), one sentence each; none where all is well. The client is anybody whom
 * the channels take transactions from. Throws `CONFIG`, `GatewayError`, `BAD_CONFIG`, and as `checkUpdate`.
 */
export async function checkSealing(
  { consortium, organisation, identity, tls }: ClientContext,
  update: string | null = null,
): Promise<string[]> {
  const { peer, tlsRoots } = organisation;
  const fabric = connectFabric({ ...peer, tlsRoots, identity, tls }, 'calls');
  try {
    const main = fabric.gateway.getNetwork(consortium.channels.main.name);
    const checking = fabric.gateway.getNetwork(consortium.channels.checking.name);
    const configs = { main: await configOf(main), checking: await configOf(checking) };
    const problems = sealingProblems({
      ...configs,
      policies: { anchor: await policyOf(main, 'anchor'), checking: await policyOf(checking, 'checking') },
    });
    if (update === null) return problems;
    const channels = {
      main: { network: main, config: configs.main },
      checking: { network: checking, config: configs.checking },
      c: consortium.checkingHeight,
    };
    return [...problems, ...(await checkUpdate(channels, readBytes(update)))];
  } finally {
    fabric.close();
  }
}

/** As `checkSealing`, of terms that are known. */
export function sealingProblems({ main, checking, policies }: SealingTerms): string[] {
  const sealers = contractEndorsers(main);
  const { n: quorum, mspIds: members } = sealers;
  const there = new Set(checking.members().map(({ mspId }) => mspId));
  const wanted = `OutOf(${quorum}, ${members.map((mspId) => `'${mspId}.peer'`).join(', ')})`;
  const definitions = [
    ['anchor', main, policies.anchor],
    ['checking', checking, policies.checking],
  ] as const;
  return [
    ...members
      .filter((mspId) => !there.has(mspId))
      .map(
        (mspId) =>
          `${mspId} is not a member of channel ${checking.channelId}, and cannot endorse there: add it to that channel`,
      ),
    ...definitions.flatMap(([name, config, policy]) => {
      if (policy === null) {
        return [`chaincode ${name} is not committed on channel ${config.channelId}: approve and commit it`];
      }
      if (asksFor(config.applicationPolicy(policy), sealers)) return [];
      return [
        `chaincode ${name} on channel ${config.channelId} must have the policy ${wanted}: approve and commit it with the next sequence`,
      ];
    }),
  ];
}

async function configOf(network: Network): Promise<ChannelConfig> {
  const name = network.getName();
  return ChannelConfig.fromBlock(
    await network.getContract('cscc').evaluateTransaction('GetConfigBlock', name),
  );
}

async function policyOf(network: Network, chaincode: string): Promise<Uint8Array | null> {
  const { name, argument } = definitionCall(chaincode);
  try {
    const answer = await network.getContract('_lifecycle').evaluate(name, { arguments: [argument] });
    return committedDefinition(chaincode, answer).definition.validationParameter;
  } catch (error) {
    if (error instanceof GatewayError && error.code === NOT_DEFINED) return null;
    throw error;
  }
}

/** How a gateway says that `_lifecycle` itself answered with an error, as it does where there is no definition. */
const NOT_DEFINED: number = status.UNKNOWN;
