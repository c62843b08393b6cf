import type { Ledger } from '../ledger/types.js';
import type { OrdererChain } from '../orderer/chain.js';
import type { ChannelAccess } from './access.js';
import type { BlockFeed } from './feed.js';

/** A channel as all nodes of the process share it. */
export interface Channel {
  readonly id: string;
  readonly ledger: Ledger;
  readonly feed: BlockFeed;
  readonly access: ChannelAccess;
  readonly chain: OrdererChain;
}
