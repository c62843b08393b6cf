import type { peer } from '@cotrace/fabric-model';
import type { Channel } from '../channel/channel.js';
import type { GatewayEndorser } from './plan.js';

/** What the gateway of one peer works with. */
export interface GatewayContext {
  /** The peer that the gateway is part of. */
  readonly local: GatewayEndorser;
  /** All endorsing peers of the network, the local one included. */
  readonly endorsers: readonly GatewayEndorser[];
  readonly channel: (channelId: string) => Channel | null;
  /** Whether the peer of an organisation can run a chaincode of a channel. */
  readonly hasChaincode: (mspId: string, channelId: string, name: string) => boolean;
  /**
   * Sets of organisations whose peers together satisfy every policy that the calls of a transaction are
   * subject to, smallest first. Throws `CotraceError` with Fabric's sentence where there are none.
   */
  readonly layouts: (channelId: string, calls: readonly peer.ChaincodeCall[]) => string[][];
}

/** Endorsers of `mspIds` (all if empty) that can run the chaincode, the local one first. */
export function endorsersOf(
  context: GatewayContext,
  channelId: string,
  chaincode: string,
  mspIds: readonly string[],
): GatewayEndorser[] {
  if (context.channel(channelId) === null) return [];
  const { local, endorsers } = context;
  const others = endorsers.filter((endorser) => endorser.mspId !== local.mspId);
  return [local, ...others].filter(
    ({ mspId }) =>
      (mspIds.length === 0 || mspIds.includes(mspId)) && context.hasChaincode(mspId, channelId, chaincode),
  );
}
