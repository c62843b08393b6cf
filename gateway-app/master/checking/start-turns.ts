import type { TlsMaterial } from '@cotrace/network';
import type { Consortium, ConsortiumNode } from '../../consortium/consortium.js';
import { connectFabric } from '../../fabric/connection.js';
import type { Log } from '../../node/log.js';
import { findOrganisation, type NodeConfig } from '../../node/node-config.js';
import { loadSubmitter } from '../../node/node-identity.js';
import { serveChecking } from '../contract/checking-host.js';
import { channelCalls } from './channel-calls.js';
import type { OtherCycles } from './initiator.js';
import type { TurnParts } from './master-checking.js';

/** What a master needs to serve its contract and to take its turn. */
export interface TurnSetting {
  readonly config: NodeConfig;
  readonly node: ConsortiumNode;
  readonly consortium: Consortium;
  readonly tls: TlsMaterial;
  readonly others: readonly OtherCycles[];
  readonly log: Log;
}

/**
 * Serves the contracts `checking` and `anchor`, and connects to the own peer as the client that submits; null where the
 * master's configuration has no contract: it computes cycles then, and takes no part in sealing them. Throws `LISTEN`, and as
 * `loadSubmitter`.
 */
export async function startTurns(
  setting: TurnSetting,
): Promise<(TurnParts & { readonly close: () => Promise<void> }) | null> {
  const { config, node, consortium, tls, others, log } = setting;
  const { contract } = config;
  if (contract === undefined) return null;
  const { mspId } = node;
  const identity = loadSubmitter(contract.mspDir, node, consortium);
  const host = await serveChecking(contract, tls, log);
  const { peer, tlsRoots } = findOrganisation(consortium, mspId);
  const fabric = connectFabric({ ...peer, tlsRoots, identity, tls }, 'calls');
  const callsOf = (channel: string) => channelCalls(fabric.gateway, channel, mspId, log);
  return {
    checkingCalls: callsOf(consortium.channels.checking.name),
    mainCalls: callsOf(consortium.channels.main.name),
    others,
    post: (facts) => host.post(facts),
    close: async () => {
      fabric.close();
      await host.close();
    },
  };
}
